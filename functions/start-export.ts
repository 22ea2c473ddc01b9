/** Start export: an Export Job in the primary → the standby's bucket, or "busy, ask later". */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import { startJob } from '../shared/sync/load-region.ts'

const { bulkIn, config } = wire()

export const handler = door(async ({ to, turn }: { to: Place; turn: number }) => {
  // Taken before the call: what the primary held then is the least that the export holds.
  const startedAt = instant()
  return { startedAt, ...(await startJob(() => bulkIn(config.primary).startExport(to), turn)) }
})
