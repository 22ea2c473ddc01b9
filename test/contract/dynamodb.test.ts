import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDynamoDb } from '../../local/dynamodb/dynamodb.ts'
import { openGate } from '../../local/gate.ts'
import type { Gate } from '../../local/gate.ts'
import { AccessDenied } from '../../local/service.ts'
import { manualClock } from './manual-clock.ts'

const clock = manualClock()
const dynamoDb = createDynamoDb({ clock })
const asked: string[] = []
let gate: Gate

const CUSTOMERS = {
  TableName: 'customers',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'country', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-country',
      KeySchema: [{ AttributeName: 'country', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
}

const client = (region = 'eu-west-1', accessKeyId = 'SOMEBODY') =>
  new DynamoDBClient({
    region,
    endpoint: gate.url,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'local' },
  })

const put = (id: string, more: object = {}, region?: string) =>
  client(region).send(new PutItemCommand({ TableName: 'customers', Item: { id: { S: id }, ...more } }))

beforeAll(async () => {
  gate = await openGate({
    services: { dynamodb: dynamoDb.service },
    authorize: (key, action, resource) => {
      asked.push(`${action} ${resource}`)
      if (key === 'NOBODY') throw new AccessDenied(key, action, resource)
    },
  })
  await dynamoDb.createTable('eu-west-1', CUSTOMERS)
  await dynamoDb.createTable('ap-south-1', CUSTOMERS)
})

afterAll(async () => {
  await gate.close()
  await dynamoDb.close()
})

describe('a table', () => {
  test('belongs to its Region, with the right ARNs and items of its own', async () => {
    await put('e1', { country: { S: 'IE' } })
    for (const region of ['eu-west-1', 'ap-south-1']) {
      const { Table } = await client(region).send(new DescribeTableCommand({ TableName: 'customers' }))
      expect(Table).toMatchObject({
        TableStatus: 'ACTIVE',
        TableArn: `arn:aws:dynamodb:${region}:000000000000:table/customers`,
        GlobalSecondaryIndexes: [
          { IndexArn: `arn:aws:dynamodb:${region}:000000000000:table/customers/index/by-country` },
        ],
      })
    }
    const get = new GetItemCommand({ TableName: 'customers', Key: { id: { S: 'e1' } } })
    expect((await client().send(get)).Item).toEqual({ id: { S: 'e1' }, country: { S: 'IE' } })
    expect((await client('ap-south-1').send(get)).Item).toBeUndefined()
  })

  test('is reached by its ARN too', async () => {
    await put('by-arn')
    const TableName = 'arn:aws:dynamodb:eu-west-1:000000000000:table/customers'
    const { Item } = await client().send(new GetItemCommand({ TableName, Key: { id: { S: 'by-arn' } } }))
    expect(Item).toBeDefined()
    const { Responses } = await client().send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [{ id: { S: 'by-arn' } }] } } }),
    )
    expect(Responses?.['customers']).toHaveLength(1)
  })

  test('is queried by its index', async () => {
    await client().send(
      new BatchWriteItemCommand({
        RequestItems: {
          customers: ['q1', 'q2'].map((id) => ({
            PutRequest: { Item: { id: { S: id }, country: { S: 'NL' } } },
          })),
        },
      }),
    )
    const { Items } = await client().send(
      new QueryCommand({
        TableName: 'customers',
        IndexName: 'by-country',
        KeyConditionExpression: 'country = :c',
        ExpressionAttributeValues: { ':c': { S: 'NL' } },
      }),
    )
    expect(Items?.map((item) => item['id']?.S).toSorted()).toEqual(['q1', 'q2'])
  })

  test('gives back the old item when a condition fails, if asked to', async () => {
    await put('conditional', { version: { N: '7' } })
    const attempt = (more: object) =>
      client().send(
        new PutItemCommand({
          TableName: 'customers',
          Item: { id: { S: 'conditional' } },
          ConditionExpression: 'attribute_not_exists(id)',
          ...more,
        }),
      )
    await expect(attempt({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { id: { S: 'conditional' }, version: { N: '7' } },
    })
    await expect(attempt({})).rejects.not.toHaveProperty('Item.id')
  })

  test('is made over HTTP as well', async () => {
    const TableName = 'over-http'
    const made = await client().send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    )
    expect(made.TableDescription).toMatchObject({
      LatestStreamArn:
        'arn:aws:dynamodb:eu-west-1:000000000000:table/over-http/stream/2026-01-01T00:00:00.000',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    })
    const { TableNames } = await client().send(new ListTablesCommand({}))
    expect(TableNames).toEqual(['customers', 'over-http'])
    expect(await dynamoDb.stream('eu-west-1', TableName)).toMatchObject({ partitionKey: 'id' })
    await expect(dynamoDb.stream('eu-west-1', 'customers')).rejects.toThrow('Table customers has no stream')
  })

  test('tells its Time to Live', async () => {
    const TableName = 'customers'
    const describeIt = async () =>
      (await client('ap-south-1').send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' })
    const enable = new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    })
    await client('ap-south-1').send(enable)
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' })
    await expect(client('ap-south-1').send(enable)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'TimeToLive is already enabled',
    })
    const { Table } = await client('ap-south-1').send(new DescribeTableCommand({ TableName }))
    expect(Table).not.toHaveProperty('TimeToLive')
  })
})

