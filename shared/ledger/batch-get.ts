/** Many rows of a DynamoDB table by their keys. */
import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { backOff } from './back-off.ts'
import type { Pausing } from './back-off.ts'
import { chunksOf } from './chunks.ts'

/** Keys one BatchGetItem takes (DynamoDB developer guide, "Quotas"). */
const KEYS = 100

/** A table, and how to wait for it. */
export interface Asked extends Pausing {
  readonly client: DynamoDBDocumentClient
  readonly TableName: string
}

/** The items that there are, in no order, read consistently; of each only the attribute `only`, where it is given. */
export const batchGet = async (
  asked: Asked,
  keys: readonly Readonly<Record<string, unknown>>[],
  only?: string,
): Promise<Record<string, unknown>[]> => {
  const wanted = {
    ConsistentRead: true,
    ...(only !== undefined && {
      ProjectionExpression: '#only',
      ExpressionAttributeNames: { '#only': only },
    }),
  }
  const pages = await Promise.all(chunksOf(keys, KEYS).map((Keys) => pageOf(asked, { ...wanted, Keys })))
  return pages.flat()
}

const pageOf = async (
  { client, TableName, ...pausing }: Asked,
  wanted: Omit<KeysAndAttributes, 'Keys'> & { readonly Keys: Record<string, unknown>[] },
): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = []
  let { Keys } = wanted
  for (let tries = 0; Keys.length > 0; tries += 1) {
    if (tries > 0) await backOff(pausing, tries)
    const page = await client.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { ...wanted, Keys } } }),
    )
    items.push(...(page.Responses?.[TableName] ?? []))
    Keys = page.UnprocessedKeys?.[TableName]?.Keys ?? []
  }
  return items
}
