/** A dropped CSV file → an import file that every Region can take, and a report of the rows that none could. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { join } from '../endpoint/consent.ts'
import { keyOf } from '../endpoint/endpoint.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import type { Consents } from '../ledger/consents.ts'
import type { FileCounts, FileRefused } from '../ledger/runs.ts'
import { endpointOf, optOutOf } from '../sources/csv-row.ts'
import type { Files, ObjectRef } from './files.ts'
import { inGroups } from './in-groups.ts'
import { importPrefix, partName, rejectsKey } from './places.ts'
import { FileRefusal, readCsv } from './read-csv.ts'
import type { CsvRow } from './read-csv.ts'

export interface Prepare {
  readonly run: string
  readonly source: ObjectRef
  /** When the file was dropped, ISO 8601: its opt-outs were said by then. */
  readonly droppedAt: string
  /** Where the import file and the reports go. */
  readonly bucket: string
  readonly files: Files
  readonly consents: Consents
}

/**
 * Reads the file twice, as a stream: once to see which row of each id is the last, once to write. Of the rows that share an
 * id the last good one wins, the others are superseded, but for an opt-out, which a later silence does not take back.
 * A refused file leaves nothing behind to import.
 */
export const prepareFile = async (task: Prepare): Promise<FileCounts | FileRefused> => {
  try {
    const survey = await surveyOf(task)
    const counts = { rows: 0, accepted: 0, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }
    const rejects: string[] = ['line,field,rule,expected\n']
    const lines = importLines(task, acceptedRows(task, survey, counts, rejects))
    await task.files.write({ bucket: task.bucket, key: importPrefix(task.run) + partName(1) }, lines)
    await task.files.write({ bucket: task.bucket, key: rejectsKey(task.run) }, Readable.from(rejects))
    return counts
  } catch (error) {
    if (error instanceof FileRefusal) return error.refusal
    throw error
  }
}

/** What the first reading has found, by mark of the id. */
interface Survey {
  readonly lastLine: ReadonlyMap<string, number>
  readonly optedOut: ReadonlySet<string>
}

const surveyOf = async (task: Prepare): Promise<Survey> => {
  const lastLine = new Map<string, number>()
  const optedOut = new Set<string>()
  for await (const { line, columns, cells } of rowsOf(task)) {
    const taken = takenOf(columns, cells)
    // A row taken for its opt-out alone supersedes no whole one.
    const mark = taken.endpoint && markOf(taken.endpoint.Id)
    if (mark && (taken.problems.length === 0 || !lastLine.has(mark))) lastLine.set(mark, line)
    if (taken.optedOut === undefined) continue
    optedOut.add(markOf(taken.optedOut))
    // No import line will carry it, so that it is heard here.
    if (!taken.endpoint) await task.consents.note(taken.optedOut, { value: 'ALL', at: task.droppedAt })
  }
  return { lastLine, optedOut }
}

interface Taken {
  readonly endpoint: Endpoint | undefined
  /** The id of a row that says `ALL`. */
  readonly optedOut: string | undefined
  readonly problems: readonly Problem[]
}

/** What a row is good for. An unfit one that opts out is taken for its opt-out alone, and reported. */
const takenOf = (columns: CsvRow['columns'], cells: CsvRow['cells']): Taken => {
  const endpoint = endpointOf(columns, cells)
  if ('Id' in endpoint) {
    return { endpoint, optedOut: endpoint.OptOut === 'ALL' ? endpoint.Id : undefined, problems: [] }
  }
  const optOut = optOutOf(columns, cells)
  return { endpoint: optOut?.endpoint, optedOut: optOut?.Id, problems: endpoint }
}

async function* acceptedRows(
  task: Prepare,
  { lastLine, optedOut }: Survey,
  counts: { -readonly [count in keyof FileCounts]: number },
  rejects: string[],
): AsyncGenerator<Endpoint> {
  for await (const row of rowsOf(task)) {
    counts.rows += 1
    const { endpoint, problems } = takenOf(row.columns, row.cells)
    rejects.push(...problems.map((problem) => rejectLine(row.line, problem)))
    if (!endpoint) counts.rejected += 1
    else if (lastLine.get(markOf(endpoint.Id)) !== row.line) {
      counts.superseded += 1
      rejects.push(rejectLine(row.line, SUPERSEDED))
    } else {
      counts.accepted += 1
      yield optedOut.has(markOf(endpoint.Id)) ? { ...endpoint, OptOut: 'ALL' } : endpoint
    }
  }
}

const SUPERSEDED: Problem = {
  rule: 'SUPERSEDED',
  field: 'Id',
  expected: 'each id once; a later row has it too',
}

/** The file's opt-outs enter the register, and who is opted out there is so in the file too, whatever the file says. */
async function* importLines(
  { consents, droppedAt }: Prepare,
  rows: AsyncIterable<Endpoint>,
): AsyncGenerator<string> {
  for await (const group of inGroups(rows)) {
    const known = await consents.of(group.map(({ Id }) => Id))
    const said = group.map(({ Id, OptOut }) => {
      const before = known.get(Id)
      return {
        Id,
        before,
        after: join(before, OptOut === 'ALL' ? { value: OptOut, at: droppedAt } : undefined),
      }
    })
    const news = said.flatMap(({ Id, before, after }) => (after && after !== before ? [{ Id, after }] : []))
    await Promise.all(news.map(({ Id, after }) => consents.note(Id, after)))
    for (const [at, endpoint] of group.entries()) {
      const OptOut = said[at]?.after?.value === 'ALL' ? 'ALL' : undefined
      yield `${JSON.stringify({ ...endpoint, OptOut })}\n`
    }
  }
}

/** 12 characters that stand for an id, so that a million of them fit. */
const markOf = (id: string): string => createHash('sha256').update(keyOf(id)).digest('base64url').slice(0, 12)

async function* rowsOf({ files, source }: Prepare): AsyncGenerator<CsvRow> {
  const bytes = await files.read(source)
  if (!bytes)
    throw new FileRefusal({ code: 'SOURCE_GONE', message: 'the file is no longer there; drop it again' })
  yield* readCsv(bytes)
}

/** No cell can become a formula: a field name begins with one of Pinpoint's, the others are ours. */
const rejectLine = (line: number, { field, rule, expected }: Problem): string =>
  [String(line), field, rule, expected].map(cell).join(',') + '\n'

const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
