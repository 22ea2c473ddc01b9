/** One Region's DynamoDB: dynalite's operations, and the tables' streams and Time to Live that it lacks. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import { openRegionStore } from './dynalite.ts'
import type { RegionStore, Table } from './dynalite.ts'
import { DynamoDbError, dynamoDbError, notEmulated } from './errors.ts'
import {
  createTableInput,
  streamAdditions,
  tableArn,
  timeToLiveAddition,
  without,
} from './table-properties.ts'
import type { TableProperties } from './table-properties.ts'
import { createTableStreams } from './table-stream.ts'
import type { RecordListener } from './table-stream.ts'
import { createTimeToLive } from './time-to-live.ts'

export interface RegionTables {
  /** Any operation, in the shapes of the JSON protocol. Rejects with {@link DynamoDbError}. */
  perform(operation: string, input: object): Promise<object>
  /** Makes the table, or takes up one that is on disk with the same keys. Resolves when it is ACTIVE. */
  createTable(properties: TableProperties): Promise<Table>
  table(name: string): Promise<Table>
  subscribe(tableName: string, listener: RecordListener): () => void
  close(): Promise<void>
}

export interface Kept {
  /** Where on disk; in memory without it. */
  readonly path?: string
  /** How often expired items are removed. */
  readonly sweepMs?: number
}

export const openRegionTables = (
  region: string,
  clock: Clock,
  { path, sweepMs }: Kept = {},
): RegionTables => {
  const timeToLive = createTimeToLive(clock, sweepMs)
  const streams = createTableStreams(region, clock, (tableName, item) => timeToLive.isExpiry(tableName, item))
  const store = openRegionStore({ region, onWrite: streams.onWrite, ...(path === undefined ? {} : { path }) })
  timeToLive.start(store)

  const additionsOf = (input: object) => {
    const { TableName = '' } = input as Partial<Table>
    return streamAdditions(tableArn(region, TableName), input, clock.now())
  }

  const takeUp = async (existing: Table, properties: TableProperties): Promise<void> => {
    if (!isDeepStrictEqual(existing.KeySchema, properties.KeySchema)) {
      throw dynamoDbError(
        'ResourceInUseException',
        `Table already exists with other keys: ${existing.TableName}`,
      )
    }
    const wanted = additionsOf(createTableInput(properties))
    // The ARN of a stream lives as long as the stream.
    const isSame = isDeepStrictEqual(existing.StreamSpecification, wanted.StreamSpecification)
    const kept = isSame ? without(existing, 'TimeToLive') : without(existing, 'TimeToLive', ...STREAM_MEMBERS)
    await store.save({ ...kept, ...(isSame ? {} : wanted), ...timeToLiveAddition(properties) })
  }

  return {
    table: (name) => store.table(name),
    subscribe: (tableName, listener) => streams.subscribe(tableName, listener),
    async perform(operation, input) {
      if (operation === 'UpdateTimeToLive') return updateTimeToLive(store, input)
      if (operation === 'DescribeTimeToLive') return describeTimeToLive(store, input)
      if (operation === 'UpdateTable') checkUpdate(input)
      const additions = operation === 'CreateTable' ? additionsOf(input) : {}
      return withoutOurs(await store.perform(operation, input, additions))
    },
    async createTable(properties) {
      await store.ready()
      const input = createTableInput(properties)
      const existing = await store.table(properties.TableName).catch(undefinedIfMissing)
      if (existing) await takeUp(existing, properties)
      else
        await store.perform('CreateTable', input, {
          ...additionsOf(input),
          ...timeToLiveAddition(properties),
        })
      return whenActive(store, properties.TableName)
    },
    async close() {
      await timeToLive.close()
      await store.close()
    },
  }
}

const STREAM_MEMBERS = ['StreamSpecification', 'LatestStreamArn', 'LatestStreamLabel'] as const

const undefinedIfMissing = (error: unknown): undefined => {
  if (error instanceof DynamoDbError && error.name === 'ResourceNotFoundException') return undefined
  throw error
}

const whenActive = async (store: RegionStore, name: string): Promise<Table> => {
  let table = await store.table(name)
  while (table.TableStatus !== 'ACTIVE') {
    await nextTurn()
    table = await store.table(name)
  }
  return table
}

const updateTimeToLive = async (store: RegionStore, input: object): Promise<object> => {
  const { TableName = '', TimeToLiveSpecification: specification } = input as Partial<TableProperties>
  const { AttributeName, Enabled } = specification ?? {}
  if (typeof AttributeName !== 'string' || typeof Enabled !== 'boolean') {
    throw dynamoDbError('ValidationException', 'TimeToLiveSpecification needs AttributeName and Enabled')
  }
  const table = await store.table(TableName)
  if ((table.TimeToLive?.Enabled ?? false) === Enabled) {
    throw dynamoDbError('ValidationException', `TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`)
  }
  await store.save({ ...table, TimeToLive: { AttributeName, Enabled } })
  return { TimeToLiveSpecification: { AttributeName, Enabled } }
}

const describeTimeToLive = async (store: RegionStore, input: object): Promise<object> => {
  const { TimeToLive } = await store.table((input as Partial<Table>).TableName ?? '')
  return {
    TimeToLiveDescription: TimeToLive?.Enabled
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: TimeToLive.AttributeName }
      : { TimeToLiveStatus: 'DISABLED' },
  }
}

// dynalite would take these and do nothing.
const checkUpdate = (input: object): void => {
  const { StreamSpecification, GlobalSecondaryIndexUpdates = [] } = input as {
    StreamSpecification?: unknown
    GlobalSecondaryIndexUpdates?: readonly object[]
  }
  if (StreamSpecification !== undefined) throw notEmulated('UpdateTable with StreamSpecification')
  const isIndexChange = GlobalSecondaryIndexUpdates.some((update) => 'Create' in update || 'Delete' in update)
  if (isIndexChange) throw notEmulated('UpdateTable with a new or deleted GlobalSecondaryIndex')
}

/** A reply without what we keep beside the table. */
const withoutOurs = (output: object): object => {
  for (const member of ['Table', 'TableDescription']) {
    const table = (output as Record<string, unknown>)[member]
    if (table === undefined) continue
    return { ...output, [member]: without(table as Table, 'TimeToLive') }
  }
  return output
}
