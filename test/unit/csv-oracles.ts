/** Holds the kernel's cells against csv-parse's and papaparse's: where both take a file, we give the same cells or say why not. */
import { parse } from 'csv-parse/sync'
import Papa from 'papaparse'
import { openScan, scanRecord } from '../../shared/sources/csv/scan-record.ts'
import { cellsOf } from '../../shared/sources/csv/doubtful-row.ts'
import { cut, readAll, readChunks } from './csv-read.ts'

/** A record's cells. */
type Cells = readonly string[]

export interface Verdict {
  /** The refusal's, or `taken`. */
  readonly code: string
  /** What is wrong with the kernel. */
  readonly wrong: string | undefined
}

/** What the scanner alone finds; undefined where the kernel would refuse. A header by another name must not end it. */
const scanned = (file: Buffer): Cells[] | undefined => {
  const bom = file.subarray(0, 3).equals(Buffer.from('\uFEFF')) ? 3 : 0
  const scan = openScan(file.length, 65_536, 44)
  scan.end = file.copy(scan.bytes)
  scan.isLast = true
  scan.bytes[scan.end] = 10
  const records: Cells[] = []
  for (let from = bom; from < scan.end;) {
    const next = scanRecord(scan, from)
    if (next < 0) return undefined
    if (scan.to > from) records.push(cellsOf(scan, scan.bytes))
    from = next
  }
  return records
}

const byCsvParse = (text: string): Cells[] | undefined => {
  try {
    return parse(text, {
      ...{ bom: true, record_delimiter: ['\r\n', '\n'], relax_column_count: true, skip_empty_lines: true },
    })
  } catch {
    return undefined
  }
}

// Its newline must be told; it would guess. Files that mix both are for csv-parse alone.
const byPapaparse = (text: string): Cells[] | undefined => {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  if (newline === '\r\n' && /(^|[^\r])\n/.test(text)) return undefined
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { delimiter: ',', newline })
  if (errors.length > 0) return undefined
  return data.filter((cells) => cells.length > 1 || cells[0] !== '')
}

/** `""` alone in a line is a row of one empty cell to us and to csv-parse, and an empty line to papaparse. */
const withoutEmpty = (records: readonly Cells[]) =>
  records.filter((cells) => cells.length > 1 || cells[0] !== '')

const same = (one: readonly Cells[], other: readonly Cells[]) => JSON.stringify(one) === JSON.stringify(other)

const besideOthers = (file: Buffer): string | undefined => {
  const ours = scanned(file)
  const text = file.toString()
  if (!ours || !Buffer.from(text).equals(file)) return undefined
  const [theirs, papas] = [byCsvParse(text), byPapaparse(text)]
  if (theirs && !same(ours, theirs)) return `csv-parse has other cells: ${JSON.stringify([ours, theirs])}`
  if (theirs && papas && !same(withoutEmpty(ours), papas))
    return `papaparse has other cells: ${JSON.stringify([ours, papas])}`
  return undefined
}

/** Reads `file` whole and cut; with `isCompared`, beside the others too. Throws what the kernel throws. */
export const checkFile = (file: Buffer, isCompared = true): Verdict => {
  const whole = readAll(file)
  const code = whole.refusal?.code ?? 'taken'
  if (!isCompared) return { code, wrong: undefined }
  const pieces = readChunks(cut(file, 3), { recordBytes: 128 })
  if (
    JSON.stringify(pieces) !== JSON.stringify(whole) &&
    code !== 'RECORD_TOO_LONG' &&
    pieces.refusal?.code !== 'RECORD_TOO_LONG'
  )
    return { code, wrong: 'another result in small windows' }
  return { code, wrong: besideOthers(file) }
}
