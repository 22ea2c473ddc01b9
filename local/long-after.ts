/** Timers further away than `setTimeout` can count (24.8 days): a wait of a month must not be over at once. */
import type { Clock } from './clock.ts'

const LONGEST_MS = 2 ** 31 - 1

/** `clock.after` without its upper limit; the function returned calls the task off. */
export const longAfter = (clock: Clock, ms: number, task: () => void): (() => void) => {
  const due = clock.now() + ms
  let callOff = () => {}
  const arm = (left: number): void => {
    callOff =
      left <= LONGEST_MS
        ? clock.after(Math.max(0, left), task)
        : clock.after(LONGEST_MS, () => arm(due - clock.now()))
  }
  arm(ms)
  return () => callOff()
}
