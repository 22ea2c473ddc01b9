/** Closes a run, and writes its report for people anew whenever a Region's outcome changes afterwards. */
import { Readable } from 'node:stream'
import { reportOf } from '../ledger/report.ts'
import type { Report } from '../ledger/report.ts'
import { hasNothingToLoad } from '../ledger/runs.ts'
import type { Run, Runs } from '../ledger/runs.ts'
import type { Files } from './files.ts'
import { reportKey } from './places.ts'

export interface Close {
  readonly ledger: Runs
  readonly files: Files
  /** Where the report goes. */
  readonly bucket: string
  /** ISO 8601. */
  readonly now: string
}

export const closeRun = async (run: string, { ledger, files, bucket, now }: Close): Promise<Report> => {
  const found = await ledger.get(run)
  const closed: Run = found.closedAt ? found : { ...found, closedAt: now }
  await ledger.note(closed)
  if (closed.file && hasNothingToLoad(closed.file)) {
    for (const region of closed.regions) await ledger.settle({ ...closed, region })
  }
  return writeReport(closed, { ledger, files, bucket, now })
}

/** After a late outcome: the report of a run that is closed is written again; an open one gets its report when it closes. */
export const refreshReport = async (run: string, close: Close): Promise<Report | undefined> => {
  const found = await close.ledger.get(run)
  return found.closedAt ? writeReport(found, close) : undefined
}

const writeReport = async (run: Run, { ledger, files, bucket }: Close): Promise<Report> => {
  const forecasts = run.door === 'dry-run' ? await ledger.forecasts(run.run) : []
  const report = reportOf(run, await ledger.outcomes(run.run), forecasts)
  const text = `${JSON.stringify(report, undefined, 2)}\n`
  await files.write({ bucket, key: reportKey(run.run) }, Readable.from([text]))
  return report
}
