/** A batch of rows being filled. */
import { LIMITS } from '../../endpoint/limits.ts'
import { hashId } from './id-hash.ts'
import type { HasNoSeat, RowBatch, UnfitRow } from './kernel.ts'
import { openLines } from './plain-row.ts'
import type { LineBuffer } from './plain-row.ts'

const ROWS = 4096
/** Bytes of records whose rows are unfit: their cells are kept as text. */
const UNFIT_BYTES = 128 * 1024
const LINE_BYTES = 512 * 1024
/** The longest line, and what a word may write past its end. */
const ROOM = LIMITS.endpointBytes + 64

/** A batch that can be filled. */
export interface OpenBatch extends RowBatch {
  count: number
  readonly unfit: UnfitRow[]
  readonly empties: number[]
  unfitBytes: number
  /** Lines that a row may become, at most. */
  readonly perRow: number
  readonly hasNoSeat: HasNoSeat | undefined
  readonly output: LineBuffer
}

/** An empty batch. `perRow`: lines that a row may become, 30 at most. */
export const openBatch = (perRow = 1, hasNoSeat?: HasNoSeat): OpenBatch => {
  const output = openLines(LINE_BYTES)
  return {
    count: 0,
    lines: new Float64Array(ROWS),
    hashes: new Uint32Array(2 * ROWS),
    users: new Uint32Array(2 * ROWS),
    optsOut: new Uint8Array(ROWS),
    starts: new Uint32Array(ROWS),
    ends: new Uint32Array(ROWS),
    bytes: output.bytes,
    unfit: [],
    unfitBytes: 0,
    empties: [],
    perRow,
    hasNoSeat,
    output,
  }
}

/** Could the next row not find room? */
export const isFull = ({ count, unfitBytes, empties, output, perRow }: OpenBatch): boolean =>
  count + perRow > ROWS ||
  unfitBytes > UNFIT_BYTES ||
  empties.length === ROWS ||
  output.end > LINE_BYTES - perRow * ROOM

/** Makes room: what was in the batch has been taken. */
export const clear = (batch: OpenBatch): void => {
  batch.count = 0
  batch.unfit.length = 0
  batch.empties.length = 0
  batch.unfitBytes = 0
  batch.output.end = 0
}

/** Adds a good row, whose hashes are in their places already and whose line of JSON has just been written from `start` on. */
export const addRow = (batch: OpenBatch, line: number, start: number, optsOut: number): void => {
  const row = batch.count++
  batch.lines[row] = line
  batch.optsOut[row] = optsOut
  batch.starts[row] = start
  batch.ends[row] = batch.output.end
}

/** The hash of an id, by itself. */
export const hashPairOf = (id: string): readonly [number, number] => {
  const pair = new Uint32Array(2)
  hashId(id, { pair, at: 0 })
  return [pair[0] ?? 0, pair[1] ?? 0]
}
