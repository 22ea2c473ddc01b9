/** So many jobs at once in each Region: jobs run in slots. */
import type { JobFate } from '../faults.ts'
import { tooManyRequests } from '../service-error.ts'

export interface JobSlots {
  /** Throws TooManyRequestsException where the Region's slots are taken. */
  check(region: string): void
  /** Runs a job that never rejects; its slot is free again when it has ended. */
  run(region: string, fate: JobFate, job: () => Promise<void>): void
  /** Jobs that have not ended, without those that a fault holds for ever. */
  readonly ending: number
}

/** `what` is `imports` or `exports`, for the message. */
export function createJobSlots(what: string, limit: number): JobSlots {
  const taken = new Map<string, number>()
  let ending = 0

  const count = (region: string, one: 1 | -1, fate: JobFate) => {
    taken.set(region, (taken.get(region) ?? 0) + one)
    if (!isEndless(fate)) ending += one
  }

  return {
    check(region) {
      if ((taken.get(region) ?? 0) >= limit)
        throw tooManyRequests(`Maximum concurrent ${what} limit exceeded`)
    },
    run(region, fate, job) {
      count(region, 1, fate)
      void job().finally(() => count(region, -1, fate))
    },
    get ending() {
      return ending
    },
  }
}

const isEndless = ({ stuck }: JobFate): boolean => stuck !== undefined && stuck.ms === undefined
