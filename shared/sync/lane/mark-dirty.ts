/** Changes of the customer table → dirty markers in every Region's lanes, what is urgent apart from the rest. */
import type { Region } from '../../endpoint/endpoint.ts'
import type { Item, Mapping } from '../../sources/mapping.ts'
import { markersFor } from './marker.ts'
import type { Marker } from './marker.ts'

export type LaneKind = 'urgent' | 'bulk'

/** One record of the table's stream. An item that is not there, before or after, is undefined. */
export interface TableChange {
  readonly key: string
  readonly before: Item | undefined
  readonly after: Item | undefined
  /** When it was committed, ms since the epoch. */
  readonly at: number
}

/** Puts markers into one Region's lane. Rejects unless all are taken. */
export type Enqueue = (region: Region, kind: LaneKind, markers: readonly Marker[]) => Promise<void>

/**
 * Marks what the changes concern in every Region. Rejects if any lane did not take it: the stream then gives the records
 * again, and what was marked twice is looked at twice.
 */
export const markChanges = (
  changes: readonly TableChange[],
  mapping: Pick<Mapping, 'isUrgent'>,
  regions: readonly Region[],
  enqueue: Enqueue,
): Promise<void> => {
  const urgent = changes.filter((change) => isUrgent(change, mapping))
  const keys = new Set(urgent.map(({ key }) => key))
  // An item that is urgent once is looked at as it is now: its other changes go with it.
  const bulk = changes.filter(({ key }) => !keys.has(key))
  return everywhere(regions, async (region) => {
    await enqueue(region, 'urgent', markersOf(urgent))
    await enqueue(region, 'bulk', markersOf(bulk))
  })
}

/** An item too odd to be judged must not hold up its shard. */
const isUrgent = ({ before, after }: TableChange, mapping: Pick<Mapping, 'isUrgent'>): boolean => {
  try {
    return mapping.isUrgent(before, after)
  } catch {
    return true
  }
}

const markersOf = (changes: readonly TableChange[]): Marker[] =>
  changes.length === 0
    ? []
    : markersFor(
        changes.map(({ key }) => key),
        Math.min(...changes.map(({ at }) => at)),
      )

/** Does the same for every Region, one's trouble not being another's. Rejects if any did. */
export const everywhere = async (
  regions: readonly Region[],
  work: (region: Region) => Promise<void>,
): Promise<void> => {
  const results = await Promise.allSettled(regions.map(work))
  const lost = results.find((result) => result.status === 'rejected')
  if (lost) throw lost.reason
}
