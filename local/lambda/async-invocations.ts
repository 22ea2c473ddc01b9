/**
 * Asynchronous invocations: accepted at once, tried up to three times.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { Clock } from '../clock.ts'
import type { Invocation } from './invocation.ts'

export interface AsyncInvocations {
  /** Takes an event over; never throws. `invoke` rejects only where the function was not reached. */
  accept(invoke: () => Promise<Invocation>): void
  /** Events accepted and not yet done with, those that wait for a retry included. */
  count(): number
  /** Forgets every event that is still waiting. */
  close(): void
}

const RETRY_DELAYS_MS = [60_000, 120_000]
const MAX_AGE_MS = 6 * 3_600_000
const MAX_THROTTLE_DELAY_MS = 300_000

export const createAsyncInvocations = (clock: Clock): AsyncInvocations => {
  const timers = new Set<() => void>()
  let open = 0
  let isClosed = false

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const callOff = clock.after(ms, () => {
        timers.delete(callOff)
        resolve()
      })
      timers.add(callOff)
    })

  const deliver = async (invoke: () => Promise<Invocation>) => {
    const deadline = clock.now() + MAX_AGE_MS
    let errors = 0
    let throttles = 0
    while (!isClosed && clock.now() < deadline) {
      const invocation = await invoke().catch(() => undefined)
      if (!invocation) {
        await pause(Math.min(MAX_THROTTLE_DELAY_MS, 1000 * 2 ** throttles++))
        continue
      }
      const delay = 'error' in invocation ? RETRY_DELAYS_MS[errors++] : undefined
      if (delay === undefined) return
      await pause(delay)
    }
  }

  return {
    accept(invoke) {
      open += 1
      void deliver(invoke).finally(() => (open -= 1))
    },
    count: () => open,
    close() {
      isClosed = true
      for (const callOff of timers) callOff()
      timers.clear()
    },
  }
}
