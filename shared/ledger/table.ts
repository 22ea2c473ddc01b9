/** The ledger's one table: rows by `pk` and `sk`, read consistently, written under conditions. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import { backOff } from './back-off.ts'
import { batchGet } from './batch-get.ts'
import type { Asked } from './batch-get.ts'
import { chunksOf } from './chunks.ts'

export interface Key {
  readonly pk: string
  readonly sk: string
}
export type Row = Key & Readonly<Record<string, unknown>>

export interface Condition {
  readonly expression: string
  readonly names?: Record<string, string>
  readonly values?: Record<string, unknown>
}

export interface Table {
  get(key: Key): Promise<Row | undefined>
  /** The rows that there are, in no order. */
  getAll(keys: readonly Key[]): Promise<Row[]>
  /** Every row under `pk`, by `sk`. */
  query(pk: string): Promise<Row[]>
  /** False when `condition` does not hold. */
  put(row: Row, condition?: Condition): Promise<boolean>
  putAll(rows: readonly Row[]): Promise<void>
  /** False when `condition` does not hold. */
  delete(key: Key, condition?: Condition): Promise<boolean>
  deleteAll(keys: readonly Key[]): Promise<void>
  /**
   * The ledger's own time, in milliseconds since the epoch, by the `Date` of its answer: a second coarse and never ahead.
   * One clock for all who read it, however far apart their own are.
   */
  time(): Promise<number>
}

/** Writes one BatchWriteItem takes (DynamoDB developer guide, "Quotas"). */
const WRITES = 25

/** Nobody writes this row: asking for it is asking for the time. */
const NOBODY: Key = { pk: 'time', sk: 'time' }

export const ledgerTable = ({ client, TableName, ...pausing }: Asked): Table => ({
  async get(Key) {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))
    return Item as Row | undefined
  },
  getAll: async (keys) =>
    (await batchGet(
      { client, TableName, ...pausing },
      keys.map((key) => ({ ...key })),
    )) as Row[],
  async query(pk) {
    const rows: Row[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ...(start && { ExclusiveStartKey: start }),
        }),
      )
      rows.push(...((page.Items ?? []) as Row[]))
      start = page.LastEvaluatedKey
    } while (start)
    return rows
  },
  put: (Item, condition) => holds(client.send(new PutCommand({ TableName, Item, ...under(condition) }))),
  putAll: (rows) =>
    writeAll(
      { client, TableName, ...pausing },
      rows.map((Item) => ({ PutRequest: { Item } })),
    ),
  deleteAll: (keys) =>
    writeAll(
      { client, TableName, ...pausing },
      keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    ),
  delete: (Key, condition) => holds(client.send(new DeleteCommand({ TableName, Key, ...under(condition) }))),
  async time() {
    let date: string | undefined
    const command = new GetCommand({ TableName, Key: NOBODY, ConsistentRead: true })
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as { headers?: Record<string, string> }).headers?.['date']
        return result
      },
      { step: 'deserialize', name: 'dateOfAnswer', override: true },
    )
    await client.send(command)
    const time = Date.parse(date ?? '')
    if (Number.isNaN(time)) throw new ValueFreeError('the ledger does not say what time it is')
    return time
  },
})

const writeAll = async (
  { client, TableName, ...pausing }: Asked,
  requests: readonly Record<string, unknown>[],
): Promise<void> => {
  await Promise.all(
    chunksOf(requests, WRITES).map(async (chunk) => {
      let writes: Record<string, unknown>[] = chunk
      for (let tries = 0; writes.length > 0; tries += 1) {
        if (tries > 0) await backOff(pausing, tries)
        const { UnprocessedItems } = await client.send(
          new BatchWriteCommand({ RequestItems: { [TableName]: writes } }),
        )
        writes = UnprocessedItems?.[TableName] ?? []
      }
    }),
  )
}

const under = (condition: Condition | undefined) =>
  condition && {
    ConditionExpression: condition.expression,
    ...(condition.names && { ExpressionAttributeNames: condition.names }),
    ...(condition.values && { ExpressionAttributeValues: condition.values }),
  }

const holds = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
