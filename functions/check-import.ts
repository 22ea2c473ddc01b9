/** Check import: how far a Region's Import Job is, and when to ask again. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { checkJob } from '../shared/sync/follow-job.ts'

const { bulkIn, config } = wire()

export const handler = door(({ region, job, turn }: { region: string; job: string; turn: number }) =>
  checkJob(bulkIn(region).checkImport, job, { turn, hours: config.jobHours }),
)
