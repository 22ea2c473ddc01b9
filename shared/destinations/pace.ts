/** Keeps the calls of one operation in one Region below their share of the quota. */

export interface Waiting {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Waits for the operation's next turn. */
export type Pace = () => Promise<void>

/** Turns `1000 / perSecond` milliseconds apart, handed out in the order asked for. */
export const pace = (perSecond: number, { now, sleep }: Waiting): Pace => {
  const gap = 1000 / perSecond
  let next = 0
  return async () => {
    const turn = Math.max(next, now())
    next = turn + gap
    const wait = turn - now()
    if (wait > 0) await sleep(wait)
  }
}
