/** Stage file: a run's import files → the bucket of one Region, without what is older than what is there. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { stageFile } from '../shared/sync/load-region.ts'
import { sourceOf } from '../shared/sync/open-run.ts'

const { bucketIn, consents, ledger, memoryIn, turnsIn, work } = wire()

interface StageFile {
  readonly run: string
  readonly region: string
  readonly attempt: number
}

export const handler = door(async ({ run, region, attempt }: StageFile) => {
  const { droppedAt } = await sourceOf(ledger, run)
  const fresh = { droppedAt, consents, memory: memoryIn(region) }
  const now = await turnsIn(region).time()
  return stageFile({ run, attempt, work, target: bucketIn(region), fresh, now })
})
