/** Waiting that can be cut short: by the execution's end, by a sibling's failure, by a time-out. */
import type { Clock } from '../../clock.ts'
import { longAfter } from '../../long-after.ts'

/** The reason of every abort: what was waited for is no longer wanted. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Resolves `ms` milliseconds later by `clock`; rejects with the signal's reason when it is aborted before. */
export const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      callOff()
      reject(reasonOf(signal))
    }
    const callOff = longAfter(clock, ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })

/** What `work` comes to, unless the signal is aborted first: then its reason, and `work` goes on unheard. */
export const interruptible = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(reasonOf(signal))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })

/** Runs `work` for at most `ms` milliseconds (undefined: for ever); after that it rejects with `late()`. */
export const withDeadline = async <T>(
  clock: Clock,
  ms: number | undefined,
  late: () => Error,
  { signal, work }: { readonly signal: AbortSignal; readonly work: (signal: AbortSignal) => Promise<T> },
): Promise<T> => {
  const own = new AbortController()
  const callOff = ms === undefined ? () => {} : longAfter(clock, ms, () => own.abort(late()))
  const either = AbortSignal.any([signal, own.signal])
  try {
    return await interruptible(work(either), either)
  } finally {
    callOff()
  }
}

/**
 * Runs `piece` for each index below `count`, at most `limit` at once, and answers the results in order.
 * The first that fails stops the others; rejects with its error once they have stopped.
 */
export const together = async <T>(
  count: number,
  limit: number,
  signal: AbortSignal,
  piece: (index: number, signal: AbortSignal) => Promise<T>,
): Promise<readonly T[]> => {
  const own = new AbortController()
  const either = AbortSignal.any([signal, own.signal])
  const results: T[] = []
  const failures: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count && !either.aborted) {
      const index = next++
      try {
        results[index] = await piece(index, either)
      } catch (error) {
        failures.push(error)
        own.abort(new Stopped('A sibling failed'))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker))
  if (signal.aborted) throw reasonOf(signal)
  if (failures.length > 0) throw failures[0]
  return results
}

const reasonOf = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Stopped(String(signal.reason))
