/** Stage file: one of a run's import files → the bucket of one Region, without what is older than what is there. */
import type { Load } from '../shared/ledger/import-intents.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { stageFile } from '../shared/sync/load-region.ts'
import { partsOf, sourceOf } from '../shared/sync/open-run.ts'

const { bucketIn, config, consents, ledger, memoryIn, turnsIn, work } = wire()

export const handler = door(async (load: Load) => {
  const { run, region } = load
  const { droppedAt } = await sourceOf(ledger, run)
  const fresh = { droppedAt, consents, memory: memoryIn(region) }
  const [parts, now] = await Promise.all([partsOf(ledger, run), turnsIn(region).time()])
  const sliceRows = config.bulkThreshold
  return stageFile({ load, parts, sliceRows, work, target: bucketIn(region), fresh, now })
})
