/** Writes to the customer table of a stage, as an application does. */
import { BatchWriteCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Item } from '../../local/demo/table-items.ts'
import { chunksOf } from '../../shared/ledger/chunks.ts'
import type { Story } from './open-stage.ts'

/** As many items as a BatchWriteItem takes. */
const BATCH = 25

const table = ({ names }: Story) => ({ TableName: names.customerTable })

export const put = (story: Story, Item: Item) =>
  story.documents.send(new PutCommand({ ...table(story), Item }))

export const putAll = async (story: Story, items: readonly Item[]): Promise<void> => {
  for (const chunk of chunksOf(items, BATCH)) {
    const requests = chunk.map((Item) => ({ PutRequest: { Item } }))
    const RequestItems = { [story.names.customerTable]: requests }
    await story.documents.send(new BatchWriteCommand({ RequestItems }))
  }
}

export const remove = (story: Story, Id: string) =>
  story.documents.send(new DeleteCommand({ ...table(story), Key: { Id } }))
