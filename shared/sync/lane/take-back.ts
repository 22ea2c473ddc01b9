/** A put that takes an opt-out back. */
import { put } from '../../endpoint/change.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import { isLawful } from '../../endpoint/lawful.ts'
import type { Stored } from '../../destinations/destination.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { Send } from './plan.ts'

/** Says NONE, and remembers when the Region's endpoint had last been written before that. */
export const takenBack = (plan: Send, { EffectiveDate }: Stored): Send => {
  const from = EffectiveDate === undefined ? {} : { takenBackFrom: EffectiveDate }
  return {
    ...withOptOut(plan, 'NONE'),
    during: { ...plan.during, ...from },
    after: { ...plan.after, ...from },
  }
}

/** Says that of consent, or nothing. */
export const withOptOut = (plan: Send, optOut: 'NONE' | undefined): Send => {
  if (plan.change.kind === 'remove') return plan
  const { OptOut: _, ...endpoint } = plan.change.endpoint
  return { ...plan, change: { kind: 'put', endpoint: { ...endpoint, ...(optOut && { OptOut: optOut }) } } }
}

/** The Region's opt-out is not the one that is taken back: somebody has said it there since. */
export const isForeign = ({ before, optedInAt = '' }: Send, { EffectiveDate = '' }: Stored): boolean => {
  if (before?.takenBackFrom !== undefined) return before.takenBackFrom !== EffectiveDate
  // Written after the opt-in was said, and not with an opt-out that we know to have arrived: what is said there is newer, or may be.
  const isOurs =
    before?.optOut === 'ALL' && before.state === 'applied' && Date.parse(EffectiveDate) <= before.fence
  return EffectiveDate > optedInAt && !isOurs
}

/** A call waits for its turn, and may be refused for the number of calls: nobody is opted in who has opted out meanwhile. */
export const mayTakeBack = async (endpoints: readonly Endpoint[], consents: Consents): Promise<boolean> => {
  const backs = endpoints.filter(({ OptOut }) => OptOut === 'NONE')
  if (backs.length === 0) return true
  const known = await consents.of(backs.map(({ Id }) => Id))
  return backs.every((endpoint) => isLawful(put(endpoint), known.get(endpoint.Id)))
}
