/** A Region's backlog → files for its Import Job: planned as its lane plans, and written down so that the lane leaves it alone. */
import type { Region } from '../../endpoint/endpoint.ts'
import type { Runs } from '../../ledger/runs.ts'
import { bringRows } from './bring-rows.ts'
import type { Part } from './bring-rows.ts'
import type { Files } from '../files.ts'
import { sortOut } from './import-rows.ts'
import type { Sorted } from './import-rows.ts'
import { LaneBusy, whileLeased } from '../lane/lease.ts'
import type { Hold, Leased, Turn } from '../lane/lease.ts'
import type { Staged } from '../load/load-region.ts'
import { idMarkersFor, markersFor } from '../lane/marker.ts'
import type { Marker } from '../lane/marker.ts'
import { observe } from '../lane/observe.ts'
import { noteFile } from '../open-run.ts'
import { stagingPrefix } from '../places.ts'
import { planItems } from '../lane/plan-items.ts'
import { notePlans } from '../lane/note-plans.ts'
import type { Sender } from '../lane/send-items.ts'
import { workOf } from '../lane/work-lane.ts'
import type { Work } from '../lane/work-lane.ts'

export interface QueuedMarker {
  /** To delete it by. */
  readonly handle: string
  readonly body: string
}

/** The Region's bulk lane, worked off by somebody else than its sender. */
export interface MarkerQueue {
  /** Some messages, kept from others for so many seconds; none when none has come in a second. */
  receive(seconds: number): Promise<readonly QueuedMarker[]>
  delete(handles: readonly string[]): Promise<void>
}

export interface Backlog extends Leased, Omit<Sender, 'destination' | 'spread' | 'kind'> {
  readonly run: string
  readonly region: Region
  /** Messages that there were when the run was opened, and keys from which on a job is worth its while. */
  readonly markers: number
  readonly threshold: number
  readonly ledger: Pick<Runs, 'get' | 'note'>
  readonly backlog: MarkerQueue
  /** The Region's. */
  readonly bucket: string
  readonly files: Files
}

/** `rows`: 0 where nothing is to be imported. `left`: none of the rows. */
export type StagedBacklog = Required<Pick<Staged, 'bucket' | 'prefix' | 'left' | 'rows'>>

/** What one run takes: a job reads a gigabyte. */
const MOST = { keys: 250_000, bytes: 900 * 1024 * 1024 } as const
/** What is planned at a time, without a moment for the urgent in between. */
const GROUP = { keys: 1_000, messages: 100 } as const
/** Milliseconds without a message after which there are no more: those that waited for the Region come back one by one. */
const IDLE = 10_000
/** Messages that say how many keys the others have. */
const SAMPLE = 10

/**
 * Takes markers until the run is full, or the rest is better left to the lane. Each part of the file is there before its
 * endpoints are noted, and they are noted before their markers are gone: whoever dies in between leaves markers that come
 * back, and notes that close-backlog takes back.
 */
export const stageBacklog = (task: Backlog, turn: Turn): Promise<StagedBacklog> =>
  whileLeased(task, { ...turn, isEager: true }, async (hold) => {
    const draft: Draft = { keys: 0, part: { number: 0, rows: 0, bytes: 0 }, kept: [], handles: [] }
    const end = await stageAll(task, turn, { hold, draft })
    await task.queue.send('bulk', draft.kept, 0)
    await task.backlog.delete(draft.handles)
    const { rows } = draft.part
    const from = { bucket: task.bucket, prefix: stagingPrefix(task.run, 1), left: 0 }
    if (end === 'stopped') return { ...from, rows: 0 }
    const counts = { rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }
    await noteFile(task.ledger, task.run, { ...counts, rows, accepted: rows })
    return { ...from, rows }
  })

interface Draft {
  /** Keys looked at. */
  keys: number
  /** The last part written, and what there is in all of them. */
  part: Part
  /** For the lane once this is over, and the messages that must not be gone before that. */
  readonly kept: Marker[]
  readonly handles: string[]
}

interface Staging {
  readonly hold: Hold
  readonly draft: Draft
}

const stageAll = async (task: Backlog, turn: Turn, staging: Staging): Promise<'done' | 'stopped'> => {
  const { hold, draft } = staging
  let last = task.now()
  while (draft.keys < MOST.keys && draft.part.bytes < MOST.bytes && task.now() < hold.until) {
    const messages = await gather(task, turn)
    // Whoever has closed the run took this invocation for dead.
    if ((await task.ledger.get(task.run)).closedAt !== undefined) return 'stopped'
    if (messages.length > 0) last = task.now()
    else if (task.now() - last >= IDLE) return 'done'
    if (messages.length > 0 && !(await stageSome(messages, task, staging))) return 'done'
    const end = await giveWay(hold)
    if (end) return end
  }
  return 'done'
}

