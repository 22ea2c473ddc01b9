/** Many rows of a DynamoDB table by their keys. */
import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { chunksOf } from './chunks.ts'

/** Keys one BatchGetItem takes (DynamoDB developer guide, "Quotas"). */
const KEYS = 100

/** The items that there are, in no order, read consistently; of each only the attribute `only`, where it is given. */
export const batchGet = async (
  client: DynamoDBDocumentClient,
  TableName: string,
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
  const pages = await Promise.all(
    chunksOf(keys, KEYS).map((Keys) => pageOf(client, TableName, { ...wanted, Keys })),
  )
  return pages.flat()
}

const pageOf = async (
  client: DynamoDBDocumentClient,
  TableName: string,
  wanted: Omit<KeysAndAttributes, 'Keys'> & { readonly Keys: Record<string, unknown>[] },
): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = []
  let { Keys } = wanted
  while (Keys.length > 0) {
    const page = await client.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { ...wanted, Keys } } }),
    )
    items.push(...(page.Responses?.[TableName] ?? []))
    Keys = page.UnprocessedKeys?.[TableName]?.Keys ?? []
  }
  return items
}
