/** The life of a polling loop: started, paused, resumed, stopped. */
import type { EventSourceMapping } from './mapping.ts'

export interface Loop {
  /** Polls until `signal` aborts. Must not reject. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly enabled: boolean
}

export const polling = ({ run, enabled }: Loop): EventSourceMapping => {
  const running = new Set<Promise<void>>()
  let current: AbortController | undefined

  const begin = () => {
    if (current) return
    current = new AbortController()
    // One loop after the other: a paused one may still be at its last batch.
    const before = Promise.all(running)
    const { signal } = current
    const loop: Promise<void> = before.then(() => run(signal)).finally(() => running.delete(loop))
    running.add(loop)
  }

  const end = () => {
    current?.abort()
    current = undefined
  }

  return {
    start() {
      if (enabled) begin()
    },
    pause: end,
    resume: begin,
    async stop() {
      end()
      await Promise.all(running)
    },
  }
}
