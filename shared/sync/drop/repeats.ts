/** Which row of an id is the last good one of a file, in memory that does not grow with the file. */
import { keyOfHash } from './hash-key.ts'

/** A Bloom filter says which ids have certainly not been seen before; only of those that may have been is the row remembered. */
export interface Repeats {
  /** In the order of the file. `isGood`: false for a row of which only its opt-out is taken, which supersedes no whole one. */
  saw(row: IdRow, isGood: boolean): void
  /** When all have been seen, asked once for each of the same rows, in the same order: is it the one that counts? */
  wins(row: IdRow): boolean
  /** Ids that came twice, or look so. */
  readonly size: number
  readonly isFull: boolean
  /** What {@link repeatsFrom} takes: for whoever goes on. */
  entries(): readonly RepeatEntry[]
}

/** An id as the 64 bits of its hash, and the line its record begins in. */
export interface IdRow {
  readonly high: number
  readonly low: number
  readonly line: number
}

/** An id's key, and the line of the row that counts: {@link FIRST} for the first that comes. */
export type RepeatEntry = readonly [key: number, line: number]

/** 32 MiB: of 13 million ids (a file of 3 GB) one in a thousand looks as if it had come before. */
const BITS = 2 ** 28
const PROBES = 4
/** What a million of them need is some 100 MB; a file in which more come twice is not what anybody meant. */
const MOST = 1_000_000
/** The row before, whichever line that was in. */
const FIRST = 0

/** For a file that is about to be read. */
export const repeats = (most = MOST): Repeats => {
  const filter = new Uint32Array(BITS / 32)
  const lastLine = new Map<number, number>()
  return {
    ...judged(lastLine),
    saw(row, isGood) {
      if (isNew(filter, row)) return
      const key = keyOf(row)
      if (isGood) lastLine.set(key, row.line)
      else if (!lastLine.has(key)) lastLine.set(key, FIRST)
    },
    get size() {
      return lastLine.size
    },
    get isFull() {
      return lastLine.size > most
    },
    entries: () => [...lastLine],
  }
}

/** As another has seen them. */
export const repeatsFrom = (entries: readonly RepeatEntry[]): Pick<Repeats, 'wins' | 'entries'> => {
  const lastLine = new Map(entries)
  return { ...judged(lastLine), entries: () => [...lastLine] }
}

const judged = (lastLine: Map<number, number>): Pick<Repeats, 'wins'> => ({
  wins(row) {
    const key = keyOf(row)
    const line = lastLine.get(key)
    if (line === FIRST) lastLine.set(key, row.line)
    return line === undefined || line === FIRST || line === row.line
  },
})

/** Two ids would have to agree in this and in the filter's bits to be taken for one. */
const keyOf = ({ high, low }: IdRow): number => keyOfHash(high, low)

/** Sets the id's bits; were they not all set? */
const isNew = (filter: Uint32Array, { high, low }: IdRow): boolean => {
  let isNew = false
  const step = low | 1
  for (let probe = 0, at = high; probe < PROBES; probe += 1, at = (at + step) >>> 0) {
    const bit = at & (BITS - 1)
    const word = filter[bit >>> 5] ?? 0
    const mask = 1 << (bit & 31)
    if ((word & mask) !== 0) continue
    isNew = true
    filter[bit >>> 5] = word | mask
  }
  return isNew
}
