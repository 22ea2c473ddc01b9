/** One Region's lane: dirty markers → what the customer table says now → the Region, one sender at a time. */
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Region } from '../../endpoint/endpoint.ts'
import type { Outcome } from '../../endpoint/outcome.ts'
import type { Destination } from '../../destinations/destination.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import type { LaneTurns } from '../../ledger/lane-turns.ts'
import { afterCall, beforeCall, CLOSED, isOpen } from './breaker.ts'
import { LaneBusy, whileLeased } from './lease.ts'
import type { Hold, Turn } from './lease.ts'
import type { LaneKind } from './mark-dirty.ts'
import { markerIn, markersFor } from './marker.ts'
import type { Marker } from './marker.ts'
import type { Observer } from './observe.ts'
import { figuresOf } from './lane-figures.ts'
import type { LaneFigures } from './lane-figures.ts'
import { owed, sendItems } from './send-items.ts'
import type { Done } from './send-items.ts'

export interface LaneMessage {
  readonly id: string
  readonly body: string
  /** Times it has been received, this one included. */
  readonly receives: number
}

export interface LaneQueue {
  /** Into the Region's lane of that kind, to be seen after `delaySeconds` (0 to 900). Rejects unless all are taken. */
  send(kind: LaneKind, markers: readonly Marker[], delaySeconds: number): Promise<void>
  /** The message comes back after `seconds`. Never rejects: without it, it comes back later. */
  postpone(messageId: string, seconds: number): Promise<void>
}

