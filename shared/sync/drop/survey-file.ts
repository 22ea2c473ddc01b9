/** The first reading of a dropped file: whether it can be taken at all, how many rows it has, and which of an id's rows counts. */
import { rowsIn } from '../../sources/csv/kernel.ts'
import type { RowBatch, UnfitRow } from '../../sources/csv/kernel.ts'
import { crowds } from './crowds.ts'
import type { Crowds } from './crowds.ts'
import { FileRefusal } from './file-refusal.ts'
import { readRows } from './read-rows.ts'
import type { Reading } from './read-rows.ts'
import { repeats } from './repeats.ts'
import type { Repeats } from './repeats.ts'

export interface Survey {
  readonly rows: number
  /** Rows that break rules. */
  readonly unfit: number
  /** Rows that say ALL. */
  readonly optOuts: number
  readonly repeats: Repeats
  /** By `keyOfHash`: users who may have too many endpoints in it. */
  readonly crowded: ReadonlySet<number>
}

/** Throws {@link FileRefusal}. */
export const surveyFile = async (reading: Reading, seen = repeats(), users = crowds()): Promise<Survey> => {
  const counts = { rows: 0, unfit: 0, optOuts: 0 }
  for await (const batch of readRows(reading, false).batches) {
    counts.rows += rowsIn(batch)
    counts.unfit += batch.unfit.length
    counts.optOuts += sawRows(batch, seen)
    sawUsers(batch, users)
    if (seen.isFull) throw new FileRefusal(TOO_MANY_REPEATS)
    if (users.isFull) throw new FileRefusal(TOO_MANY_CROWDED)
  }
  return { ...counts, repeats: seen, crowded: users.users }
}

/** How many rows opt out. In the order of the file, as another reading may cut the batches elsewhere. */
const sawRows = ({ count, hashes, lines, optsOut, unfit }: RowBatch, seen: Repeats): number => {
  let optOuts = 0
  let outAt = 0
  let next = 0
  for (let row = 0; row < count; row += 1) {
    const line = lines[row] ?? 0
    for (let before = unfit[next]; before && before.line < line; before = unfit[(next += 1)])
      optOuts += sawUnfit(before, seen)
    seen.saw({ high: hashes[2 * row] ?? 0, low: hashes[2 * row + 1] ?? 0, line }, true)
    // With a mapping a row may be several endpoints.
    if (optsOut[row] !== 1 || outAt === line) continue
    optOuts += 1
    outAt = line
  }
  for (const rest of unfit.slice(next)) optOuts += sawUnfit(rest, seen)
  return optOuts
}

const sawUnfit = ({ line, optOuts }: UnfitRow, seen: Repeats): number => {
  for (const { endpoint, hash } of optOuts)
    if (endpoint) seen.saw({ high: hash[0], low: hash[1], line }, false)
  return optOuts.length > 0 ? 1 : 0
}

const sawUsers = ({ count, users }: RowBatch, crowded: Crowds): void => {
  for (let row = 0; row < count; row += 1) crowded.saw(users[2 * row] ?? 0, users[2 * row + 1] ?? 0)
}

const TOO_MANY_REPEATS = {
  code: 'TOO_MANY_REPEATS',
  message: 'more than a million ids come twice or more often; give each id one row',
}
const TOO_MANY_CROWDED = {
  code: 'TOO_MANY_CROWDED',
  message: 'more than 20,000 users have more than 15 rows each; is User.UserId what names a person?',
}
