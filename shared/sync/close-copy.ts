/** Closes a copy: what the standby is good for is measured, not configured. */
import type { Region } from '../endpoint/endpoint.ts'
import type { Report } from '../ledger/report.ts'
import { closeRun } from './close-run.ts'
import type { Close } from './close-run.ts'

export interface Copy {
  readonly run: string
  readonly standby: Region
  /** ISO 8601. */
  readonly exportStartedAt: string
}

/**
 * Writes the report. When the whole export is in the standby, the export's start becomes the recovery point, and its age
 * (seconds) is returned.
 */
export const closeCopy = async (
  { run, standby, exportStartedAt }: Copy,
  close: Close,
): Promise<{ verdict: Report['verdict']; age: number | undefined }> => {
  const { verdict } = await closeRun(run, close)
  if (verdict === 'partial' || verdict === 'refused') return { verdict, age: undefined }
  await close.ledger.noteRecoveryPoint(standby, { run, exportStartedAt, completedAt: close.now })
  return { verdict, age: (Date.parse(close.now) - Date.parse(exportStartedAt)) / 1000 }
}
