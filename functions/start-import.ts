/** Start import: staged files → an Import Job in their Region, or "busy, ask later". */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { startJob } from '../shared/sync/load-region.ts'

const { bulkIn } = wire()

export const handler = door(({ region, from, turn }: { region: string; from: Place; turn: number }) =>
  startJob(() => bulkIn(region).startImport(from), turn),
)
