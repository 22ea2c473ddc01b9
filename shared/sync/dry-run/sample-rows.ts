/** Some rows of a file for whoever cannot look at all of them: any row is as likely to be among them as any other. */
import type { Endpoint } from '../../endpoint/endpoint.ts'
import { hashPairOf } from '../../sources/csv/row-batch.ts'
import { keyOfHash } from '../drop/hash-key.ts'

export interface Sample {
  /** Rows there are. */
  readonly total: number
  /** All rows of a short file. Whatever number of the first of them is a sample too. */
  readonly rows: readonly Endpoint[]
}

/**
 * The `most` rows whose ids have the lowest hashes: no pattern in the file has a say in that, as it would if every nth row were
 * taken. In memory that does not grow with the file.
 */
export const sampleRows = async (rows: AsyncIterable<Endpoint>, most: number): Promise<Sample> => {
  let kept: Ranked[] = []
  let limit = Infinity
  let total = 0
  for await (const row of rows) {
    total += 1
    const rank = rankOf(row)
    if (rank > limit) continue
    kept.push({ row, rank })
    if (kept.length < 2 * most) continue
    kept = lowest(kept, most)
    limit = kept.at(-1)?.rank ?? limit
  }
  return { total, rows: lowest(kept, most).map(({ row }) => row) }
}

interface Ranked {
  readonly row: Endpoint
  readonly rank: number
}

const lowest = (ranked: readonly Ranked[], most: number): Ranked[] =>
  ranked.toSorted((one, other) => one.rank - other.rank).slice(0, most)

const rankOf = ({ Id }: Endpoint): number => keyOfHash(...hashPairOf(Id))
