/** What a file reader hands on: one row, where it stood, and what it says or why it cannot be read. */
import type { Members } from '../wire.ts'

export interface ImportRow {
  /** Of the file, counted from 1; a CSV header is line 1. */
  readonly line: number
  /** Bytes of the file read up to the end of this row. */
  readonly bytes: number
  /** In the shape of an endpoint in JSON, or the reason why this row fails. */
  readonly endpoint: Members | Error
}

/** Longer lines are taken for a broken file: an endpoint has at most 15 KB. */
export const LONGEST_ROW_BYTES = 1024 * 1024
