/** Stage file: one of a run's import files → the bucket of one Region, without what is older than what is there. */
import type { Load } from '../shared/ledger/import-intents.ts'
import { door } from '../shared/runtime/door.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import { stageFile } from '../shared/sync/load/load-region.ts'
import { idMarkersFor } from '../shared/sync/lane/marker.ts'
import { partsOf, sourceOf } from '../shared/sync/open-run.ts'

const { bucketIn, config, consents, ledger, memoryIn, put, turnsIn, work } = wire()

export const handler = door(async (load: Load) => {
  const { run, region } = load
  const { droppedAt } = await sourceOf(ledger, run)
  const tell = (ids: readonly string[]) => put(region, 'urgent', idMarkersFor(ids, now()))
  const fresh = { droppedAt, consents, memory: memoryIn(region), tell }
  const [target, parts] = [bucketIn(region), await partsOf(ledger, run)]
  const sliceRows = config.bulkThreshold
  return stageFile({ load, parts, sliceRows, work, target, fresh, turns: turnsIn(region) })
})
