/** What the Region has, now that it has been asked → what there is to send it, or to write down. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { carries } from '../../endpoint/carries.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import { applied, failed } from '../../endpoint/outcome.ts'
import type { Stored } from '../../destinations/destination.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import type { Carrier, Result } from './carry-out.ts'
import { putIn } from './plan-endpoint.ts'
import { deletion, farewell, optOutOf, tombstone } from './plan-remove.ts'
import { MOST_LOSSES } from './plan.ts'
import type { Ask, Plan, Prove, Send } from './plan.ts'
import { isForeign, takenBack, withOptOut } from './take-back.ts'

/** What is to follow, for one plan. */
export interface Step {
  readonly send?: Send
  readonly result?: Result
  /** No more is asked: the Region did not answer, or there was no time to ask it, or it refuses to be asked. */
  readonly unanswered?: 'down' | 'late' | undefined
}

export const done = (plan: Plan, more: Partial<Result> = {}): Result => ({ plan, outcome: applied, ...more })

/** What is to follow from how the Region has the plan's endpoint; what needs no more than that is noted here. */
export const answered = (
  plan: Send | Prove | Ask,
  stored: Stored | undefined,
  carrier: Carrier,
): Promise<Step> => {
  if (plan.kind === 'prove') return proved(plan, stored, carrier)
  return plan.kind === 'send' ? takingBack(plan, stored, carrier) : asked(plan, stored, carrier)
}

/**
 * NONE takes back an ALL that is there; where there is none, it has nothing to say. If the endpoint was written after we had
 * first looked and still says ALL, somebody else has said so, such as a STOP that the Region took itself: it is heard.
 */
const takingBack = async (plan: Send, stored: Stored | undefined, carrier: Carrier): Promise<Step> => {
  if (stored?.OptOut !== 'ALL') return { send: withOptOut(plan, undefined) }
  if (!isForeign(plan, stored)) return { send: takenBack(plan, stored) }
  await carrier.hear(plan.id)
  return { result: { plan, outcome: failed('CONSENT_MOVED', 'none'), again: carrier.hold.now() } }
}

const asked = async (ask: Ask, stored: Stored | undefined, carrier: Carrier): Promise<Step> => {
  const { kind, held } = ask
  if (kind === 'opt-out') return askedToOptOut(ask, stored ?? held?.otherwise, carrier)
  // An Import Job may bring it any moment: until then it cannot be opted out, and it is not gone.
  if (!stored && held) return { result: done(ask, { again: held.until }) }
  return stored ? leaving(ask, stored, carrier) : { result: await gone(ask, carrier) }
}

const leaving = async (ask: Ask, stored: Stored, { hold, hear }: Carrier): Promise<Step> => {
  const { id, note, held } = ask
  const isOut = stored.OptOut === 'ALL'
  // An opt-out that nobody told us of would go with the endpoint: it has to outlive it.
  if (isOut && note?.optOut !== 'ALL') await hear(id)
  const isFree = !held && hold.loadingUntil() <= hold.now()
  if (isOut && stored.EndpointStatus === 'INACTIVE' && note?.leaving && isFree)
    return { send: deletion(ask, note, hold.now()) }
  return { send: farewell(ask, stored, hold.now()) }
}

const askedToOptOut = async (
  ask: Ask,
  there: Endpoint | undefined,
  { memory, hold }: Carrier,
): Promise<Step> => {
  if (!there) return { result: done(ask, ask.held ? { again: ask.held.until } : {}) }
  const send = optOutOf(ask, there, hold.now())
  if (there.OptOut !== 'ALL' || !ask.note?.unproved || ask.held) return { send }
  const { unproved: _, lost: __, ...note } = send.after
  await memory.note({ sent: new Map([[ask.id, note]]) })
  return { result: done(ask, { event: 'proved' }) }
}

const gone = async (plan: Ask | Prove, { memory, hold }: Carrier): Promise<Result> => {
  const now = hold.now()
  await memory.receipt(plan.key, plan.id, { provedAt: isoOf(now) })
  await memory.note({ sent: new Map([[plan.id, tombstone(now)]]) })
  return done(plan, { event: 'proved' })
}

const proved = async (plan: Prove, stored: Stored | undefined, carrier: Carrier): Promise<Step> => {
  const { said, again } = plan
  if (!said) return stored ? lost(again) : { result: await gone(plan, carrier) }
  if (stored && isOwnOptInLost(again, stored)) return notHeld(plan, stored, carrier, takenBack(again, stored))
  if (stored?.OptOut === 'ALL' && again.after.optOut !== 'ALL') await carrier.hear(plan.id)
  if (!stored || !carries(stored, said)) return notHeld(plan, stored, carrier)
  await carrier.memory.note({ sent: new Map([[plan.id, plan.proved]]) })
  // What was set aside beside it is so no more, once the item has been looked at again.
  const isParked = (again.after.lost ?? 0) >= MOST_LOSSES
  return { result: done(plan, { event: 'proved', ...(isParked && { again: carrier.hold.now() }) }) }
}

/** Untouched since we looked before taking it back: then it is our own NONE that was lost, and nobody's STOP. */
const isOwnOptInLost = ({ before, after }: Send, { OptOut, EffectiveDate }: Stored): boolean =>
  OptOut === 'ALL' &&
  after.optOut !== 'ALL' &&
  before?.takenBackFrom !== undefined &&
  before.takenBackFrom === EffectiveDate

const notHeld = async (
  plan: Prove,
  stored: Stored | undefined,
  carrier: Carrier,
  again = plan.again,
): Promise<Step> =>
  isGivenUp(plan, stored) ? { result: await setAside(plan, stored, carrier) } : lost(again)

/** Too often not there. An opt-out that the Region does not show is never given up, nor is a remove. */
const isGivenUp = ({ said, again }: Prove, stored: Stored | undefined): boolean =>
  (again.after.lost ?? 0) + 1 >= MOST_LOSSES && (said?.OptOut !== 'ALL' || stored?.OptOut === 'ALL')

/** Noted, so that the next look, at once, parks the item: it is sent no more before it changes. */
const setAside = async (plan: Prove, stored: Stored | undefined, carrier: Carrier): Promise<Result> => {
  const { id, again } = plan
  const { unproved: _, lost: __, ...before } = again.before ?? again.after
  const { keys } = again.after
  // What the Region says of consent is to be taken back, or not, by the next change.
  const isOut = stored?.OptOut === 'ALL'
  const note: Sent = {
    ...putIn(before, again.after),
    ...{ keys, unheld: true },
    ...(isOut && { optOut: 'ALL' }),
  }
  await carrier.memory.note({ sent: new Map([[id, note]]) })
  return done(plan, { event: 'lost', again: carrier.hold.now() })
}

/** Accepted, and not there: it is sent again, as if it had never been, but for the count. */
const lost = (again: Send): Step => {
  const times = { lost: (again.after.lost ?? 0) + 1 }
  const { during, after } = again
  return { send: { ...again, during: { ...during, ...times }, after: { ...after, ...times }, isLost: true } }
}
