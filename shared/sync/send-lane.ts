/** One Region's lane: dirty ids → what the customer table says now → the Region, one sender at a time. */
import { LIMITS } from '../endpoint/limits.ts'
import { applied, failed, rejected } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import type { Problem } from '../endpoint/rules.ts'
import type { Destination } from '../destinations/destination.ts'
import type { LaneMemory } from '../ledger/lane-memory.ts'
import { planChange } from './plan-change.ts'
import type { Item, Plan } from './plan-change.ts'

export interface Lane {
  readonly destination: Destination
  readonly memory: LaneMemory
  /** The items of the customer table that are there, by id, read consistently. */
  readonly readItems: (ids: readonly string[]) => Promise<ReadonlyMap<string, Item>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export interface Turn {
  /** Who holds the lane: another name for each invocation. */
  readonly owner: string
  /** The instant (ms) at which the invocation is cut off, whatever it does. */
  readonly deadline: number
}

/** A chunk of 100 may need as many single calls; it is not begun with less time (ms) than that takes. */
const CHUNK_TIME = 45_000
/** While another sender has the lane, look again after (ms). */
const LEASE_POLL = 250

/**
 * Brings the Region's endpoints of these ids to what the table says *now*: the row is read only once the lane is held, so
 * whatever order the ids come in, and however often, an older row never follows a newer one.
 * One outcome an id; `failed` ids are still owed.
 */
export const sendLane = async (
  ids: readonly string[],
  lane: Lane,
  turn: Turn,
): Promise<ReadonlyMap<string, Outcome>> => {
  const outcomes = new Map<string, Outcome>()
  const distinct = [...new Set(ids)]
  if (!(await takeLease(lane, turn))) return allFailed(distinct, 'LANE_BUSY')
  try {
    for (let at = 0; at < distinct.length; at += LIMITS.batchItems) {
      const chunk = distinct.slice(at, at + LIMITS.batchItems)
      const inTime = lane.now() + CHUNK_TIME < turn.deadline
      const sent = inTime ? await sendChunk(chunk, lane) : allFailed(chunk, 'OUT_OF_TIME')
      for (const [id, outcome] of sent) outcomes.set(id, outcome)
    }
  } finally {
    await lane.memory.release(turn.owner)
  }
  return outcomes
}

const allFailed = (ids: readonly string[], reason: string) => new Map(ids.map((id) => [id, failed(reason)]))

const takeLease = async ({ memory, now, sleep }: Lane, { owner, deadline }: Turn): Promise<boolean> => {
  while (now() + CHUNK_TIME < deadline) {
    if (await memory.lease(owner, now(), deadline)) return true
    await sleep(LEASE_POLL)
  }
  return false
}

const sendChunk = async (ids: readonly string[], lane: Lane): Promise<Map<string, Outcome>> => {
  const plans = await plansFor(ids, lane)
  const outcomes = new Map<string, Outcome>()
  for (const plan of plans) {
    if (plan.kind === 'unchanged') outcomes.set(plan.id, applied)
    if (plan.kind === 'unfit') outcomes.set(plan.id, await park(lane, plan.id, plan.problems))
  }
  for (const [id, outcome] of await sendPlans(
    plans.filter((plan) => plan.kind === 'send'),
    lane,
  ))
    outcomes.set(id, outcome)
  return outcomes
}

const plansFor = async (ids: readonly string[], { readItems, memory, now }: Lane): Promise<Plan[]> => {
  const [items, sent, consents] = await Promise.all([readItems(ids), memory.sent(ids), memory.consents(ids)])
  return ids.map((id) =>
    planChange({ id, item: items.get(id), before: sent.get(id), consent: consents.get(id), now: iso(now()) }),
  )
}

type Send = Extract<Plan, { kind: 'send' }>

const sendPlans = async (plans: readonly Send[], lane: Lane): Promise<ReadonlyMap<string, Outcome>> => {
  const { memory, destination } = lane
  // Removes last: they go one a call.
  const inOrder = [
    ...plans.filter(({ change }) => change.kind === 'put'),
    ...plans.filter(({ change }) => change.kind === 'remove'),
  ]
  for (const { id, consent } of inOrder) if (consent) await memory.noteConsent(id, consent)
  await memory.noteSent(new Map(inOrder.map(({ id, during }) => [id, during])))
  const answers = await destination.apply(inOrder.map(({ change }) => change))
  const outcomes = new Map(inOrder.map(({ id }, at) => [id, answers[at] ?? failed('NO_ANSWER')]))
  await memory.noteSent(
    new Map(
      inOrder.filter(({ id }) => outcomes.get(id)?.result === 'applied').map(({ id, after }) => [id, after]),
    ),
  )
  for (const [id, outcome] of outcomes) {
    if (outcome.result === 'rejected')
      await park(lane, id, [{ rule: outcome.reason, field: '', expected: 'an endpoint the Region accepts' }])
  }
  return outcomes
}

const park = async ({ memory, now }: Lane, id: string, problems: readonly Problem[]): Promise<Outcome> => {
  await memory.park(id, problems, iso(now()))
  return rejected(problems[0]?.rule ?? 'INVALID')
}

const iso = (ms: number): string => new Date(ms).toISOString()
