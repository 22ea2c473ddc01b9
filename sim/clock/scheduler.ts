/** Virtual time: one event after another, and after each all that follows from it, until nothing waits but time. */

export interface Scheduler {
  /** True time, milliseconds since the epoch. */
  readonly now: () => number
  /** Runs `task` after `ms` milliseconds; of tasks for one instant the one asked for first. */
  after(ms: number, task: () => void): void
  /** Something that waits for a promise may go on: micro-tasks are to run before the next event. */
  stirred(): void
  /** Something goes on by ticks of Node's own, as its streams do: those too are to run before the next event. */
  ticking(): void
  /** Events run so far. */
  readonly events: () => number
  /** Runs events until `done`, or until there are none. Rejects with what an event throws. */
  run(done: () => boolean): Promise<void>
}

interface Event {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

export const schedulerFrom = (epoch: number): Scheduler => {
  const heap = heapOf<Event>((one, other) => one.at - other.at || one.order - other.order)
  let time = epoch
  let order = 0
  let events = 0
  let isStirred = false
  let isTicking = false

  /** Events up to the first that may wake a promise; false when there is no more to do. */
  const advance = (done: () => boolean): boolean => {
    isStirred = false
    while (!isStirred) {
      if (done()) return false
      const event = heap.pop()
      if (!event) return false
      time = event.at
      events += 1
      event.task()
    }
    return true
  }

  return {
    now: () => time,
    after(ms, task) {
      order += 1
      heap.push({ at: time + Math.max(0, ms), order, task })
    },
    stirred() {
      isStirred = true
    },
    ticking() {
      isTicking = true
    },
    events: () => events,
    run: (done) =>
      new Promise((resolve, reject) => {
        const step = () => {
          if (isTicking) {
            isTicking = false
            setImmediate(step)
            return
          }
          try {
            if (!advance(done)) return resolve()
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)))
          }
          // A tick asked for by a micro-task comes when no micro-task is left.
          queueMicrotask(() => process.nextTick(step))
        }
        queueMicrotask(() => process.nextTick(step))
      }),
  }
}

/** A binary heap: the least item first. */
const heapOf = <T>(compare: (one: T, other: T) => number) => {
  const items: T[] = []
  const isBefore = (one: number, other: number) => compare(items[one] as T, items[other] as T) < 0
  const swap = (one: number, other: number) => {
    ;[items[one], items[other]] = [items[other] as T, items[one] as T]
  }
  const rise = (from: number) => {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!isBefore(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = () => {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < items.length && isBefore(left, least)) least = left
      if (right < items.length && isBefore(right, least)) least = right
      if (least === at) return
      swap(at, least)
      at = least
    }
  }
  return {
    push(item: T) {
      items.push(item)
      rise(items.length - 1)
    },
    pop(): T | undefined {
      const [first] = items
      const last = items.pop()
      if (items.length > 0 && last !== undefined) {
        items[0] = last
        sink()
      }
      return first
    },
  }
}
