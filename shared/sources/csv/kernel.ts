/**
 * The seam between the bytes of a CSV file and whoever takes its rows: bytes in, lines for Pinpoint's import out, as bytes.
 * `byte-kernel.ts` keeps it in TypeScript; a faster one needs to keep this interface and the same tests.
 */
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Problem } from '../../endpoint/rules.ts'
import type { Column, Refusal } from '../csv-header.ts'
import type { DroppedOptOut } from '../dropped-row.ts'
import type { CsvRefusal } from './csv-refusal.ts'
import type { Judged } from './judged-row.ts'

export interface CsvKernel {
  /** Takes the next bytes of the file, however they were cut. A batch is valid until the next one is asked for. */
  push(chunk: Uint8Array): Iterable<RowBatch>
  /** There are no more bytes. */
  end(): Iterable<RowBatch>
  /** Why the file cannot be taken. What comes behind is not looked at; the rows before it have been given. */
  readonly refusal: CsvRefusal | undefined
  /** Once the header has been read. */
  readonly columns: readonly Column[] | undefined
  readonly progress: CsvProgress
}

/** How far the reading has come. */
export interface CsvProgress {
  /** Bytes of the file that were taken. */
  readonly bytes: number
  /** Rows given, good and unfit. */
  readonly rows: number
}

/**
 * Rows, good ones in columns of their own, by the row's number in the batch below `count`: those of a batch come after those of
 * the batch before, in the order of the file. With a mapping a row may be several endpoints, each a row of the batch: they follow
 * one another, have one line, and are never in two batches.
 */
export interface RowBatch {
  readonly count: number
  /** Where the record begins; the header is line 1. */
  readonly lines: Float64Array
  /** 64 bits of each row's id as `keyOf` folds it: `hashes[2 * row]` and `hashes[2 * row + 1]`. */
  readonly hashes: Uint32Array
  /** The same of the users' ids, as they are; 0 and 0 where a row names no user. */
  readonly users: Uint32Array
  /** 1: the row says ALL. */
  readonly optsOut: Uint8Array
  /** The row's line of JSON, with its line feed, is `bytes` between `starts[row]` and `ends[row]`; the lines adjoin. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly bytes: Uint8Array
  readonly unfit: readonly UnfitRow[]
  /** Lines of rows that keep every rule and are no endpoint: a mapping makes none of them. */
  readonly empties: readonly number[]
}

/** A row that breaks rules. */
export interface UnfitRow {
  readonly line: number
  /** As they were, for the file of rejects. */
  readonly cells: readonly string[]
  readonly problems: readonly Problem[]
  /** Whom it opts out all the same: see `optOutOf`. */
  readonly optOuts: readonly UnfitOptOut[]
}

export interface UnfitOptOut extends DroppedOptOut {
  /** As in {@link RowBatch.hashes}. */
  readonly hash: readonly [number, number]
}

export interface CsvOptions {
  /** A byte of ASCII; a comma where nothing is said. */
  readonly delimiter?: number
  /** `false`: the rows are only looked at, and their lines stay empty. */
  readonly isWriting?: boolean
  /** What the header's names mean. */
  readonly columnsOf?: (header: readonly string[]) => readonly Column[] | Refusal
  /** What a row is, where a mapping says so: of each row it is asked. At most `endpointsOfRow` endpoints (1). */
  readonly judge?: (columns: readonly Column[], cells: readonly string[]) => Judged
  readonly endpointsOfRow?: number
  /** Rows that break a rule which no row breaks by itself. */
  readonly hasNoSeat?: HasNoSeat
  /** The longest record; for tests. */
  readonly recordBytes?: number
}

/** Is the row an endpoint too many of its user? The hashes are those of {@link RowBatch}, at `2 * row`. */
export type HasNoSeat = (batch: Pick<RowBatch, 'hashes' | 'users'>, row: number, line: number) => boolean

/** Rows of the file in a batch. */
export const rowsIn = ({ count, lines, unfit, empties }: RowBatch): number => {
  let rows = unfit.length + empties.length
  for (let row = 0; row < count; row += 1) if (row === 0 || lines[row] !== lines[row - 1]) rows += 1
  return rows
}

/** Each line that opts out ends so, the others with `}\n` alone: what to put on, or take off, to change a line's consent. */
export const OPT_OUT_END = ',"OptOut":"ALL"}\n'

/** The id in a line of a batch. */
export const idAt = ({ bytes, starts, ends }: RowBatch, row: number): string => {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(starts[row], ends[row])
  // No text can hold these bytes, for its quotes are escaped; and no other field that is named Id is a text.
  const from = line.indexOf(ID) + ID.length
  const to = line.indexOf('"', from)
  const escaped = line.subarray(from, to)
  if (!escaped.includes('\\')) return escaped.toString()
  return (JSON.parse(line.toString()) as Endpoint).Id
}

const ID = '"Id":"'
