/** Where values lie that every reader sees: a map in memory, unless whoever starts the emulator has a better place. */

export interface SettledValues<Value> {
  get(key: string): Value | undefined
  /** Undefined removes the key. */
  set(key: string, value: Value | undefined): void
  /** How many keys there are. */
  readonly size: number
  /** All of them; writes may go on meanwhile. */
  keys(): Iterable<string>
}

/** Opens values, each kind of them (`us-east-1/PROJECT/endpoints`) by itself. They are plain data, as JSON has it. */
export type OpenValues = <Value>(kind: string) => SettledValues<Value>

export const inMemory: OpenValues = <Value>(): SettledValues<Value> => {
  const values = new Map<string, Value>()
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) values.delete(key)
      else values.set(key, value)
    },
    get size() {
      return values.size
    },
    keys: () => values.keys(),
  }
}