const giveWay = async (hold: Hold): Promise<'done' | 'stopped' | undefined> => {
  try {
    return (await hold.giveWay()) ? undefined : 'stopped'
  } catch (error) {
    // The lane has not come back in time: what has been staged is as good as before.
    if (error instanceof LaneBusy) return 'done'
    throw error
  }
}

const gather = async (task: Backlog, { deadline }: Turn): Promise<QueuedMarker[]> => {
  const found: QueuedMarker[] = []
  for (let keys = 0; keys < GROUP.keys && found.length < GROUP.messages;) {
    const some = await task.backlog.receive(Math.ceil((deadline - task.now()) / 1000) + 60)
    if (some.length === 0) break
    found.push(...some)
    // A marker's entries are set apart by commas, as its members are.
    keys += some.reduce((sum, { body }) => sum + body.split(',').length, 0)
  }
  return found
}

/** False when the rest is better left to the lane. */
const stageSome = async (
  messages: readonly QueuedMarker[],
  task: Backlog,
  { hold, draft }: Staging,
): Promise<boolean> => {
  const work = await workOf(
    messages.map(({ handle, body }) => ({ id: handle, body })),
    task,
  )
  const keys = [...work.items.keys()].filter((key) => !work.orphans.has(key))
  const isFirst = draft.keys === 0 && messages.length >= SAMPLE
  const isSmall = isFirst && (keys.length / messages.length) * task.markers < task.threshold
  draft.keys += keys.length
  const { rows, left, urgent } = isSmall ? allLeft(keys) : await planSome(keys, work, task, hold)
  const worth = worthOf(keys.length, rows.length, left.size)
  const since = Math.min(...[...work.items.values()].map(({ at }) => at))
  const unsaid =
    worth === 'file' ? await bringRows(rows, { ...task, since }, hold, draft) : rows.map(({ key }) => key)
  const rest = new Set([...left, ...unsaid, ...work.orphans])
  await task.queue.send('urgent', markersOf([...urgent], work), 0)
  const kept = markersOf(
    [...rest].filter((key) => !urgent.has(key)),
    work,
  )
  // A marker that no version of ours has written stays where it is.
  const handles = messages.flatMap(({ handle }) => (work.markers.get(handle) ? [handle] : []))
  if (kept.length === 0) await task.backlog.delete(handles)
  else draft.handles.push(...handles)
  draft.kept.push(...kept)
  return worth !== 'lane'
}

const allLeft = (keys: readonly string[]): Sorted => ({ rows: [], left: new Set(keys), urgent: new Set() })

const planSome = async (
  keys: readonly string[],
  { items }: Work,
  task: Backlog,
  hold: Hold,
): Promise<Sorted> => {
  const now = hold.now()
  const observed = { ...(await observe(keys, task, now)), filling: task.run }
  const forced = new Set(keys.filter((key) => items.get(key)?.force))
  const idsOf = (key: string) => task.mapping.idsOf(key)
  const loadingUntil = hold.loadingUntil()
  const planned = planItems({ keys, observed, idsOf, now, forced, loadingUntil })
  const moved = await notePlans(keys, { ...planned, observed }, { ...task, kind: 'bulk' }, hold)
  const thoughts = planned.thoughts.filter(({ plan }) => !moved.has(plan.key))
  const { rows, left, urgent } = sortOut(thoughts)
  return { rows, left: new Set([...left, ...moved]), urgent }
}

/** `file`: a job saves calls. `lane`: it does not. `nothing`: nearly all is there already, and the file may go on behind it. */
const worthOf = (keys: number, rows: number, left: number): 'file' | 'lane' | 'nothing' => {
  if ((rows + left) * 10 < keys) return 'nothing'
  return left > rows ? 'lane' : 'file'
}

const markersOf = (keys: readonly string[], { items, orphans }: Work): Marker[] => {
  const alike = Map.groupBy(keys, (key) => `${orphans.has(key)} ${items.get(key)?.force}`)
  return [...alike.values()].flatMap((some) => {
    const [first = ''] = some
    const at = Math.min(...some.map((key) => items.get(key)?.at ?? 0))
    const make = orphans.has(first) ? idMarkersFor : markersFor
    return make(some, at, items.get(first)?.force)
  })
}
