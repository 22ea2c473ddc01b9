/** Tasks by the moment they are due; those of one moment in the order they were added. */

export interface DueTask {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly run: () => void
}

export interface DueTasks {
  /** The function returned takes the task out again. */
  add(task: DueTask): () => void
  /** Takes out the first task that is due by `end`. */
  take(end: number): DueTask | undefined
}

interface Entry extends DueTask {
  readonly order: number
  isOff: boolean
}

/** A binary heap: a day has some hundred thousand tasks, and most are called off. */
export const dueTasks = (): DueTasks => {
  const heap: Entry[] = []
  let added = 0

  const swap = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]]
    if (a && b) [heap[one], heap[other]] = [b, a]
  }

  const isBefore = (one: number, other: number): boolean => {
    const [a, b] = [heap[one], heap[other]]
    if (!a || !b) return a !== undefined
    return a.at === b.at ? a.order < b.order : a.at < b.at
  }

  const rise = () => {
    for (let at = heap.length - 1; at > 0 && isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) {
      swap(at, (at - 1) >> 1)
    }
  }

  const sink = () => {
    for (let at = 0, next = 0; ; at = next) {
      const left = 2 * at + 1
      next = isBefore(left + 1, left) ? left + 1 : left
      if (next >= heap.length || !isBefore(next, at)) return
      swap(at, next)
    }
  }

  const takeFirst = (): Entry | undefined => {
    swap(0, heap.length - 1)
    const first = heap.pop()
    sink()
    return first
  }

  return {
    add(task) {
      const entry: Entry = { ...task, order: added++, isOff: false }
      heap.push(entry)
      rise()
      return () => {
        entry.isOff = true
      }
    },
    take(end) {
      for (let first = heap[0]; first && (first.isOff || first.at <= end); first = heap[0]) {
        takeFirst()
        if (!first.isOff) return first
      }
      return undefined
    },
  }
}
