/** Where a queue keeps its messages: ready ones in order, hidden ones until their moment, none beyond its retention. */
import type { MessageAttributes } from './message.ts'

/** Times in milliseconds since the epoch. */
export interface StoredMessage {
  readonly id: string
  readonly body: string
  readonly md5OfBody: string
  readonly messageAttributes: MessageAttributes
  readonly senderId: string
  readonly sentAt: number
  visibleAt: number
  receiveCount: number
  firstReceivedAt?: number
  /** Set while in flight: tells the newest receipt handle from older ones. */
  inFlight: boolean
  deadLetterSourceArn?: string
}

export interface MessageStore {
  add(message: StoredMessage, now: number): void
  get(id: string): StoredMessage | undefined
  remove(id: string): void
  /** Gives the message back at `visibleAt`: at once where that has passed. */
  hide(message: StoredMessage, visibleAt: number, now: number): void
  /** The longest ready message; undefined where all are hidden. Call `settle` first. */
  next(): StoredMessage | undefined
  /** Brings hidden messages back whose moment has come and forgets those older than `retentionMs`. */
  settle(now: number, retentionMs: number): void
  /** No hidden message comes back before this; undefined where none is hidden. */
  nextDue(): number | undefined
  counts(): { readonly visible: number; readonly notVisible: number; readonly delayed: number }
  clear(): void
}

export const createMessageStore = (): MessageStore => {
  const ready = new Map<string, StoredMessage>()
  const hidden = new Map<string, StoredMessage>()
  // Lower bounds, so that a full queue is not searched at every call.
  let dueFrom = Infinity
  let oldestFrom = Infinity

  const place = (message: StoredMessage, now: number) => {
    if (message.visibleAt <= now) {
      ready.set(message.id, message)
      return
    }
    hidden.set(message.id, message)
    dueFrom = Math.min(dueFrom, message.visibleAt)
  }

  const remove = (id: string) => {
    if (!ready.delete(id)) hidden.delete(id)
  }

  const reveal = (now: number) => {
    const due = [...hidden.values()].filter(({ visibleAt }) => visibleAt <= now)
    for (const message of due.toSorted((a, b) => a.visibleAt - b.visibleAt)) {
      hidden.delete(message.id)
      message.inFlight = false
      ready.set(message.id, message)
    }
    dueFrom = least([...hidden.values()].map(({ visibleAt }) => visibleAt))
  }

  const expire = (sentBefore: number) => {
    for (const messages of [ready, hidden]) {
      for (const { id, sentAt } of messages.values()) if (sentAt <= sentBefore) messages.delete(id)
    }
    oldestFrom = least([...ready.values(), ...hidden.values()].map(({ sentAt }) => sentAt))
  }

  return {
    add(message, now) {
      oldestFrom = Math.min(oldestFrom, message.sentAt)
      place(message, now)
    },
    get: (id) => ready.get(id) ?? hidden.get(id),
    remove,
    hide(message, visibleAt, now) {
      remove(message.id)
      message.visibleAt = visibleAt
      message.inFlight = visibleAt > now
      place(message, now)
    },
    next: () => ready.values().next().value,
    settle(now, retentionMs) {
      if (dueFrom <= now) reveal(now)
      if (oldestFrom <= now - retentionMs) expire(now - retentionMs)
    },
    nextDue: () => (hidden.size === 0 ? undefined : dueFrom),
    counts() {
      const delayed = [...hidden.values()].filter(({ inFlight }) => !inFlight).length
      return { visible: ready.size, notVisible: hidden.size - delayed, delayed }
    },
    clear() {
      ready.clear()
      hidden.clear()
    },
  }
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity)
