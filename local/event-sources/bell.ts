/** Wakes whoever waits for something to happen, at the latest after a while or when polling ends. */
import type { Clock } from '../clock.ts'

export interface Bell {
  ring(): void
  /** Resolves at the next ring, after `ms`, or when `signal` aborts; at once where it has aborted. */
  wait(signal: AbortSignal, ms?: number): Promise<void>
}

export const createBell = (clock: Clock): Bell => {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const wake of waiting) wake()
    },
    wait: (signal, ms) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          callOff?.()
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const callOff = ms === undefined ? undefined : clock.after(ms, wake)
        waiting.add(wake)
        signal.addEventListener('abort', wake)
        if (signal.aborted) wake()
      }),
  }
}
