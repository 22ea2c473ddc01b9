/** A dropped object → its rows in batches, whatever format it is in. */
import { openCsv } from '../../sources/csv/byte-kernel.ts'
import type { CsvKernel, HasNoSeat, RowBatch } from '../../sources/csv/kernel.ts'
import type { DropMapping } from '../../sources/drop-mapping.ts'
import { openJsonLines } from '../../sources/json-lines.ts'
import { mappedCells, mappedLines } from '../../sources/mapped-row.ts'
import type { Files, ObjectRef } from '../files.ts'
import { FileRefusal } from './file-refusal.ts'
import { inflated } from './inflated.ts'

export interface Reading {
  readonly files: Pick<Files, 'read'>
  readonly source: ObjectRef
  /** A byte of ASCII; a comma where nothing is said. */
  readonly delimiter?: number
  /** Where the file has names of its own. */
  readonly mapping?: DropMapping
  /** When it was dropped, ISO 8601. */
  readonly droppedAt: string
  /** Which rows are endpoints too many of their users, when that is known. */
  readonly hasNoSeat?: HasNoSeat
}

export interface Rows {
  /** Throws {@link FileRefusal}. A batch is valid until the next one is asked for. */
  readonly batches: AsyncIterable<RowBatch>
  readonly format: () => 'csv' | 'json-lines'
  /** The header's names, once there has been a batch; of JSON Lines none. */
  readonly header: () => readonly string[]
  /** Bytes read, inflated. */
  readonly bytes: () => number
}

/** `isWriting`: false, where the rows are only looked at. */
export const readRows = (reading: Reading, isWriting: boolean): Rows => {
  let kernel: CsvKernel | undefined
  let format: 'csv' | 'json-lines' = 'csv'
  const open = (first: Uint8Array): CsvKernel => {
    format = isJson(first) ? 'json-lines' : 'csv'
    const { delimiter, mapping, droppedAt, hasNoSeat } = reading
    const options = { isWriting, ...(hasNoSeat && { hasNoSeat }) }
    if (format === 'json-lines')
      return openJsonLines({ ...options, ...(mapping && mappedLines(mapping, droppedAt)) })
    return openCsv({
      ...options,
      ...(delimiter !== undefined && { delimiter }),
      ...(mapping && mappedCells(mapping, droppedAt)),
    })
  }
  async function* batches(): AsyncGenerator<RowBatch> {
    const bytes = await reading.files.read(reading.source)
    if (!bytes) throw new FileRefusal(GONE)
    for await (const chunk of inflated(bytes)) {
      kernel ??= open(chunk)
      yield* kernel.push(chunk)
      if (kernel.refusal) throw new FileRefusal(kernel.refusal)
    }
    kernel ??= open(new Uint8Array())
    yield* kernel.end()
    if (kernel.refusal) throw new FileRefusal(kernel.refusal)
  }
  return {
    batches: batches(),
    format: () => format,
    header: () => (kernel?.columns ?? []).map(({ path }) => path.join('.')),
    bytes: () => kernel?.progress.bytes ?? 0,
  }
}

const GONE = { code: 'SOURCE_GONE', message: 'the file is no longer there; drop it again' }

/** A header of CSV begins with a name; a line of JSON with a brace, blanks and a BOM before it or not. */
const isJson = (first: Uint8Array): boolean =>
  /^\uFEFF?\s*\{/.test(Buffer.from(first.subarray(0, 64)).toString())
