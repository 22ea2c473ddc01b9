/** How long to wait before DynamoDB is asked again for what it has left undone: more each time, and no two callers alike. */

export interface Pausing {
  readonly sleep: (ms: number) => Promise<void>
  /** From 0 to less than 1. */
  readonly random: () => number
}

/** Milliseconds: the most that the first wait takes, and any. */
const FIRST = 50
const LONGEST = 5_000

/**
 * Waits before the try after so many. What is left undone is mostly a table, or a part of it, that is asked too much: asked
 * again at once, by everybody, it stays so (DynamoDB developer guide, "Error retries and exponential backoff").
 */
export const backOff = ({ sleep, random }: Pausing, tries: number): Promise<void> =>
  sleep(Math.round(random() * Math.min(LONGEST, FIRST * 2 ** (tries - 1))))
