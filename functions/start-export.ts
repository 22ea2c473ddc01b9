/** Start export: an Export Job in the primary → the standby's bucket, or "busy, ask later". */
import type { Context } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import { startJob } from '../shared/sync/load/follow-job.ts'
import { exportPrefix } from '../shared/sync/places.ts'

const { bucketIn, bulkIn, config } = wire()

export const handler = door(
  async ({ run, turn }: { run: string; turn: number }, { awsRequestId }: Context) => {
    const to = { bucket: bucketIn(config.standby).bucket, prefix: exportPrefix(run, awsRequestId) }
    // Taken before the call: what the primary held then is the least that the export holds.
    const startedAt = instant()
    return {
      startedAt,
      to,
      ...(await startJob(() => bulkIn(config.primary).startExport(to), { turn, hours: config.placeHours })),
    }
  },
)
