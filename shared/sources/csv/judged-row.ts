/** A row that the rules themselves have judged → its lines of JSON in a batch, or what is wrong with it. */
import { NO_SEAT } from '../../endpoint/coupling.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Problem } from '../../endpoint/problem.ts'
import { droppedOptOut } from '../dropped-row.ts'
import type { DroppedOptOut } from '../dropped-row.ts'
import { hashId, hashUser } from './id-hash.ts'
import { addRow, hashPairOf } from './row-batch.ts'
import type { OpenBatch } from './row-batch.ts'

/** The endpoints of a row: one, but with a mapping. */
export type Judged = readonly Endpoint[] | Unfit

/** What is wrong with a row, and whom it opts out all the same. */
export interface Unfit {
  readonly problems: readonly Problem[]
  readonly optOuts: readonly DroppedOptOut[]
}

export interface JudgedRow {
  readonly line: number
  /** As they were, for the file of rejects. */
  readonly cells: readonly string[]
  /** Of the record. */
  readonly bytes: number
}

/** Adds the row to the batch, among the good or the unfit. */
export const addJudged = (batch: OpenBatch, row: JudgedRow, judged: Judged, isWriting: boolean): void => {
  if ('problems' in judged) return addUnfit(batch, row, judged)
  if (judged.some((endpoint) => isUnseated(batch, row.line, endpoint)))
    return addUnfit(batch, row, unseated(judged))
  if (judged.length === 0) batch.empties.push(row.line)
  for (const endpoint of judged) addEndpoint(batch, row.line, endpoint, isWriting)
}

const addUnfit = (
  batch: OpenBatch,
  { line, cells, bytes }: JudgedRow,
  { problems, optOuts }: Unfit,
): void => {
  batch.unfit.push({
    ...{ line, cells, problems },
    optOuts: optOuts.map((optOut) => ({ ...optOut, hash: hashPairOf(optOut.Id) })),
  })
  // And about as much again for the row itself, or the shortest ones would be too many.
  batch.unfitBytes += bytes + 256
}

const isUnseated = (batch: OpenBatch, line: number, endpoint: Endpoint): boolean => {
  if (!batch.hasNoSeat) return false
  noteHashes(batch, endpoint)
  return batch.hasNoSeat(batch, batch.count, line)
}

/** A row of several endpoints is set aside whole. What it supersedes may have opted out, which is not to be lost with it. */
const unseated = (endpoints: readonly Endpoint[]): Unfit => ({
  problems: [NO_SEAT],
  optOuts: endpoints.flatMap((endpoint) => {
    const optOut = droppedOptOut({ ...endpoint, OptOut: 'ALL' })
    return optOut ? [{ ...optOut, ...(endpoint.OptOut !== 'ALL' && { isUnsaid: true }) }] : []
  }),
})

/** Where the next row's are to be. */
const noteHashes = ({ hashes, users, count }: OpenBatch, { Id, User }: Endpoint): void => {
  hashId(Id, { pair: hashes, at: 2 * count })
  hashUser(User?.UserId, { pair: users, at: 2 * count })
}

const addEndpoint = (batch: OpenBatch, line: number, endpoint: Endpoint, isWriting: boolean): void => {
  const { output } = batch
  const start = output.end
  noteHashes(batch, endpoint)
  if (isWriting) output.end += output.bytes.write(`${JSON.stringify(endpoint)}\n`, start)
  addRow(batch, line, start, endpoint.OptOut === 'ALL' ? 1 : 0)
}
