/** Waiting by the handed-in clock, such that closing the service ends every wait. */
import type { Clock } from '../clock.ts'

/** What a wait rejects with when the service is closed under it. */
export class Closed extends Error {
  override readonly name = 'Closed'
}

export interface Timers {
  readonly now: () => number
  /** Resolves `ms` milliseconds later; rejects with {@link Closed}. */
  sleep(ms: number): Promise<void>
  /** Never resolves; rejects with {@link Closed}. */
  forever(): Promise<void>
  /** Runs `task` once, `ms` milliseconds from now, unless closed before. */
  after(ms: number, task: () => void): void
  /** Tasks of `after` that have not run yet. */
  readonly waiting: number
  close(): void
}

interface Wait {
  readonly callOff: () => void
  readonly onClose: () => void
}

export function createTimers(clock: Clock): Timers {
  const waits = new Set<Wait>()
  let tasks = 0
  let closed = false

  function wait(ms: number, done: () => void, onClose: () => void): void {
    if (closed) return onClose()
    const callOff = clock.after(ms, () => {
      waits.delete(entry)
      done()
    })
    const entry: Wait = { callOff, onClose }
    waits.add(entry)
  }

  return {
    now: () => clock.now(),
    sleep: (ms) => new Promise((resolve, reject) => wait(ms, resolve, () => reject(new Closed()))),
    forever: () =>
      new Promise((_, reject) => {
        if (closed) return reject(new Closed())
        waits.add({ callOff: () => undefined, onClose: () => reject(new Closed()) })
      }),
    after(ms, task) {
      tasks += 1
      const run = () => {
        tasks -= 1
        task()
      }
      wait(ms, run, () => undefined)
    },
    get waiting() {
      return tasks
    },
    close() {
      closed = true
      for (const { callOff, onClose } of waits) {
        callOff()
        onClose()
      }
      waits.clear()
    },
  }
}
