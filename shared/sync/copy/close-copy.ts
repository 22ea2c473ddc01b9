/** Closes a copy: what the standby is good for is measured, not configured. */
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Region } from '../../endpoint/endpoint.ts'
import type { Report } from '../../ledger/report.ts'
import type { Files } from '../files.ts'
import { noteFile } from '../open-run.ts'
import { parsed } from '../parsed.ts'
import { behindKey } from '../places.ts'
import { stillBehind } from './table-owned.ts'
import type { Behind, Lanes } from './table-owned.ts'
import { textOf } from '../text-lines.ts'
import { closeRun } from '../close-run.ts'
import type { Close } from '../close-run.ts'

export interface Copy {
  readonly run: string
  readonly standby: Region
  /** ISO 8601. */
  readonly exportStartedAt: string
}

export interface Standby {
  readonly bucket: string
  readonly files: Files
  readonly lanes: Pick<Lanes, 'primary' | 'standby'>
}

/**
 * Writes the report. When all of the export that an import can carry is in the standby, and no lane still owes it what was
 * behind before, the export's start becomes the recovery point. Returns the age (seconds) of the one that now counts.
 */
export const closeCopy = async (
  { run, standby, exportStartedAt }: Copy,
  { bucket, files, lanes }: Standby,
  close: Close,
): Promise<{ verdict: Report['verdict']; age: number | undefined }> => {
  const behind = await stillBehind(await readBehind(run, bucket, files), lanes)
  const file = (await close.ledger.find(run))?.file
  if (file && !('code' in file)) await noteFile(close.ledger, run, { ...file, behind })
  const { verdict } = await closeRun(run, close)
  if (verdict.startsWith('complete')) {
    await close.ledger.noteRecoveryPoint(standby, { run, exportStartedAt, completedAt: close.now })
  }
  return { verdict, age: await recoveryPointAge(standby, close) }
}

const readBehind = async (run: string, bucket: string, files: Files): Promise<readonly Behind[]> => {
  const bytes = await files.read({ bucket, key: behindKey(run) })
  if (!bytes) throw new ValueFreeError('the list of what the standby was behind with has gone')
  return parsed<Behind[]>(await textOf(bytes), 'the list of what the standby was behind with')
}

/** Seconds since the standby held what the primary held; undefined when it never has. */
export const recoveryPointAge = async (
  standby: Region,
  { ledger, now }: Close,
): Promise<number | undefined> => {
  const point = await ledger.recoveryPoint(standby)
  return point && (Date.parse(now) - Date.parse(point.exportStartedAt)) / 1000
}
