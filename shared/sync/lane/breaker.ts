/** A Region that does not answer is asked every thirty seconds, not by every marker that waits for it. Pure. */
import type { Breaker } from '../../ledger/lane-turns.ts'

/** Calls in a row without an answer after which the Region counts as down. */
const FAILURES = 3
/** Milliseconds between two tries while it does. */
const PROBE = 30_000

export const CLOSED: Breaker = { failures: 0 }

/** Nobody is to call the Region now (ms). */
export const isOpen = ({ probeAt }: Breaker, now: number): boolean => probeAt !== undefined && now < probeAt

export const afterCall = ({ failures }: Breaker, isAnswered: boolean, now: number): Breaker => {
  if (isAnswered) return CLOSED
  return failures + 1 < FAILURES
    ? { failures: failures + 1 }
    : { failures: failures + 1, probeAt: now + PROBE }
}

/** While one sender tries, the others do not, whatever becomes of it. */
export const beforeCall = (breaker: Breaker, now: number): Breaker =>
  breaker.probeAt === undefined ? breaker : { ...breaker, probeAt: now + PROBE }
