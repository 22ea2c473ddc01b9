/** Stage file: a run's import files → the bucket of one Region. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { stageFile } from '../shared/sync/load-region.ts'

const { bucketIn, work } = wire()

export const handler = door(({ run, region }: { run: string; region: string }) =>
  stageFile(run, work, bucketIn(region)),
)
