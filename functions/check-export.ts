/** Check export: how far the primary's Export Job is, and when to ask again. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { checkJob } from '../shared/sync/load/follow-job.ts'

const { bulkIn, config } = wire()

export const handler = door(({ job, turn }: { job: string; turn: number }) =>
  checkJob(bulkIn(config.primary).checkExport, job, { turn, hours: config.jobHours }),
)
