/** A clock that goes from one due task to the next, as soon as nothing is under way any more: a day in a minute. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../local/clock.ts'
import { dueTasks } from './due-tasks.ts'

export interface VirtualClock extends Clock {
  /**
   * Time stands still while `work` is under way, unless all it waits for is this clock, or other work that waits for it.
   * Work that `signal` aborts is waited for no longer, however it ends.
   */
  during<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Resolves `ms` milliseconds later. */
  sleep(ms: number): Promise<void>
  /** Lets time pass until the instant `end` (milliseconds since the epoch), and all that is due by then come to rest. */
  runUntil(end: number): Promise<void>
}

/** Something under way, from its call to its answer. */
interface Activity {
  readonly what: string
  /** The tasks of this clock and the activities that it may be waiting for. */
  waits: number
}

// What an answer sets off moves on within one turn of the event loop; some streams take a second one.
const CALM_TURNS = 4
// Nothing here takes that long in real time: something waits for what neither this clock nor any service brings.
const STUCK_MS = 60_000

/** `start` is in milliseconds since the epoch. */
export const virtualClock = (start: number): VirtualClock => {
  const tasks = dueTasks()
  const context = new AsyncLocalStorage<Activity | undefined>()
  const open = new Set<Activity>()
  let now = start
  // Grows with everything that happens.
  let events = 0

  const after = (ms: number, task: () => void): (() => void) => {
    const activity = context.getStore()
    let isOver = false
    const over = () => {
      if (activity && !isOver) activity.waits -= 1
      isOver = true
      events += 1
    }
    if (activity) activity.waits += 1
    events += 1
    const run = () => {
      over()
      context.run(activity, task)
    }
    const callOff = tasks.add({ at: now + Math.max(0, ms), run })
    return () => {
      if (!isOver) callOff()
      over()
    }
  }

  const during = async <T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const parent = context.getStore()
    const activity = { what, waits: 0 }
    const end = () => {
      if (!open.delete(activity)) return
      if (parent) parent.waits -= 1
      events += 1
    }
    if (parent) parent.waits += 1
    events += 1
    open.add(activity)
    signal?.addEventListener('abort', end, { once: true })
    try {
      return await context.run(activity, work)
    } finally {
      signal?.removeEventListener('abort', end)
      end()
    }
  }

  const awake = (): Activity | undefined => {
    for (const activity of open) if (activity.waits === 0) return activity
    return undefined
  }

  const settled = async (): Promise<void> => {
    const began = performance.now()
    for (let calm = 0, seen = events; calm < CALM_TURNS; calm += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      const busy = awake()
      if (busy && performance.now() - began > STUCK_MS) throw new Error(`stuck in ${busy.what}`)
      if (busy || events !== seen || isAtTheDisk()) calm = -1
      seen = events
    }
  }

  return {
    now: () => now,
    after,
    during,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async runUntil(end) {
      await settled()
      for (let task = tasks.take(end); task; task = tasks.take(end)) {
        now = task.at
        task.run()
        await settled()
      }
      now = end
    },
  }
}

/** Files are read and written outside of any activity too. */
const isAtTheDisk = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
