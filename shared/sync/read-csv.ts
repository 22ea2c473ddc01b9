/** A CSV file → its rows with their line numbers, as a stream; what is wrong with the file as a whole is a refusal. */
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { columnsOf, isRefusal } from '../sources/csv-header.ts'
import type { Column, Refusal } from '../sources/csv-header.ts'
import { NotUtf8, utf8 } from './text-lines.ts'

export interface CsvRow {
  /** Where the record begins; the header is line 1. */
  readonly line: number
  readonly columns: readonly Column[]
  readonly cells: readonly string[]
}

/** Thrown while reading: the file as a whole cannot be taken. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** A record longer than this is an unclosed quote or no CSV at all. */
const RECORD_BYTES = 64 * 1024

/** The rows of a CSV file. Throws {@link FileRefusal}. */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  let columns: readonly Column[] | undefined
  const parsed: Parsed = { lines: 0 }
  try {
    for await (const { record, info } of recordsOf(bytes, parsed)) {
      if (columns) yield { line: info.lines - lineBreaks(record), columns, cells: record }
      else columns = headerOf(record)
    }
  } catch (error) {
    throw refusalOf(error, parsed.lines + 1)
  }
  if (!columns)
    throw new FileRefusal({ code: 'EMPTY_FILE', message: 'the file is empty; it needs a header and rows' })
}

interface ParsedRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

/** Where the parser is, which reads ahead of whoever takes the records from it. */
interface Parsed {
  lines: number
}

const lineBreaks = (record: readonly string[]): number =>
  record.reduce((sum, text) => sum + text.split('\n').length - 1, 0)

const recordsOf = (bytes: AsyncIterable<Uint8Array>, parsed: Parsed): AsyncIterable<ParsedRecord> => {
  const parser = parse({
    bom: true,
    // Both in one file too: the first line is no promise for the others.
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: RECORD_BYTES,
    on_record: (record: string[], { lines }) => {
      parsed.lines = lines
      return record
    },
  })
  const text = Readable.from(utf8(notCompressed(bytes)))
  text.on('error', (error) => parser.destroy(error))
  return text.pipe(parser) as AsyncIterable<ParsedRecord>
}

const MAGIC: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  { bytes: [0x1f, 0x8b], what: 'gzip' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'zip (or an Excel workbook)' },
]

async function* notCompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true
  for await (const chunk of bytes) {
    const magic = first && MAGIC.find((kind) => kind.bytes.every((byte, at) => chunk[at] === byte))
    if (magic)
      throw new FileRefusal({
        code: 'COMPRESSED',
        message: `the file is ${magic.what}; give it as plain CSV`,
      })
    first = false
    yield chunk
  }
}

const headerOf = (header: readonly string[]): readonly Column[] => {
  const columns = columnsOf(header)
  if (isRefusal(columns)) throw new FileRefusal(columns)
  return columns
}

const refusalOf = (error: unknown, line: number): unknown => {
  if (error instanceof NotUtf8) {
    return new FileRefusal({
      code: 'NOT_UTF8',
      message: `the file is not UTF-8 (at or after line ${line}); save it as UTF-8`,
    })
  }
  if (!(error instanceof CsvError)) return error
  const said = CSV_ERRORS[error.code]
  if (!said) return error
  return new FileRefusal({
    code: said.code,
    message: `the record that begins in line ${line} ${said.message}`,
  })
}

const CSV_ERRORS: Partial<Record<string, Refusal>> = {
  CSV_QUOTE_NOT_CLOSED: { code: 'UNCLOSED_QUOTE', message: 'opens a quote that is never closed' },
  CSV_MAX_RECORD_SIZE: {
    code: 'RECORD_TOO_LONG',
    message: `is longer than ${RECORD_BYTES} bytes: an unclosed quote?`,
  },
  CSV_INVALID_CLOSING_QUOTE: {
    code: 'STRAY_QUOTE',
    message: 'has text behind a closing quote; double a quote inside quotes',
  },
  INVALID_OPENING_QUOTE: {
    code: 'STRAY_QUOTE',
    message: 'has a quote inside an unquoted cell; quote the cell',
  },
}
