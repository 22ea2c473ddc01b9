/** What preparing a dropped file is told, and what comes of it. */
import type { Consents } from '../../ledger/consents.ts'
import type { FileCounts, FileRefused } from '../../ledger/runs.ts'
import type { HasNoSeat } from '../../sources/csv/kernel.ts'
import type { DropMapping } from '../../sources/drop-mapping.ts'
import type { Files, ObjectRef } from '../files.ts'

export interface Prepare {
  readonly run: string
  readonly source: ObjectRef
  /** When the file was dropped, ISO 8601: its opt-outs were said by then. */
  readonly droppedAt: string
  /** A byte of ASCII; where nothing is said, what the object's metadata name, and else a comma. */
  readonly delimiter?: number
  /** By the name that the object's metadata give. */
  readonly mappings?: ReadonlyMap<string, DropMapping>
  /** That mapping, where they give one. */
  readonly mapping?: DropMapping
  /** A person has looked at it: it is not held, however it is. */
  readonly isReleased?: boolean
  /** Nothing is to come of it: it is not held, and the register hears nothing. */
  readonly isDryRun?: boolean
  /** Which rows are endpoints too many of their users. */
  readonly hasNoSeat?: HasNoSeat
  /** Where the import files and the reports go. */
  readonly bucket: string
  readonly files: Files
  readonly consents: Consents
  /** Bytes of an import file, at most; where nothing is said, what a job may have. */
  readonly partBytes?: number
  /** False: what is done so far is to be closed, and the rest left to the next call. */
  readonly hasTime?: () => boolean
  /** Where the call before has left off. */
  readonly from?: Checkpoint
}

/** How far the file has been prepared. */
export interface Checkpoint {
  /** Of the last row that was taken: the file is read again from its beginning, and what comes after this line is new. */
  readonly line: number
  /** Import files written. */
  readonly parts: number
  /** Bytes of the file read, inflated: for whoever watches. */
  readonly bytes: number
  readonly counts: FileCounts
}

export type Prepared =
  | { readonly state: 'done'; readonly file: FileCounts; readonly parts: number }
  | { readonly state: 'unfinished'; readonly from: Checkpoint }
  | { readonly state: 'refused'; readonly file: FileRefused }
  | { readonly state: 'held'; readonly file: FileRefused }

export const NO_ROWS: FileCounts = {
  ...{ rows: 0, accepted: 0, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 },
}
