/** A map whose readers lag behind its writers: each value becomes visible a set time after it was written. */

interface Version<Value> {
  /** Undefined: the key was removed. */
  readonly value: Value | undefined
  readonly visibleAt: number
  before: Version<Value> | undefined
}

export interface EventualMap<Value> {
  /** The newest value written, visible or not. */
  newest(key: string): Value | undefined
  /** What readers see now. */
  visible(key: string): Value | undefined
  /** Everything readers see, each value as of the moment it is reached: writes may go on meanwhile. */
  visibleValues(): Generator<Value>
  /** Writes a value, or removes the key where it is undefined. */
  write(key: string, value: Value | undefined): void
  /** When the last write becomes visible, in milliseconds since the epoch. */
  readonly settledAt: number
}

/** `now` in milliseconds since the epoch; writes become visible in the order made, `delayMs` later. */
export function createEventualMap<Value>(now: () => number, delayMs: number): EventualMap<Value> {
  const versions = new Map<string, Version<Value>>()
  const settling = createQueue<{ readonly key: string; readonly version: Version<Value> }>()
  let settledAt = 0

  /** Forgets what no reader can see any more; each write pays for those before it. */
  function forget(time: number): void {
    for (let next = settling.first(); next && next.version.visibleAt <= time; next = settling.first()) {
      settling.shift()
      next.version.before = undefined
      const isGone = next.version.value === undefined && versions.get(next.key) === next.version
      if (isGone) versions.delete(next.key)
    }
  }

  return {
    newest: (key) => versions.get(key)?.value,
    visible: (key) => visibleIn(versions.get(key), now()),
    *visibleValues() {
      for (const version of versions.values()) {
        const value = visibleIn(version, now())
        if (value !== undefined) yield value
      }
    },
    write(key, value) {
      const time = now()
      settledAt = time + delayMs
      const version = { value, visibleAt: settledAt, before: versions.get(key) }
      versions.set(key, version)
      settling.push({ key, version })
      forget(time)
    },
    get settledAt() {
      return settledAt
    },
  }
}

function visibleIn<Value>(newest: Version<Value> | undefined, time: number): Value | undefined {
  let version = newest
  while (version !== undefined && version.visibleAt > time) version = version.before
  return version?.value
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
