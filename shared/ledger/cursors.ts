/** Where a verb stopped that has more to do than fits its time: kept here, as a place in a table names a customer. */
import type { Table } from './table.ts'

export interface Cursors<T> {
  /** Keeps `stop` for a week; `token`, a name that no other stop has, is what may be shown to the world. */
  leave(token: string, stop: T, now: number): Promise<void>
  /** Undefined for a token that this verb has not given, or too long ago. */
  find(token: string): Promise<T | undefined>
}

/** Seconds. */
const WEEK = 7 * 24 * 3600

export const cursors = <T>(table: Table, verb: string): Cursors<T> => {
  const keyOf = (token: string) => ({ pk: `cursor#${verb}#${token}`, sk: 'cursor' })
  return {
    async leave(token, stop, now) {
      await table.put({ ...keyOf(token), stop, expires: Math.ceil(now / 1000) + WEEK })
    },
    async find(token) {
      return (await table.get(keyOf(token)))?.['stop'] as T | undefined
    },
  }
}
