/** What the doors of a Region's load do, once they are wired. */
import type { Context } from 'aws-lambda'
import type { Load } from '../ledger/import-intents.ts'
import { beginImport } from '../sync/load/begin-import.ts'
import { checkJob, startJob } from '../sync/load/follow-job.ts'
import type { JobProgress } from '../sync/load/follow-job.ts'
import { judgeImport } from '../sync/load/judge-import.ts'
import type { ImportProgress } from '../sync/load/judge-import.ts'
import { whileLeased } from '../sync/lane/lease.ts'
import { turnIn } from '../sync/load/load-region.ts'
import type { Staged } from '../sync/load/load-region.ts'
import { idMarkersFor } from '../sync/lane/marker.ts'
import { mendPart as mend, NOTHING_MENDED } from '../sync/load/mend-part.ts'
import type { Mended } from '../sync/load/mend-part.ts'
import { sourceOf } from '../sync/open-run.ts'
import { reportAdopted, reportMended } from './metrics.ts'
import type { Wired } from './wire.ts'

export interface StartImport extends Load {
  readonly from: Staged
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

export interface CheckImport {
  readonly region: string
  readonly attempt: number
  readonly from: Staged
  readonly job: string
  readonly turn: number
}

export const checkImport =
  ({ bulkIn, config }: Pick<Wired, 'bulkIn' | 'config'>) =>
  async ({ region, attempt, from, job, turn }: CheckImport): Promise<ImportProgress> => {
    const progress = await checkJob(bulkIn(region).checkImport, job, { turn, hours: config.jobHours })
    return judgeImport(progress, { attempt, rows: from.rows, most: config.bulkThreshold })
  }

export interface MendPart extends Load {
  readonly from: Staged
  readonly import: ImportProgress & { readonly mended?: Mended }
}

/** Ends in `refused` again where there was no time for all: asked once more, it goes on. */
export const mendPart =
  ({ bucketIn, consents, destinationIn, ledger, memoryIn, put, turnsIn, waiting, work }: Wired) =>
  async ({ from, import: progress, ...load }: MendPart, context: Context): Promise<MendPart['import']> => {
    const { region } = load
    const destination = destinationIn(region)
    const { droppedAt } = await sourceOf(ledger, load.run)
    const { mended: begun = NOTHING_MENDED } = progress
    const tell = (ids: readonly string[]) => put(region, 'urgent', idMarkersFor(ids, waiting.now()))
    const task = {
      ...{ load, from, destination, work, mended: begun, files: bucketIn(region).files },
      fresh: { droppedAt, consents, memory: memoryIn(region), tell },
    }
    const lane = { turns: turnsIn(region), destination, ...waiting }
    const deadline = waiting.now() + context.getRemainingTimeInMillis()
    const turn = { owner: context.awsRequestId, deadline, isEager: true }
    const { isOver, mended } = await whileLeased(lane, turn, (hold) => mend(task, hold))
    reportMended(region, mended.taken - begun.taken)
    if (!isOver) return { ...progress, mended }
    const { taken, refused, left } = mended
    return {
      ...progress,
      state: 'mended',
      mended,
      processed: taken + refused,
      failures: refused,
      named: refused,
      left,
    }
  }
