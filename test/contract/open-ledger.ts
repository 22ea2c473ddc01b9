/** The ledger's table on a local DynamoDB, reached through the SDK. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { wallClock } from '../../local/clock.ts'
import { createDynamoDb } from '../../local/dynamodb/dynamodb.ts'
import { openGate } from '../../local/gate.ts'
import type { Asked } from '../../shared/ledger/batch-get.ts'
import { ledgerTable } from '../../shared/ledger/table.ts'
import type { Table } from '../../shared/ledger/table.ts'

export interface OpenLedger {
  readonly table: Table
  readonly documents: DynamoDBDocumentClient
  /** The table, for who asks for many rows of it. */
  readonly asked: Asked
  close(): Promise<void>
}

export const openLedger = async (): Promise<OpenLedger> => {
  const dynamoDb = createDynamoDb({ clock: wallClock })
  const gate = await openGate({ services: { dynamodb: dynamoDb.service } })
  await dynamoDb.createTable('us-east-1', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: gate.url, credentials })
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const asked = { client: documents, TableName: 'ledger', sleep: () => Promise.resolve(), random: () => 0 }
  return {
    table: ledgerTable(asked),
    asked,
    documents,
    close: async () => {
      client.destroy()
      await gate.close()
      await dynamoDb.close()
    },
  }
}
