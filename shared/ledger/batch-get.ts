/** Many rows of a DynamoDB table by their keys. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { chunksOf } from './chunks.ts'

/** Keys one BatchGetItem takes (DynamoDB developer guide, "Quotas"). */
const KEYS = 100

/** The items that there are, in no order, read consistently. */
export const batchGet = async (
  client: DynamoDBDocumentClient,
  TableName: string,
  keys: readonly Readonly<Record<string, unknown>>[],
): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = []
  for (const chunk of chunksOf(keys, KEYS)) {
    let Keys: Record<string, unknown>[] = chunk
    while (Keys.length > 0) {
      const page = await client.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
      )
      items.push(...(page.Responses?.[TableName] ?? []))
      Keys = page.UnprocessedKeys?.[TableName]?.Keys ?? []
    }
  }
  return items
}
