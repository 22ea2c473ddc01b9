/** Some items of a lane's work → the Region: as many as fill a call. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import { LIMITS } from '../../endpoint/limits.ts'
import { applied, failed } from '../../endpoint/outcome.ts'
import type { Outcome } from '../../endpoint/outcome.ts'
import type { Destination } from '../../destinations/destination.ts'
import { carryOut } from './carry-out.ts'
import type { Result } from './carry-out.ts'
import type { Hold } from './lease.ts'
import type { Mapped } from '../../ledger/lane-memory.ts'
import type { LaneKind } from './mark-dirty.ts'
import type { Marker } from './marker.ts'
import { observe } from './observe.ts'
import type { Observer } from './observe.ts'
import { notePlans, parkRefused } from './note-plans.ts'
import type { Thinking } from './note-plans.ts'
import { planItems } from './plan-items.ts'
import { isUrgent } from './plan.ts'
import type { Plan } from './plan.ts'
import { withoutHurry } from './without-hurry.ts'

export interface Sender extends Observer {
  readonly destination: Destination
  readonly queue: { send(kind: LaneKind, markers: readonly Marker[], delaySeconds: number): Promise<void> }
  readonly spread: (ids: readonly string[]) => Promise<void>
  readonly kind: LaneKind
}

/** What became of one item. */
export interface Done {
  /** `applied`: all that could be done now is done. */
  readonly outcome: Outcome
  /** There is more to do: in so many seconds, and whether nothing may hold it up. */
  readonly again?: { readonly delay: number; readonly isUrgent: boolean; readonly isForced: boolean }
  readonly results: readonly Result[]
}

export interface SentItems {
  /** By key; they are the first of the keys given. */
  readonly items: ReadonlyMap<string, Done>
  /** Whether the Region answered; undefined where it was not asked. */
  readonly isAnswered: boolean | undefined
}

/** `keys`: at least one, each once. */
export const sendItems = async (
  keys: readonly string[],
  forced: ReadonlySet<string>,
  sender: Sender,
  hold: Hold,
): Promise<SentItems> => {
  const filling: Filling = { items: new Map(), plans: [], dueAt: new Map(), mapped: new Map() }
  while (filling.items.size < keys.length && room(filling.plans) > 0) {
    const at = filling.items.size
    if (!(await takeUp(keys.slice(at, at + room(filling.plans)), filling, { forced, sender, hold }))) break
  }
  const { items, dueAt, mapped } = filling
  const results = await resultsOf(filling.plans, sender, hold)
  await parkRefused(results, mapped, sender, hold)
  for (const [key, each] of byItem(results)) items.set(key, doneOf(each, dueAt.get(key), hold.now()))
  return { items, isAnswered: isAnswered(results) }
}

interface Filling {
  readonly items: Map<string, Done>
  readonly plans: Plan[]
  /** By key, when the item is to be looked at again whatever becomes of its plans. */
  readonly dueAt: Map<string, number>
  /** By key, as it is noted now. */
  readonly mapped: Map<string, Mapped>
}

interface Sending {
  readonly forced: ReadonlySet<string>
  readonly sender: Sender
  readonly hold: Hold
}

/** Plans for these keys as well. False when what is planned already has to be sent first: it is about the same endpoint. */
const takeUp = async (keys: readonly string[], filling: Filling, sending: Sending): Promise<boolean> => {
  const { items, plans, dueAt, mapped } = filling
  const { forced, sender, hold } = sending
  try {
    const planned = await thinkThrough(keys, forced, sender, hold)
    const ids = new Set(plans.map(({ id }) => keyOf(id)))
    const concerned = [...planned.displaced, ...planned.thoughts.map(({ plan }) => keyOf(plan.id))]
    if (concerned.some((id) => ids.has(id))) return false
    const moved = await notePlans(keys, planned, sender, hold)
    const thoughts = withoutHurry(planned.thoughts, hold.now())
    for (const [key, note] of [...planned.observed.mapped, ...planned.mapped]) mapped.set(key, note)
    for (const { plan, dueAt: due } of thoughts.filter((each) => !moved.has(each.plan.key))) {
      plans.push(plan)
      if (due !== undefined) dueAt.set(plan.key, due)
    }
    for (const key of keys)
      items.set(key, moved.has(key) ? owed('CONSENT_MOVED') : { outcome: applied, results: [] })
  } catch (error) {
    return keys.length === 1 ? owe(keys, error, filling) : takeUpSingly(keys, filling, sending)
  }
  return true
}

