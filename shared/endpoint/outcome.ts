/** What became of one change, row or file in one Region: data, not an exception. */

export type Outcome =
  /** The Region took it. */
  | { readonly result: 'applied' }
  /** Asking again will not help. `reason` is a code, never a customer's value. */
  | { readonly result: 'rejected'; readonly reason: string }
  /**
   * Asking again may help. `reason` is a code, never a customer's value. `effect`: `none` when the Region certainly did not
   * take it, `unknown` when it may have (no answer, 5xx), and may still, a while later.
   */
  | { readonly result: 'failed'; readonly reason: string; readonly effect: 'none' | 'unknown' }

export const applied: Outcome = { result: 'applied' }
export const rejected = (reason: string): Outcome => ({ result: 'rejected', reason })
export const failed = (reason: string, effect: 'none' | 'unknown' = 'unknown'): Outcome => ({
  result: 'failed',
  reason,
  effect,
})

export type Tally = Readonly<Record<Outcome['result'], number>>

export const tally = (outcomes: readonly Outcome[]): Tally => {
  const counts = { applied: 0, rejected: 0, failed: 0 }
  for (const { result } of outcomes) counts[result] += 1
  return counts
}
