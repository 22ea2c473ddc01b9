/** The first reading of a dropped file: whether it can be taken at all, how many rows it has, and which of an id's rows counts. */
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
}

/** Throws {@link FileRefusal}. */
export const surveyFile = async (reading: Reading, seen = repeats()): Promise<Survey> => {
  const counts = { rows: 0, unfit: 0, optOuts: 0 }
  for await (const { count, hashes, lines, optsOut, unfit } of readRows(reading, false).batches) {
    counts.rows += count + unfit.length
    counts.unfit += unfit.length
    for (let row = 0; row < count; row += 1) {
      seen.saw({ high: hashes[2 * row] ?? 0, low: hashes[2 * row + 1] ?? 0, line: lines[row] ?? 0 }, true)
      counts.optOuts += optsOut[row] ?? 0
    }
    for (const { line, optOut } of unfit) {
      if (!optOut) continue
      counts.optOuts += 1
      if (optOut.endpoint) seen.saw({ high: optOut.hash[0], low: optOut.hash[1], line }, false)
    }
    if (seen.isFull) throw new FileRefusal(TOO_MANY_REPEATS)
  }
  return { ...counts, repeats: seen }
}

const TOO_MANY_REPEATS = {
  code: 'TOO_MANY_REPEATS',
  message: 'more than a million ids come twice or more often; give each id one row',
}
