/** What the doors of a Region's load do, once they are wired. */
import type { Place } from '../destinations/destination.ts'
import type { Load } from '../ledger/import-intents.ts'
import { beginImport } from '../sync/begin-import.ts'
import { startJob } from '../sync/follow-job.ts'
import type { JobProgress } from '../sync/follow-job.ts'
import { turnIn } from '../sync/load-region.ts'
import { reportAdopted } from './metrics.ts'
import type { Wired } from './wire.ts'

export interface StartImport extends Load {
  readonly from: Place
  readonly turn: number
}

export const startImport =
  ({ bulkIn, config, intents, ledger, turnsIn }: Wired) =>
  ({ from, turn, ...load }: StartImport): Promise<JobProgress> => {
    const { run, region } = load
    const begin = () =>
      beginImport({
        ...{ load, from, intents, bulk: bulkIn(region) },
        turn: () => turnIn(ledger, run, region),
        time: () => turnsIn(region).time(),
        adopted: () => reportAdopted(region),
      })
    return startJob(begin, { turn, hours: config.placeHours })
  }
