/** Plans → the Region: asked, sent and noted, in the one order in which nothing can be lost or said twice too early. */
import type { Consent } from '../../endpoint/consent.ts'
import { failed, rejected } from '../../endpoint/outcome.ts'
import type { Outcome } from '../../endpoint/outcome.ts'
import { isLawful } from '../../endpoint/lawful.ts'
import { answerOf } from '../../destinations/answer.ts'
import type { Destination, Stored } from '../../destinations/destination.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import { answered, done } from './heed-region.ts'
import type { Step } from './heed-region.ts'
import type { Hold } from './lease.ts'
import { deletion, isOptOutKnown } from './plan-remove.ts'
import { putIn } from './plan-endpoint.ts'
import { NEVER_SENT } from './plan-put.ts'
import { FENCE, proofAfter } from './fences.ts'
import { MOST_LOSSES, NOT_HELD } from './plan.ts'
import type { Plan, Send } from './plan.ts'
import { mayTakeBack } from './take-back.ts'

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
  const rest = answers.filter((answer) => !isFarewellRefused(answer))
  const deletions = await farewellRefused(answers.filter(isFarewellRefused), carrier)
  const all = [...results, ...rest, ...deletions, ...(await optOutRefused(rest, carrier))]
  return all.map(withAlarm)
}

/** What is said on and on, and not kept, is set aside beside it, so that somebody hears of it. */
const withAlarm = (result: Result): Result => {
  const { plan, outcome } = result
  const isNotHeld = plan.kind === 'send' && plan.isLost && (plan.after.lost ?? 0) >= MOST_LOSSES
  return isNotHeld && outcome.result === 'applied' ? { ...result, outcome: rejected(NOT_HELD.rule) } : result
}

const isFarewellRefused = ({ plan, outcome }: Result): boolean =>
  outcome.result === 'rejected' &&
  plan.kind === 'send' &&
  plan.change.kind === 'put' &&
  plan.after.leaving === true

/** The Region refuses to opt somebody out who leaves: then the endpoint is deleted at once. */
const farewellRefused = (refused: readonly Result[], carrier: Carrier): Promise<Result[]> => {
  const plans = refused.map(({ plan }) => plan as Send)
  return send(
    plans.map((plan) => deletion(plan, plan.before ?? NEVER_SENT, carrier.hold.now())),
    carrier,
  )
}

/** The Region refuses an endpoint that opts out: then the opt-out goes by itself, to what the Region has. */
const optOutRefused = async (answers: readonly Result[], carrier: Carrier): Promise<Result[]> => {
  const results: Result[] = []
  const sends: Send[] = []
  for (const { plan, outcome } of answers) {
    if (outcome.result !== 'rejected' || plan.kind !== 'send' || plan.after.optOut !== 'ALL') continue
    // Who was never sent may be there all the same, by a file.
    const isTried = plan.before?.at === ''
    if (!isTried && isOptOutKnown(plan.before)) continue
    const step = await prepare({ kind: 'opt-out', id: plan.id, key: plan.key, note: plan.before }, carrier)
    if (step.send) sends.push(step.send)
    else if (step.result) results.push(step.result)
  }
  return [...results, ...(await send(sends, carrier))]
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
    return unread(plan, error)
  }
  return answered(plan, stored, carrier)
}

/** A Region that refuses to be read, as for the number of calls, is not down: what there is to say is said. */
const unread = (plan: Plan, error: unknown): Step => {
  const outcome = answerOf(error)
  // The endpoint is not refused, but the question: it is asked again.
  if (outcome.result === 'rejected') return { result: { plan, outcome: failed(outcome.reason, 'none') } }
  const isDown = outcome.result === 'failed' && outcome.effect === 'unknown'
  return { result: { plan, outcome }, unanswered: isDown ? 'down' : 'late' }
}

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
    ...(outcome.result === 'applied' && isOpen && { again: hold.after(proofAfter(plan.after.lost)) }),
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
