/** The CSV kernel in plain TypeScript: no string and no object for a row that keeps every rule. */
import { columnsOf, isRefusal, OTHER_DELIMITERS, wrongDelimiter } from '../csv-header.ts'
import { BLANK, COMMA, CR, LF, QUOTE } from './ascii.ts'
import { breaksLeft, fill, isFilled, moveOn, seal } from './byte-window.ts'
import type { ByteWindow } from './byte-window.ts'
import { planOf } from './column-plan.ts'
import type { ColumnPlan } from './column-plan.ts'
import {
  emptyFile,
  faultRefusal,
  MAX_COLUMNS,
  notUtf8,
  RECORD_BYTES,
  recordTooLong,
  tooManyColumns,
} from './csv-refusal.ts'
import type { CsvRefusal } from './csv-refusal.ts'
import { cellsOf, judgeCells } from './doubtful-row.ts'
import { refusalOfStart } from './encoding.ts'
import { hashPlainId, hashUserIn } from './id-hash.ts'
import { addJudged } from './judged-row.ts'
import { rowsIn } from './kernel.ts'
import type { CsvKernel, CsvOptions, RowBatch } from './kernel.ts'
import { CONSENT, isPlainRow, plainConsent, writePlainRow } from './plain-row.ts'
import { addRow, clear, isFull, openBatch } from './row-batch.ts'
import type { OpenBatch } from './row-batch.ts'
import { FAULT, MARK, MORE, openScan, scanRecord } from './scan-record.ts'
import type { Scan } from './scan-record.ts'

interface Reading
  extends Required<Omit<CsvOptions, 'judge' | 'endpointsOfRow' | 'hasNoSeat'>>, Pick<CsvOptions, 'judge'> {
  readonly window: ByteWindow
  readonly scan: Scan
  readonly batch: OpenBatch
  readonly hashPlace: { readonly pair: Uint32Array; at: number }
  readonly userPlace: { readonly pair: Uint32Array; at: number }
  plan: ColumnPlan | undefined
  line: number
  rows: number
  isStarted: boolean
  refusal: CsvRefusal | undefined
}

/** A kernel for one file. Throws a RangeError for a delimiter that CSV cannot have; never for what the file holds. */
export const openCsv = (options: CsvOptions = {}): CsvKernel => {
  const reading = openReading(options)
  return {
    push: (chunk) => push(reading, chunk),
    end: () => end(reading),
    get refusal() {
      return reading.refusal
    },
    get columns() {
      return reading.plan?.columns
    },
    get progress() {
      return { bytes: reading.window.taken, rows: reading.rows }
    },
  }
}

/** As many bytes again as the longest record has, and some: so a window is looked at but once, nearly. */
const WINDOW_RECORDS = 4

const openReading = (options: CsvOptions): Reading => {
  const { delimiter = COMMA, isWriting = true, recordBytes = RECORD_BYTES } = options
  if (!(delimiter < 0x80) || [0, LF, CR, QUOTE].includes(delimiter)) {
    throw new RangeError(`expected a delimiter of ASCII that CSV can have, got byte ${delimiter}`)
  }
  const scan = openScan(WINDOW_RECORDS * (recordBytes + 4), recordBytes, delimiter)
  const batch = openBatch(options.endpointsOfRow, options.hasNoSeat)
  return {
    ...{ delimiter, isWriting, recordBytes, columnsOf: options.columnsOf ?? columnsOf },
    ...(options.judge && { judge: options.judge }),
    window: { scan, bytes: scan.bytes, from: 0, checked: 0, notUtf8: undefined, taken: 0 },
    ...{ scan, batch, hashPlace: { pair: batch.hashes, at: 0 }, userPlace: { pair: batch.users, at: 0 } },
    ...{ plan: undefined, line: 1, rows: 0, isStarted: false, refusal: undefined },
  }
}

function* push(reading: Reading, chunk: Uint8Array): Generator<RowBatch> {
  const { window } = reading
  let at = 0
  while (at < chunk.length && !reading.refusal) {
    at += fill(window, chunk, at)
    if (isFilled(window)) yield* read(reading, false)
  }
}

function* end(reading: Reading): Generator<RowBatch> {
  if (!reading.refusal) yield* read(reading, true)
  if (!reading.refusal && !reading.plan) reading.refusal = emptyFile()
  if (rowsIn(reading.batch) > 0) yield* give(reading)
}

function* read(reading: Reading, isLast: boolean): Generator<RowBatch> {
  const { window, batch } = reading
  start(reading)
  seal(window, isLast)
  while (!reading.refusal && takeRecords(reading)) if (isFull(batch)) yield* give(reading)
  moveOn(window)
}