export interface Lane extends Observer {
  readonly region: Region
  readonly kind: LaneKind
  readonly destination: Destination
  readonly turns: LaneTurns
  readonly queue: LaneQueue
  /** Marks endpoints in every Region's urgent lane: somebody has opted out where only that Region could know. */
  readonly spread: (ids: readonly string[]) => Promise<void>
  readonly report: (figures: LaneFigures) => void
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/**
 * Brings the Region's endpoints of the marked items to what the table says *now*: the items are read only once the lane is
 * held, so whatever order the markers come in, and however often, an older item never follows a newer one.
 * Returns the ids of the messages that still owe something.
 */
export const workLane = async (
  messages: readonly LaneMessage[],
  lane: Lane,
  turn: Turn,
): Promise<readonly string[]> => {
  const work = await workOf(messages, lane).catch(() => NOTHING)
  const began = await begin(work, lane, { ...turn, isUrgent: lane.kind === 'urgent' })
  await askAgain(began.done, work, lane).catch(() => markOwed(began.done))
  const stay = messages.filter((message) => owes(work.markers.get(message.id), work, began.done))
  await Promise.all(
    stay.map(({ id, receives }) => lane.queue.postpone(id, postponement(receives, lane.kind))),
  )
  const counts = lane.destination.pace?.counts()
  lane.report(figuresOf({ kind: lane.kind, ...work, ...began, counts }))
  return stay.map(({ id }) => id)
}

export interface Work {
  /** By message; none where the ledger did not answer, or of an unknown shape. */
  readonly markers: ReadonlyMap<string, Marker | undefined>
  /** By item key: the oldest commit that is marked, and whether it is to be sent whatever is there. */
  readonly items: ReadonlyMap<string, { readonly at: number; readonly force: boolean }>
  /** By endpoint id, the keys of the items that want it. */
  readonly keysOf: ReadonlyMap<string, readonly string[]>
  /** Endpoint ids that are looked at without an item. */
  readonly orphans: ReadonlySet<string>
  /** Keys and ids in the markers. */
  readonly marked: number
}

const NOTHING: Work = {
  markers: new Map(),
  items: new Map(),
  keysOf: new Map(),
  orphans: new Set(),
  marked: 0,
}

/** By item key. */
type DoneItems = Map<string, Done>

/** What the messages ask for. */
export const workOf = async (
  messages: readonly Pick<LaneMessage, 'id' | 'body'>[],
  { memory }: Pick<Lane, 'memory'>,
): Promise<Work> => {
  const markers = new Map(messages.map(({ id, body }) => [id, markerIn(body)]))
  const known = [...markers.values()].flatMap((marker) => marker ?? [])
  const ids = known.flatMap((marker) => marker.ids ?? [])
  const sent = ids.length === 0 ? new Map<string, Sent>() : await memory.sent(ids)
  // An endpoint that was sent and that no item wants stands for itself: it may have come back by another door.
  const orphans = new Set(ids.filter((id) => sent.get(id)?.keys.length === 0))
  const keysOf = new Map(ids.map((id) => [keyOf(id), orphans.has(id) ? [id] : (sent.get(id)?.keys ?? [])]))
  const items = new Map<string, { at: number; force: boolean }>()
  for (const { keys = [], ids: endpoints = [], at, force = false } of known) {
    for (const key of [...keys, ...endpoints.flatMap((id) => keysOf.get(keyOf(id)) ?? [])]) {
      const before = items.get(key)
      items.set(key, { at: Math.min(at, before?.at ?? at), force: force || (before?.force ?? false) })
    }
  }
  const marked = known.reduce((sum, { keys = [], ids: each = [] }) => sum + keys.length + each.length, 0)
  return { markers, items, keysOf, orphans, marked }
}

interface Began {
  readonly done: DoneItems
  /** The ledger's time, ms. */
  readonly now: number
  readonly isBreakerOpen: boolean
}

const begin = async (work: Work, lane: Lane, turn: Turn): Promise<Began> => {
  const done: DoneItems = new Map()
  const owe = (reason: string) => {
    for (const key of work.items.keys()) if (!done.has(key)) done.set(key, owed(reason))
  }
  let breaker = CLOSED
  let now = lane.now()
  try {
    now = await lane.turns.time()
    const view = await lane.turns.look()
    breaker = view.handover?.breaker ?? CLOSED
    if (view.isPaused) owe('PAUSED')
    else if (isOpen(breaker, now)) owe('BREAKER_OPEN')
    else if (work.items.size > 0) {
      await whileLeased(lane, turn, async (hold) => {
        if (hold.isPaused()) owe('PAUSED')
        else await workItems(work, lane, hold, done)
        breaker = hold.breaker()
        now = hold.now()
      })
    }
  } catch (error) {
    owe(error instanceof LaneBusy ? error.name : error instanceof Error ? error.name : 'Unknown')
  }
  owe('OUT_OF_TIME')
  return { done, now, isBreakerOpen: breaker.probeAt !== undefined }
}

/** Items a time, as many as fill calls; between two, the urgent may go first. */
const workItems = async (work: Work, lane: Lane, hold: Hold, done: DoneItems): Promise<void> => {
  const keys = [...work.items.keys()]
  const forced = new Set(keys.filter((key) => work.items.get(key)?.force))
  const idsOf = (key: string) => (work.orphans.has(key) ? [key] : lane.mapping.idsOf(key))
  const sender = { ...lane, mapping: { ...lane.mapping, idsOf } }
  while (keys.length > 0 && lane.now() < hold.until) {
    if (isOpen(hold.breaker(), hold.now())) return
    const before = hold.breaker()
    await hold.setBreaker(beforeCall(before, hold.now()))
    const { isAnswered, items } = await sendItems(keys, forced, sender, hold)
    for (const [key, each] of items) done.set(key, each)
    keys.splice(0, items.size)
    // Where nothing was asked, the try is still to be made.
    await hold.setBreaker(
      isAnswered === undefined ? before : afterCall(hold.breaker(), isAnswered, hold.now()),
    )
    if (!(await hold.giveWay())) return
  }
}

/** What is done for now and not for good comes again in markers of its own, so that the rest of its marker is through. */
const askAgain = async (done: DoneItems, work: Work, { queue, kind }: Lane): Promise<void> => {
  const due = new Map<string, { keys: string[]; at: number; kind: LaneKind; delay: number; force: boolean }>()
  for (const [key, { again, outcome }] of done) {
    const item = work.items.get(key)
    // What is owed comes again in its own marker: one more each time would be a storm.
    if (!again || !item || !isPaid(outcome)) continue
    const force = item.force && again.isForced
    const lane = again.isUrgent ? 'urgent' : kind
    const name = `${lane} ${again.delay} ${force}`
    const group = due.get(name) ?? { keys: [], at: item.at, kind: lane, delay: again.delay, force }
    due.set(name, { ...group, keys: [...group.keys, key], at: Math.min(group.at, item.at) })
  }
  for (const { keys, at, kind: lane, delay, force } of due.values())
    await queue.send(lane, markersFor(keys, at, force), delay)
}

const markOwed = (done: DoneItems): void => {
  for (const [key, each] of done) if (each.again) done.set(key, owed('AGAIN'))
}

const owes = (marker: Marker | undefined, { keysOf }: Work, done: DoneItems): boolean => {
  if (!marker) return true
  const keys = marker.keys ?? marker.ids?.flatMap((id) => keysOf.get(keyOf(id)) ?? []) ?? []
  return keys.some((key) => !isPaid(done.get(key)?.outcome))
}

const isPaid = (outcome: Outcome | undefined): boolean => outcome !== undefined && outcome.result !== 'failed'

/**
 * Seconds: 1, 2, 4 … up to half a minute for the urgent, five minutes for the rest. As a queue gives a message up after 1,000
 * receives, the urgent too come only every five minutes when they have waited for hours.
 */
const postponement = (receives: number, kind: LaneKind): number => {
  const cap = kind === 'urgent' && receives < 500 ? 30 : 300
  return Math.min(cap, 2 ** Math.min(20, Math.max(0, receives - 1)))
}
