/** A clock on which time passes a number of times faster, from the moment it is made. */
import type { Clock } from '../clock.ts'

/** `scale` 60: a minute in a second. */
export const scaledClock = (clock: Clock, scale: number): Clock => {
  if (!(scale > 0)) throw new Error(`Option timeScale: expected more than 0, got ${scale}`)
  const start = clock.now()
  return {
    now: () => start + (clock.now() - start) * scale,
    after: (ms, task) => clock.after(ms / scale, task),
  }
}
