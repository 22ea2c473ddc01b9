/** A clock that stands still while anything can go on without it, and then goes to the next sleeper's time. */
import { setImmediate } from 'node:timers/promises'

export interface TurningClock {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Lets nobody wake: for what happens between two pieces of work. */
  readonly tick: (ms: number) => void
  /** Lets time pass until `work` is done. */
  readonly during: <T>(work: Promise<T>) => Promise<T>
}

export const turningClock = (start = Date.parse('2026-06-01T00:00:00.000Z')): TurningClock => {
  let now = start
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + Math.max(0, ms), wake })
        sleepers.sort((a, b) => a.at - b.at)
      }),
    tick: (ms) => {
      now += ms
    },
    async during(work) {
      let isDone = false
      const end = () => {
        isDone = true
      }
      work.then(end, end)
      for (;;) {
        await setImmediate()
        if (isDone) return work
        const next = sleepers.shift()
        if (!next) throw new Error('all wait, and not for this clock')
        now = Math.max(now, next.at)
        next.wake()
      }
    },
  }
}
