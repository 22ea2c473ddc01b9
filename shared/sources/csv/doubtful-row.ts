/** A row that is not plain: its cells as text, the rules themselves, and either its line of JSON or what is wrong with it. */
import type { Column } from '../csv-header.ts'
import { endpointOf, optOutOf } from '../csv-row.ts'
import { hashId } from './id-hash.ts'
import { addRow, hashPairOf } from './row-batch.ts'
import type { OpenBatch } from './row-batch.ts'
import { MARK } from './scan-record.ts'
import type { Scan } from './scan-record.ts'

/** The record's cells as text. `bytes` are the scan's. */
export const cellsOf = ({ starts, ends, marks, count }: Scan, bytes: Buffer): string[] =>
  Array.from({ length: count }, (_, cell) => {
    const text = bytes.toString('utf8', starts[cell], ends[cell])
    return ((marks[cell] ?? 0) & MARK.doubled) === 0 ? text : text.replaceAll('""', '"')
  })

/** A row to be judged by the rules. */
export interface DoubtfulRow {
  readonly columns: readonly Column[]
  readonly cells: readonly string[]
  readonly line: number
  /** Of the record. */
  readonly bytes: number
}

/** Adds the row to the batch, among the good or the unfit. */
export const addDoubtful = (batch: OpenBatch, row: DoubtfulRow, isWriting: boolean): void => {
  const endpoint = endpointOf(row.columns, row.cells)
  if (!('Id' in endpoint)) {
    const { line, cells } = row
    batch.unfit.push({ line, cells, problems: endpoint, optOut: unfitOptOut(row) })
    // And about as much again for the row itself, or the shortest ones would be too many.
    batch.unfitBytes += row.bytes + 256
    return
  }
  const { output } = batch
  const start = output.end
  hashId(endpoint.Id, { pair: batch.hashes, at: 2 * batch.count })
  if (isWriting) output.end += output.bytes.write(`${JSON.stringify(endpoint)}\n`, start)
  addRow(batch, row.line, start, endpoint.OptOut === 'ALL' ? 1 : 0)
}

const unfitOptOut = ({ columns, cells }: DoubtfulRow) => {
  const optOut = optOutOf(columns, cells)
  return optOut && { ...optOut, hash: hashPairOf(optOut.Id) }
}
