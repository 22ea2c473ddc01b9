/** Finds where the cells of one CSV record lie. Strict RFC 4180, lines ending with LF or CRLF; every byte is looked at once. */
import { BACKSLASH, CR, DELETE, LF, NUL, QUOTE } from './ascii.ts'
import type { Fault } from './csv-refusal.ts'

/** What a cell has in it, so that nobody needs to look again. */
export const MARK = {
  /** A byte above ASCII. */
  high: 1,
  /** A backslash or a control character. */
  odd: 2,
  /** A doubled quote: the cell's text is shorter than its bytes. */
  doubled: 4,
} as const

/** The record may go on behind the bytes at hand. */
export const MORE = -1
/** The record is none; see `fault`. */
export const FAULT = -2

/** The bytes to look at, and the cells of the record that was found last. */
export interface Scan {
  /** One byte longer than anything in it: behind the end stands a line feed, so that no loop needs to look for the end. */
  readonly bytes: Buffer
  /** On the same bytes, and some more behind them: who reads whole words may read past the end. */
  readonly view: DataView
  end: number
  /** Nothing comes behind the end. */
  isLast: boolean
  /** Cells lie between `starts[cell]` and `ends[cell]`, without the quotes around them. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly marks: Uint8Array
  /** Those of all the record's cells. */
  marked: number
  count: number
  /** The record ends here, before the line's end. */
  to: number
  /** Line breaks within the record. */
  breaks: number
  /** What is wrong, where, and how many line breaks into the record. */
  fault: { readonly kind: Fault; readonly at: number; readonly breaks: number } | undefined
  readonly outside: Uint8Array
  readonly inside: Uint8Array
}

// What ends a stretch of ordinary bytes; lower numbers are marks.
const STOP = 8
const CELL_END = 10
const KIND = { delimiter: 8, lineFeed: 9, carriageReturn: CELL_END, quote: 11, nul: 12 } as const

/** A scan of at most `size` bytes, for records of at most `recordBytes`. */
export const openScan = (size: number, recordBytes: number, delimiter: number): Scan => ({
  ...memoryOf(size),
  ...{ end: 0, isLast: false, marked: 0, count: 0, to: 0, breaks: 0, fault: undefined },
  // A longer record writes past the end of these, which is nothing, and is then refused.
  starts: new Int32Array(recordBytes + 2),
  ends: new Int32Array(recordBytes + 2),
  marks: new Uint8Array(recordBytes + 2),
  outside: kindsOutside(delimiter),
  inside: kindsInside(),
})

const memoryOf = (size: number) => {
  const memory = new ArrayBuffer(size + 1 + 32)
  return { bytes: Buffer.from(memory, 0, size + 1), view: new DataView(memory) }
}

const kindsInside = (): Uint8Array => {
  const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
    if (byte >= 0x80) return MARK.high
    return byte < 0x20 || byte === DELETE || byte === BACKSLASH ? MARK.odd : 0
  })
  kinds[LF] = KIND.lineFeed
  kinds[QUOTE] = KIND.quote
  kinds[NUL] = KIND.nul
  return kinds
}

const kindsOutside = (delimiter: number): Uint8Array => {
  const kinds = kindsInside()
  kinds[CR] = KIND.carriageReturn
  kinds[delimiter] = KIND.delimiter
  return kinds
}

/** Where the record after the one at `from` begins; or {@link MORE}, or {@link FAULT}. */
export const scanRecord = (scan: Scan, from: number): number => {
  const { bytes, outside } = scan
  scan.count = 0
  scan.marked = 0
  scan.breaks = 0
  let at = from
  for (;;) {
    at = bytes[at] === QUOTE ? quotedCell(scan, at) : plainCell(scan, at)
    if (at < 0) return at
    if (outside[bytes[at] ?? 0] !== KIND.delimiter) return lineEnd(scan, at)
    at += 1
  }
}

const plainCell = (scan: Scan, from: number): number => {
  const { bytes, outside } = scan
  let at = from
  let mark = 0
  let kind = outside[bytes[at] ?? 0] ?? 0
  while (kind < STOP) {
    mark |= kind
    at += 1
    kind = outside[bytes[at] ?? 0] ?? 0
  }
  if (kind > CELL_END) return faulty(scan, kind === KIND.quote ? 'quote inside' : 'NUL', at)
  if (at === scan.end && !scan.isLast) return MORE
  const cell = scan.count++
  scan.starts[cell] = from
  scan.ends[cell] = at
  scan.marks[cell] = mark
  if (mark !== 0) scan.marked |= mark
  return at
}

const quotedCell = (scan: Scan, from: number): number => {
  const { bytes, inside } = scan
  const opened = scan.breaks
  let at = from + 1
  let mark = 0
  for (;;) {
    const kind = inside[bytes[at] ?? 0] ?? 0
    if (kind < STOP) mark |= kind
    else if (kind === KIND.quote) {
      if (bytes[at + 1] !== QUOTE) return closed(scan, from + 1, at, mark)
      mark |= MARK.doubled
      at += 1
    } else if (kind === KIND.nul) return faulty(scan, 'NUL', at)
    else if (at === scan.end) return scan.isLast ? faulty(scan, 'unclosed', at, opened) : MORE
    else {
      mark |= MARK.odd
      scan.breaks += 1
    }
    at += 1
  }
}

/** `at`: the closing quote, unless the next byte to come is another one. */
const closed = (scan: Scan, from: number, at: number, mark: number): number => {
  if (at + 1 === scan.end && !scan.isLast) return MORE
  const kind = scan.outside[scan.bytes[at + 1] ?? 0] ?? 0
  if (kind < STOP || kind > CELL_END) return faulty(scan, kind === KIND.nul ? 'NUL' : 'text behind', at + 1)
  const cell = scan.count++
  scan.starts[cell] = from
  scan.ends[cell] = at
  scan.marks[cell] = mark
  if (mark !== 0) scan.marked |= mark
  return at + 1
}

const lineEnd = (scan: Scan, at: number): number => {
  const { bytes, end, isLast } = scan
  scan.to = at
  if (bytes[at] === LF) return at + 1
  // The line feed behind the end is ours, not the file's.
  if (at + 1 === end) return isLast ? faulty(scan, 'bare CR', at) : MORE
  return bytes[at + 1] === LF ? at + 2 : faulty(scan, 'bare CR', at)
}

const faulty = (scan: Scan, kind: Fault, at: number, breaks = scan.breaks): number => {
  scan.fault = { kind, at, breaks }
  return FAULT
}
