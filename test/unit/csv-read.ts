/** Reads CSV by the kernel, and the same by the plain way: for tests that compare. */
import { parse } from 'csv-parse/sync'
import { openCsv } from '../../shared/sources/csv/byte-kernel.ts'
import { idAt } from '../../shared/sources/csv/kernel.ts'
import type { CsvOptions, RowBatch } from '../../shared/sources/csv/kernel.ts'
import { hashPairOf } from '../../shared/sources/csv/row-batch.ts'
import { columnsOf, isRefusal } from '../../shared/sources/csv-header.ts'
import { endpointOf, optOutOf } from '../../shared/sources/csv-row.ts'

export interface Read {
  readonly rows: readonly object[]
  readonly unfit: readonly object[]
  readonly refusal: { readonly code: string; readonly message: string; readonly line?: number } | undefined
}

const rowsOf = (batch: RowBatch) =>
  Array.from({ length: batch.count }, (_, row) => ({
    line: batch.lines[row],
    hash: [batch.hashes[2 * row], batch.hashes[2 * row + 1]],
    optsOut: batch.optsOut[row],
    json: Buffer.from(batch.bytes.subarray(batch.starts[row], batch.ends[row])).toString(),
    id: batch.starts[row] === batch.ends[row] ? '' : idAt(batch, row),
  }))

/** What the kernel makes of `chunks`. */
export const readChunks = (chunks: Iterable<Uint8Array>, options: CsvOptions = {}): Read => {
  const kernel = openCsv(options)
  const rows: object[] = []
  const unfit: object[] = []
  const take = (batches: Iterable<RowBatch>) => {
    for (const batch of batches) {
      rows.push(...rowsOf(batch))
      unfit.push(...batch.unfit)
    }
  }
  for (const chunk of chunks) take(kernel.push(chunk))
  take(kernel.end())
  return { rows, unfit, refusal: kernel.refusal }
}

export const readAll = (file: string | Uint8Array, options: CsvOptions = {}): Read =>
  readChunks([Buffer.from(file)], options)

/** The bytes in pieces of `size`. */
export const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size))

interface Parsed {
  readonly record: string[]
  /** Where the record ends, its line's end included. */
  readonly info: { readonly bytes: number }
}

const breaksIn = (text: string): number => text.split('\n').length - 1

// csv-parse's own count takes a CRLF in quotes for two lines.
const lineAt = (file: string, end: number): number => {
  const before = Buffer.from(file).subarray(0, end).toString()
  return breaksIn(before) + (before.endsWith('\n') ? 0 : 1)
}

/** The same by csv-parse, the rules and JSON.stringify. Of files that nothing is wrong with as a whole. */
export const readPlainly = (file: string): Read => {
  const parsed = parse(file, {
    ...{ bom: true, record_delimiter: ['\r\n', '\n'], info: true },
    ...{ relax_column_count: true, skip_empty_lines: true },
  }) as unknown as Parsed[]
  const columns = columnsOf(parsed[0]?.record ?? [])
  if (isRefusal(columns)) return { rows: [], unfit: [], refusal: columns }
  const rows: object[] = []
  const unfit: object[] = []
  for (const { record, info } of parsed.slice(1)) {
    const line = lineAt(file, info.bytes) - breaksIn(record.join(''))
    const endpoint = endpointOf(columns, record)
    if ('Id' in endpoint) {
      const json = `${JSON.stringify(endpoint)}\n`
      const optsOut = endpoint.OptOut === 'ALL' ? 1 : 0
      rows.push({ line, hash: hashPairOf(endpoint.Id), optsOut, json, id: endpoint.Id })
    } else {
      const optOut = optOutOf(columns, record)
      unfit.push({
        line,
        cells: record,
        problems: endpoint,
        optOuts: optOut ? [{ ...optOut, hash: hashPairOf(optOut.Id) }] : [],
      })
    }
  }
  return { rows, unfit, refusal: undefined }
}
