/** A row that is not plain: its cells as text, and the rules themselves. */
import type { Column } from '../csv-header.ts'
import { endpointOf, optOutOf } from '../csv-row.ts'
import type { Judged } from './judged-row.ts'
import { MARK } from './scan-record.ts'
import type { Scan } from './scan-record.ts'

/** The record's cells as text. `bytes` are the scan's. */
export const cellsOf = ({ starts, ends, marks, count }: Scan, bytes: Buffer): string[] =>
  Array.from({ length: count }, (_, cell) => {
    const text = bytes.toString('utf8', starts[cell], ends[cell])
    return ((marks[cell] ?? 0) & MARK.doubled) === 0 ? text : text.replaceAll('""', '"')
  })

/** What the rules make of the row. */
export const judgeCells = (columns: readonly Column[], cells: readonly string[]): Judged => {
  const endpoint = endpointOf(columns, cells)
  if ('Id' in endpoint) return [endpoint]
  const optOut = optOutOf(columns, cells)
  return { problems: endpoint, optOuts: optOut ? [optOut] : [] }
}
