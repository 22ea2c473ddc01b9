/** Calls a second and calls in flight, per Region and operation, as Pinpoint counts them. */
import type { Operation } from '../history/facts.ts'

/** Developer guide, "Amazon Pinpoint quotas" (2026); the burst is the same figure. */
const PER_SECOND: Readonly<Record<Operation, number>> = { batch: 2, single: 10, get: 10, delete: 5 }
const BATCHES_IN_FLIGHT = 2

export interface Gate {
  /** False: 429. */
  enter(operation: Operation): boolean
  leave(operation: Operation): void
}

export const gateOf = (now: () => number): Gate => {
  const buckets = new Map<Operation, { tokens: number; at: number; running: number }>()
  const bucketOf = (operation: Operation) => {
    const bucket = buckets.get(operation) ?? { tokens: PER_SECOND[operation], at: now(), running: 0 }
    buckets.set(operation, bucket)
    return bucket
  }
  return {
    enter(operation) {
      const bucket = bucketOf(operation)
      const rate = PER_SECOND[operation]
      bucket.tokens = Math.min(rate, bucket.tokens + ((now() - bucket.at) / 1000) * rate)
      bucket.at = now()
      const isFull = operation === 'batch' && bucket.running >= BATCHES_IN_FLIGHT
      if (bucket.tokens < 1 || isFull) return false
      bucket.tokens -= 1
      bucket.running += 1
      return true
    },
    leave(operation) {
      bucketOf(operation).running -= 1
    },
  }
}
