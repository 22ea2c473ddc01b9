/** Hold lane: an operator stops what is sent to a Region, or lets it go on. Markers wait in its lanes meanwhile. */
import { isoOf } from '../../endpoint/iso-date.ts'
import type { LaneTurns } from '../../ledger/lane-turns.ts'
import { CLOSED, isOpen } from '../lane/breaker.ts'

/** A Region's lanes as they are now; instants are ISO 8601, by the ledger's clock. */
export interface LaneState {
  readonly isPaused: boolean
  /** When an operator last stopped it or let it go. */
  readonly since?: string
  /** As the last sender left it. */
  readonly breaker: {
    /** `open`: the Region does not answer, and is tried once in a while only. */
    readonly state: 'open' | 'closed'
    /** Calls in a row without an answer. */
    readonly failures: number
    /** When the Region is tried next, where that is still to come. */
    readonly triedAfter?: string
    readonly notedAt?: string
  }
}

/** Stops the lane at once for calls to come; those under way come to their end. What is so already stays as it was. */
export const holdLane = async (
  turns: Pick<LaneTurns, 'time' | 'look' | 'pause'>,
  isPaused: boolean,
): Promise<LaneState> => {
  const now = await turns.time()
  const before = await turns.look()
  if (before.isPaused !== isPaused) await turns.pause(isPaused, isoOf(now))
  const { since, handover, ...after } = before.isPaused === isPaused ? before : await turns.look()
  const breaker = handover?.breaker ?? CLOSED
  return {
    isPaused: after.isPaused,
    ...(since !== undefined && { since }),
    breaker: {
      state: breaker.probeAt === undefined ? 'closed' : 'open',
      failures: breaker.failures,
      ...(isOpen(breaker, now) && { triedAfter: isoOf(breaker.probeAt ?? now) }),
      ...(handover && { notedAt: isoOf(handover.leftAt.ledger) }),
    },
  }
}
