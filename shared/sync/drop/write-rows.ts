/** The second reading of a dropped file: the rows that count into import files, the others into the reports. */
import { rowsIn } from '../../sources/csv/kernel.ts'
import type { RowBatch, UnfitOptOut } from '../../sources/csv/kernel.ts'
import type { FileCounts } from '../../ledger/runs.ts'
import { noteOptOuts, unheardOptOuts } from './note-opt-outs.ts'
import { openOutputs } from './outputs.ts'
import type { Outputs } from './outputs.ts'
import type { Prepare, Prepared } from './prepared.ts'
import { readRows } from './read-rows.ts'
import type { Rows } from './read-rows.ts'
import { rejectLine, rejectsHead, SUPERSEDED_HEAD, supersededLine } from './rejects.ts'
import type { Repeats } from './repeats.ts'

type Counts = { -readonly [count in keyof FileCounts]: FileCounts[count] }

interface Writing {
  readonly task: Prepare
  readonly rows: Rows
  readonly repeats: Pick<Repeats, 'wins'>
  readonly outputs: Outputs
  readonly counts: Counts
  /** Of the last row that was taken. */
  line: number
}

/** Goes on from the task's checkpoint, whose counts `begun` are. Throws `FileRefusal`. */
export const writeRows = async (
  task: Prepare,
  repeats: Pick<Repeats, 'wins'>,
  begun: FileCounts,
): Promise<Prepared> => {
  const { from, hasTime = () => true } = task
  const outputs = openOutputs(task, from)
  const rows = readRows(task, true)
  const counts: Counts = { ...begun }
  const writing: Writing = { task, rows, repeats, outputs, counts, line: from?.line ?? 0 }
  try {
    if (!from) await outputs.supersede(SUPERSEDED_HEAD)
    let isFirst = !from
    for await (const batch of rows.batches) {
      if (isFirst) await outputs.reject(rejectsHead(formatOf(rows)))
      isFirst = false
      if (lastLine(batch) <= writing.line) continue
      await take(writing, batch)
      if (!hasTime()) return await unfinished(writing)
    }
    await outputs.close()
    return { state: 'done', file: counts, parts: outputs.parts }
  } catch (error) {
    await outputs.discard()
    throw error
  }
}

const unfinished = async ({ task, outputs, rows, counts, line }: Writing): Promise<Prepared> => {
  await outputs.close()
  const from = {
    line,
    parts: outputs.parts,
    bytes: rows.bytes(),
    counts,
    ...(task.held && { held: task.held }),
  }
  return { state: 'unfinished', from }
}

const formatOf = (rows: Rows) => ({ format: rows.format(), header: rows.header() })

const lastLine = ({ count, lines, unfit, empties }: RowBatch): number =>
  Math.max(count > 0 ? (lines[count - 1] ?? 0) : 0, unfit.at(-1)?.line ?? 0, empties.at(-1) ?? 0)

/** Batches are cut at the same rows by each reading of a file, so that one is either all new or all old. */
const take = async (writing: Writing, batch: RowBatch): Promise<void> => {
  const { task, outputs, counts, rows } = writing
  counts.rows += rowsIn(batch)
  // Before any line: a call that dies here is made again, and the register hears it twice.
  if (task.isDryRun) counts.newOptOuts = (counts.newOptOuts ?? 0) + (await unheardOptOuts(task, batch))
  else if (!task.held) await noteOptOuts(task, batch)
  await takeGood(writing, batch)
  const format = formatOf(rows)
  for (const unfit of batch.unfit) {
    await outputs.reject(rejectLine(unfit, format))
    await takeUnfit(writing, unfit)
  }
  writing.line = lastLine(batch)
}

/** Lines that adjoin go out together. A row whose every endpoint comes again is superseded; one of none has nothing to do. */
const takeGood = async (writing: Writing, batch: RowBatch): Promise<void> => {
  const { outputs, counts } = writing
  const { count, lines, ends, bytes, empties } = batch
  let from = 0
  for (let row = 0; row < count;) {
    const line = lines[row]
    let winners = 0
    for (; row < count && lines[row] === line; row += 1) {
      if (isWinner(writing, batch, row)) winners += 1
      else from = await leaveOut(outputs, batch, row, from)
    }
    if (winners === 0) await outputs.supersede(supersededLine(line ?? 0))
    countRow(counts, winners)
  }
  const end = ends[count - 1] ?? 0
  if (count > 0 && end > from) await outputs.line(bytes.subarray(from, end))
  counts.accepted += empties.length
  if (counts.empty !== undefined) counts.empty += empties.length
}

const isWinner = ({ repeats }: Writing, { hashes, lines }: RowBatch, row: number): boolean =>
  repeats.wins({ high: hashes[2 * row] ?? 0, low: hashes[2 * row + 1] ?? 0, line: lines[row] ?? 0 })

/** Writes what lies between `from` and the row, and says where it goes on behind that. */
const leaveOut = async (
  outputs: Outputs,
  { starts, ends, bytes }: RowBatch,
  row: number,
  from: number,
): Promise<number> => {
  const start = starts[row] ?? 0
  if (start > from) await outputs.line(bytes.subarray(from, start))
  return ends[row] ?? 0
}

/** A row, of which so many endpoints are to be imported. */
const countRow = (counts: Counts, winners: number): void => {
  if (winners > 0) counts.accepted += 1
  else counts.superseded += 1
  if (counts.endpoints !== undefined) counts.endpoints += winners
}

/** An unfit row that opts out is taken for its opt-outs alone, and reported. */
const takeUnfit = async (
  { task, repeats, outputs, counts }: Writing,
  { line, optOuts }: RowBatch['unfit'][number],
): Promise<void> => {
  const unsaid = optOuts.flatMap(({ Id, isUnsaid }) => (isUnsaid ? [Id] : []))
  const heard = unsaid.length > 0 ? await task.consents.of(unsaid) : undefined
  const isOut = ({ Id, isUnsaid }: UnfitOptOut) => !isUnsaid || heard?.get(Id)?.value === 'ALL'
  const carried = optOuts.filter((optOut) => optOut.endpoint !== undefined && isOut(optOut))
  const winners = carried.filter(({ hash }) => repeats.wins({ high: hash[0], low: hash[1], line }))
  for (const { endpoint } of winners) await outputs.line(Buffer.from(`${JSON.stringify(endpoint)}\n`))
  if (carried.length === 0) {
    counts.rejected += 1
    return
  }
  if (winners.length === 0) await outputs.supersede(supersededLine(line))
  countRow(counts, winners.length)
}
