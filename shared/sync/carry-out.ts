/** Plans → the Region: asked, sent and noted, in the one order in which nothing can be lost or said twice too early. */
import { carries } from '../endpoint/carries.ts'
import type { Consent } from '../endpoint/consent.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { applied, failed, rejected } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import { isLawful } from '../endpoint/lawful.ts'
import type { Destination, Stored } from '../destinations/destination.ts'
import type { Consents } from '../ledger/consents.ts'
import type { LaneMemory, Sent } from '../ledger/lane-memory.ts'
import type { Hold } from './lease.ts'
import { deletion, farewell, isOptOutKnown, optOutOf, tombstone } from './plan-remove.ts'
import { putIn } from './plan-endpoint.ts'
import { NEVER_SENT } from './plan-put.ts'
import { FENCE } from './plan.ts'
import type { Ask, Plan, Prove, Send } from './plan.ts'
import { isForeign, mayTakeBack, takenBack, withOptOut } from './take-back.ts'

export interface Carrier {
  readonly destination: Destination
  readonly memory: LaneMemory
  readonly consents: Consents
  readonly hold: Hold
  /** An opt-out that the Region has and nobody told us of: for every Region's lane. */
  readonly hear: (id: string) => Promise<void>
}

/** What became of one plan; `again`: the instant (ms, the ledger's time) at which there is more to do. */
export interface Result {
  readonly plan: Plan
  readonly outcome: Outcome
  readonly again?: number
  readonly event?: 'proved' | 'lost' | 'unlawful'
}

const done = (plan: Plan, more: Partial<Result> = {}): Result => ({ plan, outcome: applied, ...more })

/** One result a plan, in no order. Throws when the ledger does not answer: what is not known to be done is owed. */
export const carryOut = async (plans: readonly Plan[], carrier: Carrier): Promise<Result[]> => {
  const results: Result[] = []
  const sends: Send[] = []
  const unasked = failed('UNASKED', 'none')
  // Who asks to the very end has no time left to say anything, this time and the next.
  const { hold } = carrier
  const asker = { ...carrier, hold: { ...hold, until: hold.until - hold.left() / 2 } }
  let unanswered: Step['unanswered']
  for (const plan of plans) {
    const step: Step =
      unanswered && asks(plan) ? { result: { plan, outcome: unasked } } : await prepare(plan, asker)
    unanswered ??= step.unanswered
    if (step.send) sends.push(step.send)
    else results.push(step.result ?? done(plan))
  }
  const answers =
    unanswered === 'down' ? sends.map((plan) => ({ plan, outcome: unasked })) : await send(sends, carrier)
  return [...results, ...answers, ...(await optOutRefused(answers, carrier))]
}

/** The Region refuses an endpoint that opts out: then the opt-out goes by itself, to what the Region has. */
const optOutRefused = async (answers: readonly Result[], carrier: Carrier): Promise<Result[]> => {
  const results: Result[] = []
  const sends: Send[] = []
  for (const { plan, outcome } of answers) {
    if (outcome.result !== 'rejected' || plan.kind !== 'send' || plan.after.optOut !== 'ALL') continue
    if (isOptOutKnown(plan.before)) continue
    const step = await prepare({ kind: 'opt-out', id: plan.id, key: plan.key, note: plan.before }, carrier)
    if (step.send) sends.push(step.send)
    else if (step.result) results.push(step.result)
  }
  return [...results, ...(await send(sends, carrier))]
}

interface Step {
  readonly send?: Send
  readonly result?: Result
  /** No more is asked: the Region did not answer, or there was no time to ask it. */
  readonly unanswered?: 'down' | 'late' | undefined
}

const asks = (plan: Plan): boolean =>
  plan.kind === 'leave' ||
  plan.kind === 'opt-out' ||
  plan.kind === 'prove' ||
  (plan.kind === 'send' && plan.change.kind === 'put' && plan.change.endpoint.OptOut === 'NONE')

/** Asks the Region what has to be asked before there is anything to send. */
const prepare = async (plan: Plan, carrier: Carrier): Promise<Step> => {
  if (plan.kind === 'park')
    return { result: { plan, outcome: rejected(plan.problems[0]?.rule ?? 'INVALID') } }
  if (plan.kind === 'done') return { result: done(plan) }
  if (plan.kind === 'wait') return { result: done(plan, { again: plan.until }) }
  if (plan.kind === 'send' && !asks(plan)) return { send: plan }
  let stored: Stored | undefined
  try {
    stored = await carrier.destination.read(plan.id, carrier.hold.until)
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'Unknown'
    const isLate = reason === 'OUT_OF_TIME'
    const outcome = failed(reason, isLate ? 'none' : 'unknown')
    return { result: { plan, outcome }, unanswered: isLate ? 'late' : 'down' }
  }
  return answered(plan, stored, carrier)
}

