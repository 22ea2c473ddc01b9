/** Work done at so many items a second of the handed-in clock. */
import type { Timers } from '../timers.ts'

const TICK_MS = 100

/** To be called after each item: a promise to wait for, or undefined where the next may follow at once. */
export type Pace = () => Promise<void> | undefined

/** `perSecond` may be Infinity. Waits every tenth of a second, or after every item where they are rarer. */
export function createPace(timers: Timers, perSecond: number): Pace {
  if (perSecond === Infinity) return () => undefined
  const perTick = Math.max(1, Math.round((perSecond * TICK_MS) / 1000))
  const tickMs = (perTick / perSecond) * 1000
  let done = 0
  return () => {
    done += 1
    return done % perTick === 0 ? timers.sleep(tickMs) : undefined
  }
}
