/** Which fifteen endpoints of a user a file may bring: the first by id, wherever they stand, so that every file has one answer. */
import { SEATS } from '../../endpoint/coupling.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import { idAt } from '../../sources/csv/kernel.ts'
import type { HasNoSeat, RowBatch } from '../../sources/csv/kernel.ts'
import { keyAt } from './hash-key.ts'
import { readRows } from './read-rows.ts'
import type { Reading } from './read-rows.ts'
import type { Repeats } from './repeats.ts'

/** A user's key, and the keys of the ids that have its seats. */
export type SeatEntry = readonly [user: number, ids: readonly number[]]

/** An endpoint that a user has or may have: its id as it is ordered by, and its key. */
type Seat = readonly [id: string, key: number]

export interface Seats {
  readonly entries: readonly SeatEntry[]
  /** Endpoints that get none. */
  readonly unseated: number
}

/** Reads the file once more, for the users alone of whom it may have too many. */
export const seatRows = async (
  reading: Reading,
  users: ReadonlySet<number>,
  repeats: Pick<Repeats, 'wins'>,
): Promise<Seats> => {
  if (users.size === 0) return { entries: [], unseated: 0 }
  const seats = new Map<number, Seat[]>()
  let endpoints = 0
  for await (const batch of readRows(reading, true).batches) {
    for (let row = 0; row < batch.count; row += 1) {
      const user = keyAt(batch.users, row)
      if (!users.has(user) || !wins(repeats, batch, row, batch.lines[row] ?? 0)) continue
      seat(seats, user, batch, row)
      endpoints += 1
    }
  }
  const entries = [...seats].map(([user, taken]): SeatEntry => [user, taken.map(([, key]) => key)])
  const seated = entries.reduce((sum, [, ids]) => sum + ids.length, 0)
  return { entries, unseated: endpoints - seated }
}

const wins = (
  repeats: Pick<Repeats, 'wins'>,
  { hashes }: Pick<RowBatch, 'hashes'>,
  row: number,
  line: number,
): boolean => repeats.wins({ high: hashes[2 * row] ?? 0, low: hashes[2 * row + 1] ?? 0, line })

const seat = (seats: Map<number, Seat[]>, user: number, batch: RowBatch, row: number): void => {
  const taken = seats.get(user) ?? []
  seats.set(user, taken)
  const id = keyOf(idAt(batch, row))
  const last = taken.at(-1)
  if (last && taken.length === SEATS && id >= last[0]) return
  const at = taken.findIndex(([other]) => id < other)
  taken.splice(at < 0 ? taken.length : at, 0, [id, keyAt(batch.hashes, row)])
  if (taken.length > SEATS) taken.pop()
}

/** Of the rows that count, those without a seat. Asked of the same rows, in the same order, as {@link Repeats.wins} is. */
export const withoutSeat = (entries: readonly SeatEntry[], repeats: Pick<Repeats, 'wins'>): HasNoSeat => {
  const seats = new Map(entries.map(([user, ids]) => [user, new Set(ids)]))
  return (batch, row, line) => {
    const seated = seats.get(keyAt(batch.users, row))
    if (!seated || seated.has(keyAt(batch.hashes, row))) return false
    return wins(repeats, batch, row, line)
  }
}
