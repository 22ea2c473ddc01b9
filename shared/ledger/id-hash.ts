/** An id may be an e-mail address: the ledger keeps what stands for it. */
import { createHash } from 'node:crypto'
import { keyOf } from '../endpoint/endpoint.ts'
import type { Key, Table } from './table.ts'

/** 27 characters, the same for ids that differ only by case. */
export const hashOf = (id: string): string => spellingOf(keyOf(id))

/** 27 characters for exactly this spelling of an id. */
export const spellingOf = (id: string): string =>
  createHash('sha256').update(id).digest('base64url').slice(0, 27)

/** The rows of these ids, by id; an id without a row is left out. */
export const rowsOf = async <T>(
  table: Table,
  ids: readonly string[],
  key: (id: string) => Key,
): Promise<ReadonlyMap<string, T>> => {
  const keys = new Map(ids.map((id) => [key(id).pk, key(id)]))
  const rows = new Map((await table.getAll([...keys.values()])).map((row) => [row.pk, row]))
  return new Map(
    ids.flatMap((id): [string, T][] => {
      const row = rows.get(key(id).pk)
      return row ? [[id, row as unknown as T]] : []
    }),
  )
}