function* give({ batch }: Reading): Generator<RowBatch> {
  yield batch
  clear(batch)
}

/** A file may begin with a BOM, and with something else than CSV. */
const start = (reading: Reading): void => {
  if (reading.isStarted) return
  reading.isStarted = true
  const { window, scan } = reading
  const first = window.bytes.subarray(0, scan.end)
  reading.refusal = refusalOfStart(first)
  if (first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf) window.from = 3
}

/** Takes records until the batch is full, or there is none whole in the window: then false. */
const takeRecords = (reading: Reading): boolean => {
  const { window, scan, batch } = reading
  while (window.from < scan.end) {
    const next = scanRecord(scan, window.from)
    if (next < 0 || scan.to - window.from > reading.recordBytes) {
      reading.refusal = whyNoRecord(reading, next)
      return false
    }
    if (scan.to > window.from) takeRecord(reading)
    if (reading.refusal) return false
    reading.line += scan.breaks + 1
    window.from = Math.min(next, scan.end)
    if (isFull(batch)) return true
  }
  if (window.notUtf8) reading.refusal = notUtf8(reading.line, window.notUtf8)
  return false
}

/** Undefined where it is no refusal: the record may go on in the next window. */
const whyNoRecord = (reading: Reading, next: number): CsvRefusal | undefined => {
  const { window, scan, line, recordBytes } = reading
  const to = next === FAULT ? (scan.fault?.at ?? 0) : next === MORE ? scan.end : scan.to
  if (to - window.from > recordBytes) return recordTooLong(line, recordBytes)
  if (next === FAULT && scan.fault) return faultIn(reading, scan.fault)
  return window.notUtf8 ? notUtf8(line + breaksLeft(window), window.notUtf8) : undefined
}

/** What stands behind a closing quote in the header, if people put it between cells, was meant to be the delimiter. */
const faultIn = (
  { plan, scan, line }: Reading,
  { kind, at, breaks }: NonNullable<Scan['fault']>,
): CsvRefusal =>
  !plan && kind === 'text behind' && OTHER_DELIMITERS.test(String.fromCharCode(scan.bytes[at] ?? 0))
    ? { ...wrongDelimiter(), line }
    : faultRefusal(kind, line + breaks)

const takeRecord = (reading: Reading): void => {
  const { plan, scan, window, batch, line, isWriting, judge } = reading
  if (!plan) return takeHeader(reading)
  reading.rows += 1
  if (!judge && takePlain(reading, plan)) return
  const { columns } = plan
  const cells = cellsOf(scan, window.bytes)
  const judged = (judge ?? judgeCells)(columns, cells)
  addJudged(batch, { cells, line, bytes: scan.to - window.from }, judged, isWriting)
}

const takeHeader = (reading: Reading): void => {
  const { scan, window, line } = reading
  if (scan.count > MAX_COLUMNS) {
    reading.refusal = tooManyColumns(line, scan.count)
    return
  }
  const columns = reading.columnsOf(cellsOf(scan, window.bytes))
  if (isRefusal(columns)) reading.refusal = { ...columns, line }
  else reading.plan = planOf(columns)
}

/** Takes the row if it certainly keeps every rule. */
const takePlain = (reading: Reading, plan: ColumnPlan): boolean => {
  const { scan, window, batch, isWriting } = reading
  if (plan.isDoubtful || scan.count !== plan.columns.length) return false
  const consent = plainConsent(plan, scan)
  if (consent === CONSENT.doubtful || !isPlainRow(plan, scan, window.from)) return false
  if (!hashPlain(reading, plan) || batch.hasNoSeat?.(batch, batch.count, reading.line)) return false
  const start = batch.output.end
  if (isWriting) writePlainRow(plan, scan, batch.output, consent === CONSENT.optOut)
  addRow(batch, reading.line, start, consent)
  return true
}

/** Hashes the ids; false where one is missing, or written otherwise than it is. */
const hashPlain = ({ scan, batch, hashPlace, userPlace }: Reading, { id, user }: ColumnPlan): boolean => {
  const [from = 0, to = 0] = [scan.starts[id], scan.ends[id]]
  // An id of blanks is none.
  if (from === to || scan.marks[id] !== 0 || scan.bytes[from] === BLANK) return false
  hashPlace.at = 2 * batch.count
  userPlace.at = 2 * batch.count
  if (!hashPlainId(scan.bytes, from, to, hashPlace)) return false
  if (user < 0) hashUserIn(scan.bytes, 0, 0, userPlace)
  else if (((scan.marks[user] ?? 0) & MARK.doubled) !== 0) return false
  else hashUserIn(scan.bytes, scan.starts[user] ?? 0, scan.ends[user] ?? 0, userPlace)
  return true
}
