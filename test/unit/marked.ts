/** Lanes that only take markers, a table read in small pages, and time that ends after so many pages. */
import type { Page, Place } from '../../shared/ledger/scan.ts'
import type { LaneKind } from '../../shared/sync/lane/mark-dirty.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'

export interface Call {
  readonly lane: string
  readonly markers: readonly Marker[]
}

export const openMarks = () => {
  const calls: Call[] = []
  return {
    /** In order: what each call of a lane was handed. */
    calls,
    enqueue: (region: string, kind: LaneKind, markers: readonly Marker[]) => {
      calls.push({ lane: `${kind} ${region}`, markers })
      return Promise.resolve()
    },
    /** All keys in a lane, in order. */
    keys: (lane: string) =>
      calls
        .filter((call) => call.lane === lane)
        .flatMap(({ markers }) => markers.flatMap(({ keys = [] }) => keys)),
  }
}

/** `rows` in pages of `size`; a place is a number of rows. */
export const paged =
  <T>(rows: readonly T[], size: number) =>
  (from: Place | undefined): Promise<Page<T>> => {
    const start = Number(from?.['row'] ?? 0)
    const end = start + size
    const next = end < rows.length ? { next: { row: end } } : {}
    return Promise.resolve({ found: rows.slice(start, end), ...next })
  }

/** Says yes so many times. */
export const timeFor = (times: number) => {
  let left = times
  return () => left-- > 0
}
