/** One sender at a time for each Region: the quota is no faster for two, and order needs no other lock. */
import type { LaneMemory } from '../ledger/lane-memory.ts'

export interface Leased {
  readonly memory: Pick<LaneMemory, 'lease' | 'release'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export interface Turn {
  /** Who holds the lane: another name for each invocation. */
  readonly owner: string
  /** The instant (ms) at which the invocation is cut off, whatever it does. */
  readonly deadline: number
}

export class LaneBusy extends Error {
  override readonly name = 'LaneBusy'
}

/** The last milliseconds of an invocation are for writing down what became of the calls. */
const RESERVE = 15_000
/** While another sender has the lane, look again after (ms). */
const POLL = 250

/**
 * Does `work` while nobody else sends to the Region; `until` is the instant (ms) after which it begins no further call.
 * Throws {@link LaneBusy} when the lane was not to be had in time.
 */
export const whileLeased = async <T>(
  { memory, now, sleep }: Leased,
  { owner, deadline }: Turn,
  work: (until: number) => Promise<T>,
): Promise<T> => {
  const until = deadline - RESERVE
  while (!(await memory.lease(owner, now(), deadline))) {
    await sleep(POLL)
    if (now() >= until) throw new LaneBusy('another sender has had the lane all the time')
  }
  try {
    return await work(until)
  } finally {
    await memory.release(owner)
  }
}