describe('the wire', () => {
  test('asks for permission table by table', async () => {
    asked.length = 0
    await client().send(
      new QueryCommand({
        TableName: 'customers',
        IndexName: 'by-country',
        KeyConditionExpression: 'country = :c',
        ExpressionAttributeValues: { ':c': { S: 'NL' } },
      }),
    )
    await client().send(
      new BatchGetItemCommand({ RequestItems: { customers: { Keys: [{ id: { S: 'e1' } }] } } }),
    )
    await client().send(new ListTablesCommand({}))
    const table = 'arn:aws:dynamodb:eu-west-1:000000000000:table/customers'
    expect(asked).toEqual([
      `dynamodb:Query ${table}/index/by-country`,
      `dynamodb:BatchGetItem ${table}`,
      'dynamodb:ListTables *',
    ])
    const denied = client('eu-west-1', 'NOBODY').send(new DescribeTableCommand({ TableName: 'customers' }))
    await expect(denied).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: NOBODY is not authorized to perform: dynamodb:DescribeTable on resource: ${table}`,
    })
  })

  test('answers in the service’s own errors', async () => {
    await expect(client().send(new DescribeTableCommand({ TableName: 'none-such' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: none-such not found',
    })
    await expect(
      client().send(new PutItemCommand({ TableName: 'customers', Item: { other: { S: 'x' } } })),
    ).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(put('large', { text: { S: 'x'.repeat(400 * 1024) } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('size') as string,
    })
    const malformed = await fetch(gate.url, {
      method: 'POST',
      body: '{"TableName":',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        authorization: 'AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/dynamodb/aws4_request',
      },
    })
    expect([malformed.status, await malformed.json()]).toEqual([
      400,
      { __type: 'com.amazon.coral.service#SerializationException' },
    ])
  })

  test('names what it does not emulate', async () => {
    const notEmulated = (what: string) => ({
      name: 'NotImplemented',
      message: `NotImplemented: ${what} is not emulated`,
      $metadata: { httpStatusCode: 501 },
    })
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: 'customers', Item: { id: { S: 't' } } } }],
    })
    await expect(client().send(transaction)).rejects.toMatchObject(notEmulated('TransactWriteItems'))
    const stream = new UpdateTableCommand({
      TableName: 'customers',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    })
    await expect(client().send(stream)).rejects.toMatchObject(
      notEmulated('UpdateTable with StreamSpecification'),
    )
    const index = new UpdateTableCommand({
      TableName: 'customers',
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-country' } }],
    })
    await expect(client().send(index)).rejects.toMatchObject({ name: 'NotImplemented' })
  })
})

test('items, streams and settings on disk outlive the process; a table with other keys is refused', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dynamodb-'))
  const properties = {
    ...CUSTOMERS,
    StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  }
  const first = createDynamoDb({ clock, directory })
  const made = await first.createTable('eu-west-1', properties)
  await first.perform('eu-west-1', 'PutItem', { TableName: 'customers', Item: { id: { S: 'kept' } } })
  await first.close()

  await clock.advance(3_600_000)
  const second = createDynamoDb({ clock, directory })
  expect(await second.createTable('eu-west-1', properties)).toEqual(made)
  expect(
    await second.perform('eu-west-1', 'GetItem', { TableName: 'customers', Key: { id: { S: 'kept' } } }),
  ).toMatchObject({ Item: { id: { S: 'kept' } } })
  const sort = { AttributeName: 'country', KeyType: 'RANGE' }
  await expect(
    second.createTable('eu-west-1', { ...properties, KeySchema: [...properties.KeySchema, sort] }),
  ).rejects.toThrow('Table already exists with other keys: customers')
  await second.createTable('eu-west-1', CUSTOMERS)
  await expect(second.stream('eu-west-1', 'customers')).rejects.toThrow('has no stream')
  expect(await second.perform('eu-west-1', 'DescribeTimeToLive', { TableName: 'customers' })).toEqual({
    TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
  })
  const third = createDynamoDb({ clock, directory })
  await expect(third.createTable('eu-west-1', CUSTOMERS)).rejects.toThrow(/^Cannot open .+eu-west-1: .+LOCK/)
  await second.close()
  await rm(directory, { recursive: true })
})
