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
 * Writes the report. When all of the export that an import can carry is in the standby, the export's start becomes the recovery point. Returns
 * the age (seconds) of the one that now counts.
 */
export const closeCopy = async (
  { run, standby, exportStartedAt }: Copy,
  close: Close,
): Promise<{ verdict: Report['verdict']; age: number | undefined }> => {
  const { verdict } = await closeRun(run, close)
  if (verdict.startsWith('complete')) {
    await close.ledger.noteRecoveryPoint(standby, { run, exportStartedAt, completedAt: close.now })
  }
  return { verdict, age: await recoveryPointAge(standby, close) }
}

/** Seconds since the standby held what the primary held; undefined when it never has. */
export const recoveryPointAge = async (
  standby: Region,
  { ledger, now }: Close,
): Promise<number | undefined> => {
  const point = await ledger.recoveryPoint(standby)
  return point && (Date.parse(now) - Date.parse(point.exportStartedAt)) / 1000
}
