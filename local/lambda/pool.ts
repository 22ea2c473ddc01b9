/** The sandboxes of one function: reused while warm, one request each, as many at once as the function may have. */
import type { Clock } from '../clock.ts'
import { tooManyRequests } from './errors.ts'
import type { Sandbox, SandboxResult } from './sandbox.ts'

export interface PoolOptions {
  readonly clock: Clock
  readonly open: () => Sandbox
  /** Requests beyond this wait for their turn … */
  readonly most: number
  /** … and beyond this they are throttled. */
  readonly reserved?: number
}

export interface Pool {
  /** Rejects with `TooManyRequestsException` when the reserved concurrency is used up. */
  run(requestId: string, event: string): Promise<SandboxResult>
  close(): Promise<void>
}

// Lambda keeps an idle sandbox for some minutes; how many is not documented.
const IDLE_MS = 5 * 60_000

export const createPool = ({ clock, open, most, reserved }: PoolOptions): Pool => {
  const sandboxes = new Set<Sandbox>()
  const idle = new Map<Sandbox, () => void>()
  const waiting: (() => void)[] = []
  let inUse = 0

  const discard = (sandbox: Sandbox): Promise<void> => {
    sandboxes.delete(sandbox)
    return sandbox.stop()
  }

  const warm = (): Sandbox | undefined => {
    for (const [sandbox, callOff] of [...idle].reverse()) {
      idle.delete(sandbox)
      callOff()
      if (sandbox.alive()) return sandbox
      sandboxes.delete(sandbox)
    }
    return undefined
  }

  const cold = (): Sandbox => {
    const sandbox = open()
    sandboxes.add(sandbox)
    return sandbox
  }

  const keepWarm = (sandbox: Sandbox) => {
    const callOff = clock.after(IDLE_MS, () => {
      idle.delete(sandbox)
      void discard(sandbox)
    })
    idle.set(sandbox, callOff)
  }

  const enter = async () => {
    if (reserved !== undefined && inUse >= reserved) throw tooManyRequests()
    inUse += 1
    // The place of a request that leaves goes straight to the first that waits: see `leave`.
    if (inUse > most) await new Promise<void>((resolve) => waiting.push(resolve))
  }

  const leave = () => {
    inUse -= 1
    waiting.shift()?.()
  }

  return {
    async run(requestId, event) {
      await enter()
      try {
        const sandbox = warm() ?? cold()
        const result = await sandbox.run(requestId, event)
        if (sandbox.alive()) keepWarm(sandbox)
        else sandboxes.delete(sandbox)
        return result
      } finally {
        leave()
      }
    },
    async close() {
      for (const callOff of idle.values()) callOff()
      idle.clear()
      await Promise.all([...sandboxes].map(discard))
    },
  }
}
