/** A dropped CSV file → an import file that every Region can take, and a report of the rows that none could. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { keyOf } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import type { FileCounts, FileRefused } from '../ledger/runs.ts'
import { endpointOf } from '../sources/csv-row.ts'
import type { Files, ObjectRef } from './files.ts'
import { importPrefix, partName, rejectsKey } from './places.ts'
import { FileRefusal, readCsv } from './read-csv.ts'
import type { CsvRow } from './read-csv.ts'

export interface Prepare {
  readonly run: string
  readonly source: ObjectRef
  /** Where the import file and the reports go. */
  readonly bucket: string
  readonly files: Files
}

/**
 * Reads the file twice, as a stream: once to see which row of each id is the last, once to write. Of the rows that share an
 * id the last good one wins, the others are superseded. A refused file leaves nothing behind to import.
 */
export const prepareFile = async (task: Prepare): Promise<FileCounts | FileRefused> => {
  try {
    const last = await lastLines(task)
    const counts = { rows: 0, accepted: 0, rejected: 0, superseded: 0, inactive: 0 }
    const rejects: string[] = ['line,field,rule,expected\n']
    await task.files.write(
      { bucket: task.bucket, key: importPrefix(task.run) + partName(1) },
      importLines(task, last, counts, rejects),
    )
    await task.files.write({ bucket: task.bucket, key: rejectsKey(task.run) }, Readable.from(rejects))
    return counts
  } catch (error) {
    if (error instanceof FileRefusal) return error.refusal
    throw error
  }
}

async function* importLines(
  task: Prepare,
  last: ReadonlyMap<string, number>,
  counts: { -readonly [count in keyof FileCounts]: number },
  rejects: string[],
): AsyncGenerator<string> {
  for await (const row of rowsOf(task)) {
    counts.rows += 1
    const endpoint = endpointOf(row.columns, row.cells)
    if (!('Id' in endpoint)) {
      counts.rejected += 1
      rejects.push(...endpoint.map((problem) => rejectLine(row.line, problem)))
    } else if (last.get(markOf(endpoint.Id)) !== row.line) {
      counts.superseded += 1
      rejects.push(
        rejectLine(row.line, {
          rule: 'SUPERSEDED',
          field: 'Id',
          expected: 'each id once; a later row has it too',
        }),
      )
    } else {
      counts.accepted += 1
      yield `${JSON.stringify(endpoint)}\n`
    }
  }
}

const lastLines = async (task: Prepare): Promise<ReadonlyMap<string, number>> => {
  const last = new Map<string, number>()
  for await (const { line, columns, cells } of rowsOf(task)) {
    const endpoint = endpointOf(columns, cells)
    if ('Id' in endpoint) last.set(markOf(endpoint.Id), line)
  }
  return last
}

/** 12 characters that stand for an id, so that a million of them fit. */
const markOf = (id: string): string => createHash('sha256').update(keyOf(id)).digest('base64url').slice(0, 12)

async function* rowsOf({ files, source }: Prepare): AsyncGenerator<CsvRow> {
  const bytes = await files.read(source)
  if (!bytes)
    throw new FileRefusal({ code: 'SOURCE_GONE', message: 'the file is no longer there; drop it again' })
  yield* readCsv(bytes)
}

/** Field names come from the header, which people write: a leading `=`, `+`, `-` or `@` must not become a formula. */
const rejectLine = (line: number, { field, rule, expected }: Problem): string =>
  [String(line), field, rule, expected].map(cell).join(',') + '\n'

const cell = (text: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
