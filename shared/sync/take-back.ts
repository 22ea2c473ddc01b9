/** A put that takes an opt-out back. Pure. */
import type { Stored } from '../destinations/destination.ts'
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
