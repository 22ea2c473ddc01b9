/** The ledger's table in memory, with DynamoDB's conditions and refusals, so that the ledger itself runs in unit tests. */
import { holds } from '../../sim/aws/conditions.ts'
import type { Key, Row, Table } from '../../shared/ledger/table.ts'

export interface MemoryTable extends Table {
  readonly rows: ReadonlyMap<string, Row>
  /** Before each call: throws what the call is to fail with. */
  intrude: (operation: keyof Table, keys: readonly Key[]) => void | Promise<void>
}

/** Bytes of one item (DynamoDB developer guide, "Quotas"). */
const ITEM_BYTES = 400 * 1024

/** `now`: the table's own time, ms. */
export const memoryTable = (now: () => number = () => 0): MemoryTable => {
  const rows = new Map<string, Row>()
  const table: MemoryTable = {
    rows,
    intrude: () => undefined,
    async get(key) {
      await table.intrude('get', [key])
      return copyOf(rows.get(nameOf(key)))
    },
    async getAll(keys) {
      await table.intrude('getAll', keys)
      mustDiffer(keys)
      return keys.flatMap((key) => copyOf(rows.get(nameOf(key))) ?? [])
    },
    async query(pk) {
      await table.intrude('query', [{ pk, sk: '' }])
      const found = [...rows.values()].filter((row) => row.pk === pk)
      return found.map((row) => copyOf(row)).sort((a, b) => (a.sk < b.sk ? -1 : 1))
    },
    async put(row, condition) {
      await table.intrude('put', [row])
      if (condition && !holds(condition.expression, rows.get(nameOf(row)), condition)) return false
      write(rows, row)
      return true
    },
    async putAll(all) {
      await table.intrude('putAll', all)
      mustDiffer(all)
      for (const row of all) write(rows, row)
    },
    async delete(key, condition) {
      await table.intrude('delete', [key])
      if (condition && !holds(condition.expression, rows.get(nameOf(key)), condition)) return false
      rows.delete(nameOf(key))
      return true
    },
    async deleteAll(keys) {
      await table.intrude('deleteAll', keys)
      mustDiffer(keys)
      for (const key of keys) rows.delete(nameOf(key))
    },
    async time() {
      await table.intrude('time', [])
      return Math.floor(now() / 1000) * 1000
    },
  }
  return table
}

const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`

// As it comes back from the service: no undefined, and nobody else's object.
const copyOf = <T extends Row | undefined>(row: T): T =>
  row === undefined ? row : (JSON.parse(JSON.stringify(row)) as T)

const write = (rows: Map<string, Row>, row: Row): void => {
  if (Buffer.byteLength(JSON.stringify(row)) > ITEM_BYTES)
    throw validation('Item size has exceeded the maximum allowed size')
  rows.set(nameOf(row), copyOf(row))
}

const mustDiffer = (keys: readonly Key[]): void => {
  if (new Set(keys.map(nameOf)).size < keys.length)
    throw validation('Provided list of item keys contains duplicates')
}

const validation = (message: string): Error =>
  Object.assign(new Error(message), { name: 'ValidationException' })