/** So many in a row, and it is the ledger that is in trouble, not an item. */
const TROUBLES = 3

/** An item that the ledger cannot take holds up no other. */
const takeUpSingly = async (
  keys: readonly string[],
  filling: Filling,
  sending: Sending,
): Promise<boolean> => {
  let troubles = 0
  for (const [at, key] of keys.entries()) {
    if (troubles >= TROUBLES) return owe(keys.slice(at), undefined, filling)
    if (!(await takeUp([key], filling, sending))) return false
    troubles = filling.items.get(key)?.outcome.result === 'failed' ? troubles + 1 : 0
  }
  return true
}

const owe = (keys: readonly string[], error: unknown, { items }: Filling): true => {
  for (const key of keys) items.set(key, owed(error instanceof Error ? error.name : 'Unknown'))
  return true
}

/** Nothing has been done for the item: it is to come again. */
export const owed = (reason: string): Done => ({ outcome: failed(reason, 'none'), results: [] })

const room = (plans: readonly Plan[]): number =>
  LIMITS.batchItems - plans.filter(({ kind }) => kind !== 'done' && kind !== 'wait' && kind !== 'park').length

const thinkThrough = async (
  keys: readonly string[],
  forced: ReadonlySet<string>,
  sender: Sender,
  hold: Hold,
): Promise<Thinking> => {
  const now = hold.now()
  const observed = await observe(keys, sender, now)
  const idsOf = (key: string) => sender.mapping.idsOf(key)
  const loadingUntil = hold.loadingUntil()
  return { ...planItems({ keys, observed, idsOf, now, forced, loadingUntil }), observed }
}

const resultsOf = async (plans: readonly Plan[], sender: Sender, hold: Hold): Promise<Result[]> => {
  const { memory, consents, destination, spread } = sender
  const hear = async (id: string) => {
    await consents.note(id, { value: 'ALL', at: isoOf(hold.now()) })
    await spread([id])
  }
  try {
    return await carryOut(plans, { destination, memory, consents, hold, hear })
  } catch (error) {
    const outcome = failed(error instanceof Error ? error.name : 'Unknown', 'none')
    return plans.map((plan) => ({ plan, outcome }))
  }
}

const byItem = (results: readonly Result[]): ReadonlyMap<string, Result[]> => {
  const items = new Map<string, Result[]>()
  for (const result of results) {
    const { key } = result.plan
    items.set(key, [...(items.get(key) ?? []), result])
  }
  return items
}

const doneOf = (results: readonly Result[], dueAt: number | undefined, now: number): Done => {
  const bad =
    results.find(({ outcome }) => outcome.result === 'failed' && outcome.reason !== 'CONSENT_MOVED') ??
    results.find(({ outcome }) => outcome.result === 'rejected')
  const open = results.filter(({ again }) => again !== undefined)
  const instants = [...open.map(({ again = now }) => again), ...(dueAt === undefined ? [] : [dueAt])]
  const outcome = bad?.outcome ?? applied
  if (instants.length === 0) return { outcome, results }
  const delay = Math.min(900, Math.max(1, Math.ceil((Math.min(...instants) - now) / 1000)))
  const isForced = open.some(({ plan }) => plan.kind === 'wait')
  return { outcome, again: { delay, isUrgent: open.some(({ plan }) => isUrgent(plan)), isForced }, results }
}

const UNASKED = new Set(['UNASKED', 'OUT_OF_TIME', 'CONSENT_MOVED'])

const isAnswered = (results: readonly Result[]): boolean | undefined => {
  const asked = results.filter(({ plan, outcome }) => {
    const isCall = plan.kind !== 'done' && plan.kind !== 'wait' && plan.kind !== 'park'
    return isCall && !(outcome.result === 'failed' && UNASKED.has(outcome.reason))
  })
  if (asked.length === 0) return undefined
  return !asked.some(({ outcome }) => outcome.result === 'failed' && outcome.effect === 'unknown')
}
