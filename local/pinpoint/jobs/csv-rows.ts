/** Reads a CSV import file row by row into the shape an endpoint has in JSON. */
import { pipeline, type Readable } from 'node:stream'
import { parse } from 'csv-parse'
import type { Members } from '../wire.ts'
import { parseCsvHeader, type Column } from './csv-header.ts'
import { LONGEST_ROW_BYTES, type ImportRow } from './import-row.ts'
import { JobFailure } from './job-failure.ts'

interface Parsed {
  readonly record: readonly string[]
  readonly info: { readonly lines: number; readonly bytes: number }
}

/**
 * An empty cell says nothing. Fails with {@link JobFailure} where the header is not one of an import file, and where
 * quotes are out of order, since then no later row can be told apart.
 */
export async function* csvRows(bytes: Readable, registers: boolean): AsyncGenerator<ImportRow> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW_BYTES,
  })
  // The parser passes an error of `bytes` on to this loop; pipeline wants a callback all the same.
  pipeline(bytes, parser, () => undefined)

  let columns: readonly Column[] | undefined
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (columns === undefined) columns = parseCsvHeader(record, registers)
      else yield { line: info.lines, bytes: info.bytes, endpoint: endpointOf(columns, record) }
    }
  } catch (error) {
    throw isSyntaxError(error) ? new JobFailure(error.message) : error
  }
  if (columns === undefined) throw new JobFailure('the file is empty: a CSV file starts with a header')
}

const isSyntaxError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')

function endpointOf(columns: readonly Column[], cells: readonly string[]): Members | Error {
  if (cells.length !== columns.length) {
    return new Error(`expected ${columns.length} columns, got ${cells.length}`)
  }
  if (cells.some((cell) => /[\r\n\t]/.test(cell))) return new Error('a value holds a line break or a tab')
  const endpoint: Branch = new Map()
  for (const [at, column] of columns.entries()) {
    const cell = cells[at] ?? ''
    if (cell !== '') put(endpoint, column, cell)
  }
  return asObject(endpoint)
}

/** Maps while it grows, so that an attribute may have any name, `__proto__` too. */
type Branch = Map<string, Branch | string | number | string[]>

function put(endpoint: Branch, { path, holds }: Column, cell: string): void {
  let branch = endpoint
  for (const name of path.slice(0, -1)) {
    const next = branch.get(name)
    const child: Branch = next instanceof Map ? next : new Map<string, never>()
    branch.set(name, child)
    branch = child
  }
  const leaf = path.at(-1) ?? ''
  if (holds === 'list') {
    const list = branch.get(leaf)
    branch.set(leaf, Array.isArray(list) ? [...list, cell] : [cell])
  } else {
    branch.set(leaf, holds === 'number' ? numberOr(cell) : cell)
  }
}

/** What is not a number stays a text, and is refused as one where the endpoint is read. */
function numberOr(cell: string): number | string {
  const number = Number(cell)
  return cell.trim() === '' || Number.isNaN(number) ? cell : number
}

const asObject = (branch: Branch): Members =>
  Object.fromEntries(
    [...branch].map(([name, value]) => [name, value instanceof Map ? asObject(value) : value]),
  )
