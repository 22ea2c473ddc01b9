/** What the door of prepare-file does, with everything it needs handed in. */
import type { Context } from 'aws-lambda'
import type { Checkpoint, Prepared } from '../sync/drop/prepared.ts'
import { noteFile, noteProgress, sourceOf } from '../sync/open-run.ts'
import { prepareFile } from '../sync/prepare-file.ts'
import { reportFile } from './metrics.ts'
import type { Wired } from './wire.ts'

export interface PrepareFile {
  readonly run: string
  /** Where the call before has left off; `line` 0: there was none. */
  readonly from: Checkpoint | { readonly line: 0 }
}

/** What the state machine knows of a file. */
export interface FileState {
  readonly state: Prepared['state']
  /** Rows that a Region could take, so far. */
  readonly accepted: number
  readonly from?: Checkpoint
  readonly refused?: string
}

/** Milliseconds in which the last import file can be closed. */
const RESERVE = 120_000

export const prepareDrop =
  ({ consents, ledger, work }: Pick<Wired, 'consents' | 'ledger' | 'work'>) =>
  async ({ run, from }: PrepareFile, context: Context): Promise<FileState> => {
    const prepared = await prepareFile({
      ...{ run, ...(await sourceOf(ledger, run)), ...work, consents },
      hasTime: () => context.getRemainingTimeInMillis() > RESERVE,
      ...('parts' in from && { from }),
    })
    const { state } = prepared
    if (state === 'unfinished') {
      await noteProgress(ledger, run, prepared.from)
      return { state, accepted: prepared.from.counts.accepted, from: prepared.from }
    }
    const file = state === 'done' ? { ...prepared.file, parts: prepared.parts } : prepared.file
    await noteFile(ledger, run, file)
    if ('code' in file) return { state, accepted: 0, refused: file.code }
    reportFile(file)
    return { state, accepted: file.accepted }
  }
