/** The event source mappings of all stacks: started together once everything is there, and asked whether they rest. */
import type { EventSourceMapping } from '../event-sources/mapping.ts'

export interface RegisteredMapping {
  readonly eventSourceArn: string
  readonly functionArn: string
  readonly mapping: EventSourceMapping
  /** True while the source holds what the function has not dealt with. */
  readonly isBusy: () => boolean
}

export interface EventSourceMappings {
  add(mapping: RegisteredMapping): void
  list(): readonly RegisteredMapping[]
  /** Begins to poll; mappings added later begin at once. */
  start(): void
  isBusy(): boolean
  /** Polls no more, without waiting for what runs. */
  pause(): void
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

export const createEventSourceMappings = (): EventSourceMappings => {
  const mappings: RegisteredMapping[] = []
  let isStarted = false
  return {
    add(registered) {
      mappings.push(registered)
      if (isStarted) registered.mapping.start()
    },
    list: () => mappings,
    start() {
      isStarted = true
      for (const { mapping } of mappings) mapping.start()
    },
    isBusy: () => mappings.some(({ isBusy }) => isBusy()),
    pause() {
      for (const { mapping } of mappings) mapping.pause()
    },
    async stop() {
      await Promise.all(mappings.map(({ mapping }) => mapping.stop()))
    },
  }
}
