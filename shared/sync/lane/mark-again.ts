/** Marks items again, many a call: a SendMessageBatch of ten full markers costs what one of a single key does. */
import { chunksOf } from '../../ledger/chunks.ts'
import type { Region } from '../../endpoint/endpoint.ts'
import type { Enqueue, LaneKind } from './mark-dirty.ts'
import { markersFor } from './marker.ts'

export interface Marking {
  readonly enqueue: Enqueue
  /** When what the markers stand for was committed, as far as is known; ms since the epoch. */
  readonly at: number
  /** Send even what seems to be there. */
  readonly force: boolean
}

export interface MarkAgain {
  /** Rejects when a lane does not take what is due. */
  add(region: Region, kind: LaneKind, keys: readonly string[]): Promise<void>
  /** Marks what is still held back. Nothing is marked for certain before. */
  flush(): Promise<void>
  /** Keys so far, once for each Region. */
  count(): number
}

/** Keys of ten full markers. */
const FULL = 1_000

export const markAgain = ({ enqueue, at, force }: Marking): MarkAgain => {
  const held = new Map<string, { region: Region; kind: LaneKind; keys: Set<string> }>()
  let count = 0
  const put = async (region: Region, kind: LaneKind, keys: readonly string[]) => {
    if (keys.length === 0) return
    await enqueue(region, kind, markersFor(keys, at, force))
    count += keys.length
  }
  return {
    async add(region, kind, keys) {
      const name = `${region} ${kind}`
      const waiting = held.get(name) ?? { region, kind, keys: new Set() }
      held.set(name, waiting)
      for (const key of keys) waiting.keys.add(key)
      if (waiting.keys.size < FULL) return
      const chunks = chunksOf([...waiting.keys], FULL)
      const rest = (chunks.at(-1) ?? []).length < FULL ? chunks.pop() : []
      waiting.keys = new Set(rest)
      for (const chunk of chunks) await put(region, kind, chunk)
    },
    async flush() {
      await Promise.all([...held.values()].map(({ region, kind, keys }) => put(region, kind, [...keys])))
      held.clear()
    },
    count: () => count,
  }
}
