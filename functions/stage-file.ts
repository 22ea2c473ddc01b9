/** Stage file: one of a run's import files → the bucket of one Region, without what is older than what is there. */
import { door } from '../shared/runtime/door.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import { stageFile } from '../shared/sync/load-region.ts'
import { idMarkersFor } from '../shared/sync/marker.ts'
import { partsOf, sourceOf } from '../shared/sync/open-run.ts'

const { bucketIn, consents, ledger, memoryIn, put, turnsIn, work } = wire()

interface StageFile {
  readonly run: string
  readonly region: string
  readonly attempt: number
  readonly part: number
}

export const handler = door(async ({ run, region, attempt, part }: StageFile) => {
  const { droppedAt } = await sourceOf(ledger, run)
  const tell = (ids: readonly string[]) => put(region, 'urgent', idMarkersFor(ids, now()))
  const fresh = { droppedAt, consents, memory: memoryIn(region), tell }
  const target = bucketIn(region)
  const parts = await partsOf(ledger, run)
  return stageFile({ run, attempt, part, parts, work, target, fresh, turns: turnsIn(region) })
})
