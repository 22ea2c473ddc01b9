/** What has been opened, to be closed in reverse order. */

export interface Closers {
  add(close: () => void | Promise<void>): void
  /** Closes everything once, each whatever became of the others. Rejects with the first error, at the end. */
  close(): Promise<void>
}

export const createClosers = (): Closers => {
  const open: (() => void | Promise<void>)[] = []
  return {
    add: (close) => void open.push(close),
    async close() {
      const errors: unknown[] = []
      for (let close = open.pop(); close; close = open.pop()) {
        try {
          await close()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw errors[0]
    },
  }
}
