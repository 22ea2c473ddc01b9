/**
 * The rows that were set aside, as a file of the dropped one's own format, which can be mended and dropped again: in front of each
 * row its line and what is wrong with it. A cell that a spreadsheet would take for a formula has an apostrophe in front, which
 * comes off again when the file is dropped (CWE-1236).
 */
import { OUR_COLUMNS } from '../../sources/csv-header.ts'
import { neutral } from '../../sources/formula.ts'
import type { UnfitRow } from '../../sources/csv/kernel.ts'
import type { Problem } from '../../endpoint/rules.ts'

export interface RejectsFormat {
  readonly format: 'csv' | 'json-lines'
  /** The dropped file's. */
  readonly header: readonly string[]
}

/** What the file begins with. */
export const rejectsHead = ({ format, header }: RejectsFormat): string =>
  format === 'csv' ? csvLine([...OUR_COLUMNS, ...header.filter((name) => !OUR_COLUMNS.includes(name))]) : ''

/** One row that was set aside. */
export const rejectLine = (
  { line, problems, cells }: UnfitRow,
  { format, header }: RejectsFormat,
): string => {
  if (format === 'json-lines') return jsonLine(line, problems, cells[0] ?? '')
  const own = cells.filter((_, at) => !OUR_COLUMNS.includes(header[at] ?? ''))
  return csvLine([String(line), problems.map(inWords).join('; '), ...own])
}

/** A row that another row of its id has superseded; there is nothing in it to be mended. */
export const SUPERSEDED_HEAD = 'line,rule,expected\n'
export const supersededLine = (line: number): string =>
  `${line},SUPERSEDED,"each id once; a later row, or the first whole one, has it too"\n`

const inWords = ({ rule, field, expected }: Problem): string =>
  `${field === '' ? '' : `${field}: `}${rule} (expected ${expected})`

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\n`

const csvCell = (text: string): string => {
  const safe = neutral(text)
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const jsonLine = (line: number, problems: readonly Problem[], text: string): string => {
  const members = /^\s*\{\s*(.*)\}\s*$/s.exec(text)?.[1]
  // What is no JSON object cannot be given a field: it becomes one.
  if (members === undefined || problems.some(({ rule }) => rule === 'NOT_JSON'))
    return `${JSON.stringify({ Samepoint: { line, problems, said: text } })}\n`
  return `{"Samepoint":${JSON.stringify({ line, problems })}${members === '' ? '' : ','}${members}}\n`
}
