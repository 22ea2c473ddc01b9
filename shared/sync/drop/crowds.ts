/**
 * Which users have more endpoints in a file than a user can have, in memory that does not grow with the file: counters that users
 * share say of almost all that they have few, and only whoever may have more is remembered (a count-min sketch).
 */
import { SEATS } from '../../endpoint/coupling.ts'
import { keyOfHash } from './hash-key.ts'

export interface Crowds {
  /** A row of the user that the hash stands for. */
  saw(high: number, low: number): void
  /** By {@link keyOfHash}: whoever may have more. */
  readonly users: ReadonlySet<number>
  readonly isFull: boolean
}

/** 16 MiB, a byte each: of 33 million users (a file of 5 GB) hardly one looks as if it had more than 15. */
const COUNTERS = 2 ** 24
const PROBES = 2
const FULL = 255
/** Nobody has so many crowded users; who writes no user where none is known has one. */
const MOST = 20_000

/** For a file that is about to be read. `most`: users that are remembered. */
export const crowds = (most = MOST): Crowds => {
  const counters = new Uint8Array(COUNTERS)
  const users = new Set<number>()
  return {
    users,
    saw(high, low) {
      if ((high | low) === 0) return
      let least = FULL
      const step = low | 1
      for (let probe = 0, at = high; probe < PROBES; probe += 1, at = (at + step) >>> 0) {
        const counter = at & (COUNTERS - 1)
        const count = Math.min(FULL, (counters[counter] ?? 0) + 1)
        counters[counter] = count
        if (count < least) least = count
      }
      if (least > SEATS) users.add(keyOfHash(high, low))
    },
    get isFull() {
      return users.size > most
    },
  }
}