const answered = (plan: Send | Prove | Ask, stored: Stored | undefined, carrier: Carrier): Promise<Step> => {
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
  if (isOut && stored.EndpointStatus === 'INACTIVE' && note?.leaving && !held)
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
  const { unproved: _, ...note } = send.after
  await memory.note({ sent: new Map([[ask.id, note]]) })
  return { result: done(ask, { event: 'proved' }) }
}

const gone = async (plan: Ask | Prove, { memory, hold }: Carrier): Promise<Result> => {
  const now = hold.now()
  await memory.receipt(plan.key, plan.id, { provedAt: new Date(now).toISOString() })
  await memory.note({ sent: new Map([[plan.id, tombstone(now)]]) })
  return done(plan, { event: 'proved' })
}

const proved = async (plan: Prove, stored: Stored | undefined, carrier: Carrier): Promise<Step> => {
  const { said, again } = plan
  if (!said) return stored ? lost(again) : { result: await gone(plan, carrier) }
  if (!stored) return lost(again)
  if (stored.OptOut === 'ALL' && again.after.optOut !== 'ALL') {
    // Untouched since we looked before taking it back: then it is our own NONE that was lost.
    const from = again.before?.takenBackFrom
    if (from !== undefined && from === stored.EffectiveDate) return lost(takenBack(again, stored))
    await carrier.hear(plan.id)
  }
  if (!carries(stored, said)) return lost(again)
  await carrier.memory.note({ sent: new Map([[plan.id, plan.proved]]) })
  return { result: done(plan, { event: 'proved' }) }
}

/** Accepted, and not there: it is sent again, as if it had never been. */
const lost = (again: Send): Step => ({ send: { ...again, isLost: true } })

const send = async (plans: readonly Send[], carrier: Carrier): Promise<Result[]> => {
  const { memory, destination, hold, consents } = carrier
  if (plans.length === 0) return []
  // Once more, as late as can be: somebody may have opted out since the plan was made.
  const known = await consents.of(plans.map(({ id }) => id))
  const unlawful = plans.filter(({ id, change }) => !isLawful(change, known.get(id)))
  const sends = inOrder(plans.filter((plan) => !unlawful.includes(plan)))
  const fence = hold.cutOff + FENCE.unknown
  await memory.note({ sent: new Map(sends.map(({ id, during }) => [id, fenced(during, fence)])) })
  const answers = await destination.apply(
    sends.map(({ change }) => change),
    { until: hold.until, mayStill: (endpoints) => mayTakeBack(endpoints, consents) },
  )
  const results = sends.map((plan, at): Result => resultOf(plan, answers[at] ?? failed('NO_ANSWER'), hold))
  await memory.note({ sent: new Map(results.map(noteOf(hold))) })
  return [
    ...results,
    ...unlawful.map((plan): Result =>
      isMoved(plan, known.get(plan.id))
        ? { plan, outcome: failed('CONSENT_MOVED', 'none'), again: hold.now() }
        : { plan, outcome: rejected('CONSENT_ASSERTION'), event: 'unlawful' },
    ),
  ]
}

/** The register is newer than the plan, which did not mean to say ALL; anything else is a mistake of ours. */
const isMoved = ({ after }: Send, consent: Consent | undefined): boolean =>
  consent?.value === 'ALL' && after.optOut !== 'ALL'

/** Of those with one address the ACTIVE one goes last. Removes go one a call, behind all that goes together. */
const inOrder = (plans: readonly Send[]): Send[] => {
  const rank = ({ change }: Send) =>
    change.kind === 'remove' ? 2 : change.endpoint.EndpointStatus === 'INACTIVE' ? 0 : 1
  return [...plans].sort((a, b) => rank(a) - rank(b))
}

const resultOf = (plan: Send, outcome: Outcome, hold: Hold): Result => {
  const isOpen = plan.after.unproved === true || plan.after.leaving === true
  return {
    plan,
    outcome,
    ...(outcome.result === 'applied' && isOpen && { again: hold.after(FENCE.accepted) }),
    ...(plan.isLost && { event: 'lost' as const }),
  }
}

/** An Import Job's own fence may be later. */
const fenced = (note: Sent, fence: number): Sent => ({ ...note, fence: Math.max(note.fence, fence) })

/** What is remembered now that the answer is known. */
const noteOf =
  (hold: Hold) =>
  ({ plan, outcome }: Result): [string, Sent] => {
    const { id, before, during, after } = plan as Send
    if (outcome.result === 'applied') return [id, fenced(after, hold.after(FENCE.accepted))]
    const isUnknown = outcome.result === 'failed' && outcome.effect === 'unknown'
    if (isUnknown) return [id, fenced(during, hold.after(FENCE.unknown))]
    // Certainly without effect: as if it had not been tried, but for where it belongs.
    return [id, { ...putIn(before ?? NEVER_SENT, during), keys: during.keys }]
  }
