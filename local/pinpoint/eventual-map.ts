/** A map whose readers lag behind its writers: each value becomes visible a set time after it was written. */
import type { SettledValues } from './settled-values.ts'

interface Version<Value> {
  /** Undefined: the key was removed. */
  readonly value: Value | undefined
  readonly visibleAt: number
  /** Undefined: what has settled. */
  before: Version<Value> | undefined
}

export interface EventualMap<Value> {
  /** The newest value written, visible or not. */
  newest(key: string): Value | undefined
  /** What readers see now. */
  visible(key: string): Value | undefined
  /** Everything readers see, each value as of the moment it is reached: writes may go on meanwhile. */
  visibleValues(): Generator<Value>
  /** How many keys have a value that every reader sees. */
  readonly size: number
  /** Writes a value, or removes the key where it is undefined. */
  write(key: string, value: Value | undefined): void
  /** When the last write becomes visible, in milliseconds since the epoch. */
  readonly settledAt: number
}

/** `now` in milliseconds since the epoch; writes become visible in the order made, `delayMs` later, and lie in `settled` then. */
export function createEventualMap<Value>(
  now: () => number,
  delayMs: number,
  settled: SettledValues<Value>,
): EventualMap<Value> {
  /** The newest version of each key of which not all has settled. */
  const versions = new Map<string, Version<Value>>()
  const settling = createQueue<{ readonly key: string; readonly version: Version<Value> }>()
  let settledAt = 0

  /** Lets settle what every reader sees; each write pays for those before it. */
  function settle(time: number): void {
    for (let next = settling.first(); next && next.version.visibleAt <= time; next = settling.first()) {
      settling.shift()
      const { key, version } = next
      settled.set(key, version.value)
      version.before = undefined
      if (versions.get(key) === version) versions.delete(key)
    }
  }

  function visible(key: string): Value | undefined {
    const time = now()
    let version = versions.get(key)
    while (version !== undefined && version.visibleAt > time) version = version.before
    return version === undefined ? settled.get(key) : version.value
  }

  return {
    visible,
    newest(key) {
      const version = versions.get(key)
      return version === undefined ? settled.get(key) : version.value
    },
    *visibleValues() {
      settle(now())
      for (const key of settled.keys()) {
        const value = visible(key)
        if (value !== undefined) yield value
      }
    },
    write(key, value) {
      const time = now()
      settle(time)
      settledAt = time + delayMs
      const version = { value, visibleAt: settledAt, before: versions.get(key) }
      versions.set(key, version)
      settling.push({ key, version })
      // Without a delay it settles at once.
      settle(time)
    },
    get size() {
      settle(now())
      return settled.size
    },
    get settledAt() {
      return settledAt
    },
  }
}

/** First in, first out; `Array.shift` alone would move a million items a million times. */
function createQueue<Item>() {
  let items: Item[] = []
  let head = 0
  return {
    push: (item: Item) => void items.push(item),
    first: (): Item | undefined => items[head],
    shift(): void {
      head += 1
      if (head < 1024 || head * 2 < items.length) return
      items = items.slice(head)
      head = 0
    },
  }
}
