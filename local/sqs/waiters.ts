/** Long polling: receivers that wait for a message, woken when one may have come, first come first served. */
import type { Clock } from '../clock.ts'

export interface Waiters {
  /** `attempt` at once, then at every wake until it yields something or `ms` have passed: then it is empty. */
  until<T>(attempt: () => readonly T[], ms: number, signal?: AbortSignal): Promise<readonly T[]>
  /** Says that something may have come. Several calls in one turn wake once, so that a batch is received as one. */
  wake(): void
  /** Ends every wait empty-handed. */
  close(): void
}

/** `nextDue` names the moment when something comes by itself (milliseconds since the epoch), if there is one. */
export const createWaiters = (clock: Clock, nextDue: () => number | undefined): Waiters => {
  const waiting = new Set<{ readonly serve: () => boolean; readonly give: () => void }>()
  let isWaking = false
  let callOffAlarm = ignore

  const serve = () => {
    isWaking = false
    for (const waiter of waiting) if (!waiter.serve()) break
    setAlarm()
  }

  const wake = () => {
    if (isWaking || waiting.size === 0) return
    isWaking = true
    queueMicrotask(serve)
  }

  const setAlarm = () => {
    callOffAlarm()
    const due = waiting.size === 0 ? undefined : nextDue()
    callOffAlarm = due === undefined ? ignore : clock.after(Math.max(0, due - clock.now()), wake)
  }

  return {
    wake,
    async until(attempt, ms, signal) {
      const first = attempt()
      if (first.length > 0 || ms <= 0) return first
      return new Promise((resolve) => {
        const finish = (result: Awaited<ReturnType<typeof attempt>>) => {
          waiting.delete(waiter)
          callOff()
          signal?.removeEventListener('abort', giveUp)
          resolve(result)
        }
        const giveUp = () => {
          finish([])
          setAlarm()
        }
        const waiter = {
          serve: () => {
            const result = attempt()
            if (result.length > 0) finish(result)
            return result.length > 0
          },
          give: giveUp,
        }
        const callOff = clock.after(ms, giveUp)
        signal?.addEventListener('abort', giveUp, { once: true })
        waiting.add(waiter)
        setAlarm()
      })
    },
    close() {
      for (const { give } of waiting) give()
    },
  }
}

const ignore = (): void => undefined
