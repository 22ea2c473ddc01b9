/** Settled values in a file, so that a Region may hold more endpoints than fit in memory. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OpenValues, SettledValues } from './settled-values.ts'

export interface DiskValues {
  readonly open: OpenValues
  close(): void
}

/** As many keys as are read at a time. */
const PAGE = 1_000

/** Values in a new file in `directory`, which is made where missing. Nobody finds them there after `close`. */
export const openDiskValues = (directory: string): DiskValues => {
  mkdirSync(directory, { recursive: true })
  const database = new DatabaseSync(join(directory, 'values.sqlite'))
  // What a start leaves behind nobody reads: there is nothing to lose, and so nothing to make safe.
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN')
  let kinds = 0
  return {
    open: <Value>(): SettledValues<Value> => valuesIn(database, `kind_${(kinds += 1)}`),
    close: () => {
      database.close()
    },
  }
}

const valuesIn = <Value>(database: DatabaseSync, table: string): SettledValues<Value> => {
  database.exec(`CREATE TABLE ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`)
  const select = database.prepare(`SELECT value FROM ${table} WHERE key = ?`)
  const insert = database.prepare(`INSERT INTO ${table} (value, key) VALUES (?, ?)`)
  const update = database.prepare(`UPDATE ${table} SET value = ? WHERE key = ?`)
  const remove = database.prepare(`DELETE FROM ${table} WHERE key = ?`)
  const page = database.prepare(`SELECT key FROM ${table} WHERE key > ? ORDER BY key LIMIT ${PAGE}`)
  let size = 0
  return {
    get size() {
      return size
    },
    get(key) {
      const row = select.get(key)
      return row && (JSON.parse(row['value'] as string) as Value)
    },
    set(key, value) {
      if (value === undefined) {
        size -= Number(remove.run(key).changes)
        return
      }
      const text = JSON.stringify(value)
      if (Number(update.run(text, key).changes) > 0) return
      insert.run(text, key)
      size += 1
    },
    *keys() {
      for (let after = ''; ;) {
        const keys = page.all(after).map(({ key }) => key as string)
        yield* keys
        if (keys.length < PAGE) return
        after = keys.at(-1) ?? ''
      }
    },
  }
}
