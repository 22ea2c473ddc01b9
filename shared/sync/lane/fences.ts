/** How long what has been said to a Region may still take effect, and when to look whether it has. Pure. */
import type { Sent } from '../../ledger/lane-memory.ts'

/** Milliseconds for which a change that the Region has accepted may still be on its way, and one without an answer. */
export const FENCE = { accepted: 5_000, unknown: 30_000 } as const

/** Milliseconds from a change that the Region has accepted to the look whether it is there: the more often it was not, the later. */
export const proofAfter = (lost = 0): number => Math.min(LOOKS.most, FENCE.accepted * 2 ** lost)

/** The instant (ms) of that look. */
export const nextProof = ({ fence, lost }: Sent): number => fence + proofAfter(lost) - FENCE.accepted

/** Milliseconds for which an endpoint is left to an Import Job that nobody has seen the end of. */
export const IMPORT_FENCE = 24 * 3_600_000

/** Milliseconds between two looks whether an Import Job is over: the least and the most. */
const LOOKS = { least: 30_000, most: 900_000 } as const

/** The instant (ms) of the next look at what waits for an Import Job until `fence`: the longer it has waited, the later. */
export const nextLook = (fence: number, now: number): number => lookAfter(fence - IMPORT_FENCE, fence, now)

/** The same of what has waited since an instant (ms), and is to wait until another. */
export const lookAfter = (since: number, until: number, now: number): number =>
  Math.min(until, now + Math.min(LOOKS.most, Math.max(LOOKS.least, (now - since) / 2)))
