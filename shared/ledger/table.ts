/** The ledger's one table: rows by `pk` and `sk`, read consistently, written under conditions. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { batchGet } from './batch-get.ts'
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
}

/** Writes one BatchWriteItem takes (DynamoDB developer guide, "Quotas"). */
const WRITES = 25

export const ledgerTable = (client: DynamoDBDocumentClient, TableName: string): Table => ({
  async get(Key) {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))
    return Item as Row | undefined
  },
  getAll: async (keys) =>
    (await batchGet(
      client,
      TableName,
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
  async putAll(rows) {
    for (const chunk of chunksOf(rows, WRITES)) {
      let writes: Record<string, unknown>[] = chunk.map((Item) => ({ PutRequest: { Item } }))
      while (writes.length > 0) {
        const { UnprocessedItems } = await client.send(
          new BatchWriteCommand({ RequestItems: { [TableName]: writes } }),
        )
        writes = UnprocessedItems?.[TableName] ?? []
      }
    }
  },
  delete: (Key, condition) => holds(client.send(new DeleteCommand({ TableName, Key, ...under(condition) }))),
})

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
