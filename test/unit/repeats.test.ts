import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../local/demo/people.ts'
import { hashPairOf } from '../../shared/sources/csv/row-batch.ts'
import { repeats, repeatsFrom } from '../../shared/sync/drop/repeats.ts'
import type { IdRow } from '../../shared/sync/drop/repeats.ts'

interface Row extends IdRow {
  readonly id: string
  readonly isGood: boolean
}

/** Rows of a file, of which some share an id and some are taken for their opt-out alone. */
const rowsOf = (seed: number, count: number, ids: number): Row[] => {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, at) => {
    const id = `id-${Math.floor(random() * ids)}`
    const [high, low] = hashPairOf(id)
    return { id, high, low, line: at + 2, isGood: random() < 0.8 }
  })
}

/** The last good row of each id; of an id without one, the first. */
const winnersOf = (rows: readonly Row[]): number[] => {
  const byId = new Map<string, Row>()
  for (const row of rows) if (row.isGood || !byId.has(row.id)) byId.set(row.id, row)
  return [...byId.values()].map(({ line }) => line).sort((one, other) => one - other)
}

describe('the rows that count', () => {
  it.each([1, 2, 3, 4, 5])('are the last good one of each id (seed %i)', (seed) => {
    const rows = rowsOf(seed, 4_000, 500 * seed)
    const seen = repeats()
    for (const row of rows) seen.saw(row, row.isGood)
    const won = rows.filter((row) => seen.wins(row)).map(({ line }) => line)
    expect(won).toEqual(winnersOf(rows))
  })

  it('are the same for whoever goes on in the middle', () => {
    const rows = rowsOf(9, 3_000, 700)
    const seen = repeats()
    for (const row of rows) seen.saw(row, row.isGood)
    const first = rows.slice(0, 1_200).filter((row) => seen.wins(row))
    const next = repeatsFrom(seen.entries())
    const rest = rows.slice(1_200).filter((row) => next.wins(row))
    expect([...first, ...rest].map(({ line }) => line)).toEqual(winnersOf(rows))
  })

  it('take memory for the ids that come twice, and for hardly any other', () => {
    const seen = repeats()
    for (let at = 0; at < 200_000; at += 1) {
      const [high, low] = hashPairOf(`once-${at}`)
      seen.saw({ high, low, line: at + 2 }, true)
    }
    expect(seen.size).toBeLessThan(20)
  })

  it('say when more ids come twice than anybody can have meant', () => {
    const seen = repeats(10)
    for (const row of rowsOf(3, 100, 20)) seen.saw(row, true)
    expect(seen.isFull).toBe(true)
  })
})
