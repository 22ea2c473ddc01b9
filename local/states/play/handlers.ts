/** Which Retry or Catch an error meets, and how long a retry waits. https://states-language.net/#errors */
import { DATA_LIMIT, RUNTIME, TIMEOUT } from '../language/failure.ts'
import type { Catcher, Retrier } from '../definition/machine.ts'

/** `States.Runtime` and a full history always end the execution; `States.DataLimitExceeded` must be named. */
const meets = (errorEquals: readonly string[], error: string): boolean => {
  if (error === RUNTIME) return false
  if (errorEquals.includes(error)) return true
  if (error === DATA_LIMIT) return false
  return (
    errorEquals.includes('States.ALL') || (errorEquals.includes('States.TaskFailed') && error !== TIMEOUT)
  )
}

export const catcherFor = (catchers: readonly Catcher[] = [], error: string): Catcher | undefined =>
  catchers.find((catcher) => meets(catcher.ErrorEquals, error))

/**
 * Counts the retries of one visit to a state. The function answers how many milliseconds to wait before the next
 * attempt, or undefined when there is to be none.
 */
export const retriesOf = (
  retriers: readonly Retrier[] = [],
  random: () => number,
): ((error: string) => number | undefined) => {
  const attempts = new Map<Retrier, number>()
  return (error) => {
    const retrier = retriers.find((each) => meets(each.ErrorEquals, error))
    if (!retrier) return undefined
    const before = attempts.get(retrier) ?? 0
    if (before >= (retrier.MaxAttempts ?? 3)) return undefined
    attempts.set(retrier, before + 1)
    const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** before
    const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Infinity)
    return 1000 * (retrier.JitterStrategy === 'FULL' ? random() * seconds : seconds)
  }
}
