/** Mark touched: after an import, what the Region's lane has ever dealt with is sent, or removed, once more. */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import type { LaneKind } from '../shared/sync/lane/mark-dirty.ts'
import type { Marker } from '../shared/sync/lane/marker.ts'
import { markTouched } from '../shared/sync/load/mark-touched.ts'

const { bucketIn, memoryIn, put } = wire()

interface MarkTouched {
  readonly region: string
  readonly from: Place
}

export const handler = door(async ({ region, from }: MarkTouched) => {
  const { files } = bucketIn(region)
  const mark = (kind: LaneKind, markers: readonly Marker[]) => put(region, kind, markers)
  const task = { from, files, memory: memoryIn(region), mark, now: now() }
  return { marked: await markTouched(task) }
})
