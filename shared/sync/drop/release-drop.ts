/** What a person decides of a dropped file that is held: it is loaded after all, or refused for good. */
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Verdict } from '../../ledger/report.ts'
import type { FileRefused, Run } from '../../ledger/runs.ts'
import { refreshReport } from '../close-run.ts'
import type { Close } from '../close-run.ts'
import { runOf, sourceOf } from '../open-run.ts'
import type { Drop } from '../open-run.ts'

/** There is nothing to decide, or it has been decided otherwise. */
export class NotHeld extends ValueFreeError {
  override readonly name = 'NotHeld'
}

export interface Release {
  readonly run: string
  /** False: it is refused. */
  readonly release: boolean
}

export interface Released {
  readonly verdict: Verdict | undefined
  /** The run that loads the file. */
  readonly released?: string
}

/**
 * The first decision stands; asked for the same again, does again what is not done yet. A file that is released is loaded by a
 * run of its own, as if it had been dropped now: it comes after whatever was loaded meanwhile. Throws {@link NotHeld}.
 */
export const releaseDrop = async (
  { run, release }: Release,
  close: Close,
  start: (drop: Drop) => Promise<void>,
): Promise<Released> => {
  const found = await close.ledger.get(run)
  const file = heldFileOf(found)
  const wanted = release ? 'released' : 'refused'
  const decided = await close.ledger.agree(run, 'decision', wanted)
  if (decided !== wanted) throw new NotHeld(`the file has been ${decided} already`)
  const released = release ? await startNow(run, close, start) : undefined
  const noted = released ? { ...file, held: { ...file.held, released } } : REFUSED
  await close.ledger.note({ ...found, file: noted })
  const report = await refreshReport(run, close)
  return { verdict: report?.verdict, ...(released && { released }) }
}

const startNow = async (run: string, close: Close, start: (drop: Drop) => Promise<void>): Promise<string> => {
  const { source } = await sourceOf(close.ledger, run)
  const { bucket, key, version = '' } = source
  const drop: Drop = { bucket, key, version, droppedAt: close.now, released: run }
  await start(drop)
  return runOf(drop)
}

const heldFileOf = ({ file, closedAt }: Run): Required<FileRefused> => {
  // One that is not closed yet would be written over.
  if (!closedAt || !file || !('code' in file) || !file.held) throw new NotHeld('the run holds no file')
  return { ...file, held: file.held }
}

const REFUSED: FileRefused = { code: 'REFUSED', message: 'somebody has looked at the file and refused it' }
