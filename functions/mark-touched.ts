/** Mark touched: after an import, what the Region's lane dealt with meanwhile is sent, or removed, once more. */
import { door } from '../shared/runtime/door.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import type { LaneKind } from '../shared/sync/mark-dirty.ts'
import type { Marker } from '../shared/sync/marker.ts'
import type { Staged } from '../shared/sync/load-region.ts'
import { markTouched } from '../shared/sync/mark-touched.ts'

const { bucketIn, memoryIn, put } = wire()

interface MarkTouched {
  readonly region: string
  readonly from: Staged
}

export const handler = door(async ({ region, from }: MarkTouched) => {
  const { files } = bucketIn(region)
  const mark = (kind: LaneKind, markers: readonly Marker[]) => put(region, kind, markers)
  const task = { from, at: from.at ?? '', files, memory: memoryIn(region), mark, now: now() }
  return { marked: await markTouched(task) }
})
