/** Why the bytes of a file are no CSV that can be taken: a code each, the line, and what to do about it. Never the content. */
import type { Refusal } from '../csv-header.ts'

/** A refusal, with the line it is about where there is one. */
export interface CsvRefusal extends Refusal {
  readonly line?: number
}

/** A record longer than this is an unclosed quote or no CSV at all. */
export const RECORD_BYTES = 64 * 1024

/** A header wider than this is no header. */
export const MAX_COLUMNS = 300

const at = (code: string, line: number, message: string): CsvRefusal => ({ code, line, message })

export const emptyFile = (): CsvRefusal => ({
  code: 'EMPTY_FILE',
  message: 'the file is empty; it needs a header and rows',
})

/** gzip has a code of its own, for whoever can inflate it. */
export const gzipped = (): CsvRefusal => ({ code: 'GZIP', message: 'the file is gzip; give it as plain CSV' })

export const compressed = (what: string): CsvRefusal => ({
  code: 'COMPRESSED',
  message: `the file is ${what}; give it as plain CSV`,
})

/** `looks`: what the bytes look like instead, where that can be told. */
export const notUtf8 = (line: number, looks: string | undefined): CsvRefusal =>
  at('NOT_UTF8', line, `the file is not UTF-8 (line ${line})${looks ? `: ${looks}` : ''}; save it as UTF-8`)

export const tooManyColumns = (line: number, columns: number): CsvRefusal =>
  at('TOO_MANY_COLUMNS', line, `the header has ${columns} columns; at most ${MAX_COLUMNS} are taken`)

export const recordTooLong = (line: number, limit: number): CsvRefusal =>
  at(
    'RECORD_TOO_LONG',
    line,
    `the record that begins in line ${line} is longer than ${limit} bytes: an unclosed quote?`,
  )

/** What a record can have wrong with it so that nobody knows where the next begins. */
export type Fault = 'unclosed' | 'quote inside' | 'text behind' | 'bare CR' | 'NUL'

/** The refusal for what was found in `line`. */
export const faultRefusal = (fault: Fault, line: number): CsvRefusal => {
  const { code, message } = FAULTS[fault]
  return at(code, line, `line ${line} ${message}`)
}

const FAULTS: Readonly<Record<Fault, { readonly code: string; readonly message: string }>> = {
  unclosed: { code: 'UNCLOSED_QUOTE', message: 'opens a quote that is never closed' },
  'quote inside': {
    code: 'STRAY_QUOTE',
    message: 'has a quote inside an unquoted cell; quote the cell',
  },
  'text behind': {
    code: 'STRAY_QUOTE',
    message: 'has text behind a closing quote; double a quote inside quotes',
  },
  'bare CR': {
    code: 'BARE_CR',
    message: 'has a carriage return without a line feed; end each line with LF or CRLF',
  },
  NUL: { code: 'NUL_BYTE', message: 'has a NUL byte; the file is damaged, or no text' },
}
