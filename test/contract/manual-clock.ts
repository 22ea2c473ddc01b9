/** A clock that stands still until it is told to go on, so that a test passes a day in milliseconds. */
import type { Clock } from '../../local/clock.ts'

export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms`: every task that falls due runs at its own moment, and whatever it set off is let settle
   * before the next one. `advance(0)` only lets things settle.
   */
  advance(ms: number): Promise<void>
  /** How many tasks are still waiting for their moment. */
  pending(): number
}

interface Task {
  readonly at: number
  readonly run: () => void
}

/** `start` is in milliseconds since the epoch. */
export const manualClock = (start = Date.UTC(2026, 0, 1)): ManualClock => {
  let now = start
  const tasks = new Set<Task>()

  const nextUntil = (end: number): Task | undefined => {
    let next: Task | undefined
    for (const task of tasks) if (task.at <= end && (!next || task.at < next.at)) next = task
    return next
  }

  return {
    now: () => now,
    pending: () => tasks.size,
    after(ms, run) {
      const task = { at: now + Math.max(0, ms), run }
      tasks.add(task)
      return () => void tasks.delete(task)
    },
    async advance(ms) {
      const end = now + ms
      await settled()
      for (let task = nextUntil(end); task; task = nextUntil(end)) {
        tasks.delete(task)
        now = task.at
        task.run()
        await settled()
      }
      now = end
    },
  }
}

// Promises settle within one turn of the event loop; in-memory stores take a few turns more.
const TURNS = 8

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
