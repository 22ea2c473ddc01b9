/** Start import: staged files → an Import Job in their Region, or "busy, ask later". */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { startJob } from '../shared/sync/follow-job.ts'
import { turnIn } from '../shared/sync/load-region.ts'

const { bulkIn, config, ledger } = wire()

interface StartImport {
  readonly run: string
  readonly region: string
  readonly from: Place
  readonly turn: number
}

export const handler = door(({ run, region, from, turn }: StartImport) =>
  startJob(
    async () => ((await turnIn(ledger, run, region)) === 'go' ? bulkIn(region).startImport(from) : 'busy'),
    { turn, hours: config.placeHours },
  ),
)
