/** One Region's lane: dirty ids → what the customer table says now → the Region, one sender at a time. */
import { keyOf } from '../endpoint/endpoint.ts'
import { LIMITS } from '../endpoint/limits.ts'
import { applied, failed, rejected } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import type { Problem } from '../endpoint/rules.ts'
import type { Destination } from '../destinations/destination.ts'
import { chunksOf } from '../ledger/chunks.ts'
import type { Consents } from '../ledger/consents.ts'
import type { LaneMemory } from '../ledger/lane-memory.ts'
import type { Item } from '../sources/customer-table.ts'
import { LaneBusy, whileLeased } from './lease.ts'
import type { Leased, Turn } from './lease.ts'
import { planChange } from './plan-change.ts'
import type { Plan } from './plan-change.ts'

export interface Lane extends Leased {
  readonly destination: Destination
  readonly memory: LaneMemory
  readonly consents: Consents
  /** The items of the customer table that are there, by id, read consistently. */
  readonly readItems: (ids: readonly string[]) => Promise<ReadonlyMap<string, Item>>
}

/**
 * Brings the Region's endpoints of these ids to what the table says *now*: the row is read only once the lane is held, so
 * whatever order the ids come in, and however often, an older row never follows a newer one.
 * One outcome an id; `failed` ids are still owed.
 */
export const sendLane = async (ids: readonly string[], lane: Lane, turn: Turn): Promise<Outcomes> => {
  const distinct = [...new Set(ids)]
  try {
    return await whileLeased(lane, turn, (until) => sendChunks(distinct, lane, until))
  } catch (error) {
    if (error instanceof LaneBusy) return allFailed(distinct, error.name)
    throw error
  }
}

const sendChunks = async (ids: readonly string[], lane: Lane, until: number): Promise<Outcomes> => {
  const outcomes = new Map<string, Outcome>()
  for (const chunk of chunksOf(ids, LIMITS.batchItems)) {
    for (const [id, outcome] of await settledChunk(chunk, lane, until)) outcomes.set(id, outcome)
  }
  return outcomes
}

type Outcomes = ReadonlyMap<string, Outcome>

const allFailed = (ids: readonly string[], reason: string): Outcomes =>
  new Map(ids.map((id) => [id, failed(reason)]))

/** One chunk's trouble (a ledger that does not answer …) is not the next one's: what is not known to be done is owed. */
const settledChunk = async (ids: readonly string[], lane: Lane, until: number): Promise<Outcomes> => {
  if (lane.now() >= until) return allFailed(ids, 'OUT_OF_TIME')
  try {
    return await sendChunk(ids, lane, until)
  } catch (error) {
    return allFailed(ids, error instanceof Error ? error.name : 'Unknown')
  }
}

const sendChunk = async (ids: readonly string[], lane: Lane, until: number): Promise<Outcomes> => {
  const outcomes = new Map<string, Outcome>()
  const sending: Send[] = []
  for (const plan of await plansFor(ids, lane)) {
    const outcome = await beforeSending(plan, lane)
    if (outcome) outcomes.set(plan.id, outcome)
    else if (plan.kind === 'send') sending.push(plan)
  }
  for (const [id, outcome] of await sendPlans(sending, lane, until)) outcomes.set(id, outcome)
  return outcomes
}

const plansFor = async (
  ids: readonly string[],
  { readItems, memory, consents, now }: Lane,
): Promise<Plan[]> => {
  const [items, sent, known] = await Promise.all([readItems(ids), memory.sent(ids), consents.of(ids)])
  const plan = (id: string) =>
    planChange({ id, item: items.get(id), before: sent.get(id), consent: known.get(id), now: iso(now()) })
  return ids.map((id) => (isOutspelled(id, ids, items) ? outspelled(id, items.has(id)) : plan(id)))
}

/** Ids that differ only by case are one endpoint: of such rows the last spelling is sent, a row before none. */
const isOutspelled = (id: string, ids: readonly string[], items: ReadonlyMap<string, Item>): boolean => {
  const rank = (each: string) => `${items.has(each) ? 1 : 0}${each}`
  return ids.some((other) => other !== id && keyOf(other) === keyOf(id) && rank(other) > rank(id))
}

const outspelled = (id: string, isThere: boolean): Plan =>
  isThere
    ? {
        kind: 'unfit',
        id,
        consent: undefined,
        problems: [{ rule: 'ID_CASE', field: 'Id', expected: 'no other id that differs only by case' }],
      }
    : { kind: 'unchanged', id, consent: undefined }

type Send = Extract<Plan, { kind: 'send' }>

/** Writes down what must be known before the call. An outcome where there is no call to make. */
const beforeSending = async (plan: Plan, lane: Lane): Promise<Outcome | undefined> => {
  // Somebody has noted a newer consent since it was read: plan again.
  if (plan.consent && !(await lane.consents.note(plan.id, plan.consent))) return failed('CONSENT_MOVED')
  if (plan.kind === 'unfit') return park(lane, plan.id, plan.problems)
  return plan.kind === 'unchanged' ? applied : undefined
}

const sendPlans = async (plans: readonly Send[], lane: Lane, until: number): Promise<Outcomes> => {
  const { memory, destination } = lane
  // Removes last: they go one a call.
  const inOrder = [
    ...plans.filter(({ change }) => change.kind === 'put'),
    ...plans.filter(({ change }) => change.kind === 'remove'),
  ]
  await memory.noteSent(new Map(inOrder.map(({ id, during }) => [id, during])))
  const answers = await destination.apply(
    inOrder.map(({ change }) => change),
    until,
  )
  const done = inOrder.map((plan, at) => ({ plan, outcome: answers[at] ?? failed('NO_ANSWER') }))
  const known = done.filter(({ outcome }) => outcome.result === 'applied')
  await memory.noteSent(new Map(known.map(({ plan }) => [plan.id, plan.after])))
  return new Map(
    await Promise.all(
      done.map(async ({ plan, outcome }) => [plan.id, await afterSending(plan, outcome, lane)] as const),
    ),
  )
}

const afterSending = async ({ id, problems }: Send, outcome: Outcome, lane: Lane): Promise<Outcome> => {
  if (outcome.result === 'rejected') {
    return park(lane, id, [{ rule: outcome.reason, field: '', expected: 'an endpoint the Region accepts' }])
  }
  return outcome.result === 'applied' && problems.length > 0 ? park(lane, id, problems) : outcome
}

const park = async ({ memory, now }: Lane, id: string, problems: readonly Problem[]): Promise<Outcome> => {
  await memory.park(id, problems, iso(now()))
  return rejected(problems[0]?.rule ?? 'INVALID')
}

const iso = (ms: number): string => new Date(ms).toISOString()
