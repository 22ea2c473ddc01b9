/**
 * Time to Live: removes expired items now and then, as the service, not as a client.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
import type { Clock } from '../clock.ts'
import type { RegionStore, Table } from './dynalite.ts'
import type { Item } from './stream-record.ts'
import { keysOf } from './table-stream.ts'

export interface TimeToLive {
  /** True while the item is being removed because it has expired. */
  isExpiry(tableName: string, item: Item): boolean
  /** Sweeps now and then until `close`. */
  start(store: RegionStore): void
  close(): Promise<void>
}

// AWS promises days; a minute is soon enough to watch.
const SWEEP_MS = 60_000
const FIVE_YEARS_SECONDS = 5 * 365 * 86_400

export const createTimeToLive = (clock: Clock, sweepMs = SWEEP_MS): TimeToLive => {
  const expiring = new Set<string>()
  let callOff = () => {}
  let sweeping = Promise.resolve()
  let isClosed = false

  const expire = async (store: RegionStore, table: Table, item: Item) => {
    const attribute = table.TimeToLive?.AttributeName ?? ''
    const mark = markOf(table.TableName, item)
    expiring.add(mark)
    try {
      // A client may have given it a longer life since it was found.
      await store.perform('DeleteItem', {
        TableName: table.TableName,
        Key: keysOf(item, table),
        ConditionExpression: '#ttl = :was',
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':was': item[attribute] },
      })
    } finally {
      expiring.delete(mark)
    }
  }

  const sweepTable = async (store: RegionStore, table: Table) => {
    for (const item of await expired(store, table, Math.floor(clock.now() / 1000))) {
      if (!isClosed) await expire(store, table, item).catch(() => undefined)
    }
  }

  const sweep = async (store: RegionStore) => {
    for (const name of await tableNames(store)) {
      const table = await store.table(name)
      if (table.TimeToLive?.Enabled && table.TableStatus === 'ACTIVE') await sweepTable(store, table)
    }
  }

  const start = (store: RegionStore) => {
    if (isClosed) return
    callOff = clock.after(sweepMs, () => {
      // A table may go while it is swept; the next sweep does without it.
      sweeping = sweep(store)
        .catch(() => undefined)
        .then(() => start(store))
    })
  }

  return {
    isExpiry: (tableName, item) => expiring.has(markOf(tableName, item)),
    start,
    async close() {
      isClosed = true
      callOff()
      await sweeping
    },
  }
}

const expired = async (store: RegionStore, table: Table, now: number): Promise<readonly Item[]> => {
  const items: Item[] = []
  let start: object = {}
  do {
    const page = (await store.perform('Scan', {
      TableName: table.TableName,
      FilterExpression: '#ttl < :now AND #ttl > :never',
      ExpressionAttributeNames: { '#ttl': table.TimeToLive?.AttributeName },
      ExpressionAttributeValues: {
        ':now': { N: String(now) },
        ':never': { N: String(now - FIVE_YEARS_SECONDS) },
      },
      ...start,
    })) as { Items?: Item[]; LastEvaluatedKey?: Item }
    items.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey ? { ExclusiveStartKey: page.LastEvaluatedKey } : {}
  } while ('ExclusiveStartKey' in start)
  return items
}

const tableNames = async (store: RegionStore): Promise<readonly string[]> => {
  const names: string[] = []
  let start: object = {}
  do {
    const page = (await store.perform('ListTables', start)) as {
      TableNames?: string[]
      LastEvaluatedTableName?: string
    }
    names.push(...(page.TableNames ?? []))
    start = page.LastEvaluatedTableName ? { ExclusiveStartTableName: page.LastEvaluatedTableName } : {}
  } while ('ExclusiveStartTableName' in start)
  return names
}

const markOf = (tableName: string, item: Item): string => JSON.stringify([tableName, item])
