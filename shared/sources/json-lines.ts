/** JSON Lines → rows, behind the same interface as the CSV kernel's. */
import { emptyFile, notUtf8, RECORD_BYTES, recordTooLong } from './csv/csv-refusal.ts'
import type { CsvRefusal } from './csv/csv-refusal.ts'
import { refusalOfStart } from './csv/encoding.ts'
import { addJudged } from './csv/judged-row.ts'
import type { Judged } from './csv/judged-row.ts'
import { rowsIn } from './csv/kernel.ts'
import type { CsvKernel, CsvOptions, RowBatch } from './csv/kernel.ts'
import { clear, isFull, openBatch } from './csv/row-batch.ts'
import type { OpenBatch } from './csv/row-batch.ts'
import { judgeLine, unwrapped } from './json-line.ts'

interface Reading {
  readonly isWriting: boolean
  readonly recordBytes: number
  readonly judge: (text: string) => Judged
  readonly batch: OpenBatch
  readonly decoder: InstanceType<typeof TextDecoder>
  held: Uint8Array[]
  heldBytes: number
  line: number
  rows: number
  taken: number
  refusal: CsvRefusal | undefined
}

export interface JsonLinesOptions extends Pick<
  CsvOptions,
  'isWriting' | 'recordBytes' | 'endpointsOfRow' | 'hasNoSeat'
> {
  /** What a line is, where a mapping says so. */
  readonly judge?: (text: string) => Judged
}

/** A reader for one file. Never throws for what the file holds. */
export const openJsonLines = ({
  isWriting = true,
  recordBytes = RECORD_BYTES,
  endpointsOfRow,
  hasNoSeat,
  judge = judgeLine,
}: JsonLinesOptions = {}): CsvKernel => {
  const reading: Reading = {
    ...{ isWriting, recordBytes, judge, batch: openBatch(endpointsOfRow, hasNoSeat), held: [], heldBytes: 0 },
    decoder: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
    ...{ line: 1, rows: 0, taken: 0, refusal: undefined },
  }
  return {
    push: (chunk) => push(reading, chunk),
    end: () => end(reading),
    columns: undefined,
    get refusal() {
      return reading.refusal
    },
    get progress() {
      return { bytes: reading.taken, rows: reading.rows }
    },
  }
}

const LF = 0x0a

function* push(reading: Reading, chunk: Uint8Array): Generator<RowBatch> {
  if (reading.taken === 0) reading.refusal = refusalOfStart(chunk)
  reading.taken += chunk.length
  let from = 0
  while (!reading.refusal) {
    const at = chunk.indexOf(LF, from)
    if (at < 0) break
    takeLine(reading, chunk.subarray(from, at))
    reading.line += 1
    from = at + 1
    if (isFull(reading.batch)) yield* give(reading)
  }
  if (reading.refusal) return
  // The chunk is the caller's again.
  hold(reading, Uint8Array.from(chunk.subarray(from)))
}

function* end(reading: Reading): Generator<RowBatch> {
  if (!reading.refusal) takeLine(reading, new Uint8Array())
  if (!reading.refusal && reading.rows === 0) reading.refusal = emptyFile()
  if (rowsIn(reading.batch) > 0) yield* give(reading)
}

function* give({ batch }: Reading): Generator<RowBatch> {
  yield batch
  clear(batch)
}

const hold = (reading: Reading, rest: Uint8Array): void => {
  if (rest.length > 0) reading.held.push(rest)
  reading.heldBytes += rest.length
  if (reading.heldBytes > reading.recordBytes)
    reading.refusal = recordTooLong(reading.line, reading.recordBytes)
}

const takeLine = (reading: Reading, last: Uint8Array): void => {
  hold(reading, last)
  if (reading.refusal) return
  const bytes = Buffer.concat(reading.held)
  reading.held = []
  reading.heldBytes = 0
  let text: string
  try {
    text = reading.decoder.decode(bytes)
  } catch {
    reading.refusal = notUtf8(reading.line, undefined)
    return
  }
  if (reading.line === 1 && text.startsWith('\uFEFF')) text = text.slice(1)
  if (text.trim() !== '') takeText(reading, text, bytes.length)
}

const takeText = (reading: Reading, text: string, bytes: number): void => {
  const { batch, line, isWriting, judge } = reading
  reading.rows += 1
  const said = unwrapped(text)
  addJudged(batch, { line, cells: [said], bytes }, judge(said), isWriting)
}
