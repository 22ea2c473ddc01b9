import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createDynamoDb } from '../../local/dynamodb/dynamodb.ts'
import type { StreamRecord } from '../../local/dynamodb/stream-record.ts'
import { streamMapping } from '../../local/event-sources/stream-mapping.ts'
import { manualClock } from './manual-clock.ts'

const clock = manualClock()
const dynamoDb = createDynamoDb({ clock })
afterAll(() => dynamoDb.close())

let tableNumber = 0

/** A table with a stream, and what came out of it so far. */
const streamed = async (more: object = {}, region = 'eu-west-1') => {
  const TableName = `table-${++tableNumber}`
  const { arn, streamArn } = await dynamoDb.createTable(region, {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    ...more,
  })
  const records: StreamRecord[] = []
  dynamoDb.onRecord(region, TableName, (record) => records.push(record))
  const perform = async (operation: string, input: object) => {
    const output = await dynamoDb.perform(region, operation, { TableName, ...input })
    // A record follows its write by a turn or two of the event loop.
    for (let turn = 0; turn < 4; turn++) await nextTurn()
    return output
  }
  const put = (id: string, more: object = {}) => perform('PutItem', { Item: { id: { S: id }, ...more } })
  const remove = (id: string) => perform('DeleteItem', { Key: { id: { S: id } } })
  const names = () => records.map(({ eventName }) => eventName)
  return { TableName, arn, streamArn, records, perform, put, remove, names, region }
}

test('every effective write becomes one exact record', async () => {
  const { records, put, perform, remove, arn, streamArn } = await streamed()
  await clock.advance(1_500)
  await put('e1', { n: { N: '1' } })
  await perform('UpdateItem', {
    Key: { id: { S: 'e1' } },
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  })
  await remove('e1')
  const [one, two] = [
    { id: { S: 'e1' }, n: { N: '1' } },
    { id: { S: 'e1' }, n: { N: '2' } },
  ]
  const common = {
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    eventSourceARN: streamArn,
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  }
  const about = {
    ApproximateCreationDateTime: Math.floor(clock.now() / 1000),
    Keys: { id: { S: 'e1' } },
    StreamViewType: 'NEW_AND_OLD_IMAGES',
    SequenceNumber: expect.stringMatching(/^\d{21}$/) as string,
    SizeBytes: expect.any(Number) as number,
  }
  expect(records).toEqual([
    { ...common, eventName: 'INSERT', dynamodb: { ...about, NewImage: one } },
    { ...common, eventName: 'MODIFY', dynamodb: { ...about, OldImage: one, NewImage: two } },
    { ...common, eventName: 'REMOVE', dynamodb: { ...about, OldImage: two } },
  ])
  expect(streamArn).toMatch(`${arn}/stream/2026-01-01T`)
})

test('a write that changes nothing, fails or finds nothing leaves no record', async () => {
  const { names, put, perform, remove } = await streamed()
  await put('e1', { b: { S: 'x' }, a: { S: 'y' } })
  await put('e1', { a: { S: 'y' }, b: { S: 'x' } })
  await remove('none-such')
  await expect(
    perform('PutItem', { Item: { id: { S: 'e1' } }, ConditionExpression: 'attribute_not_exists(id)' }),
  ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
  await perform('UpdateItem', {
    Key: { id: { S: 'e1' } },
    UpdateExpression: 'SET a = :y',
    ExpressionAttributeValues: { ':y': { S: 'y' } },
  })
  expect(names()).toEqual(['INSERT'])
})

test('batches are recorded item by item', async () => {
  const { names, put, perform, TableName } = await streamed()
  await put('old')
  await perform('BatchWriteItem', {
    RequestItems: {
      [TableName]: [
        { PutRequest: { Item: { id: { S: 'new' } } } },
        { DeleteRequest: { Key: { id: { S: 'old' } } } },
      ],
    },
  })
  expect(names().toSorted()).toEqual(['INSERT', 'INSERT', 'REMOVE'])
})

test('records follow the writes in order, and the item is there when its record is', async () => {
  // An index that changes with every write keeps the write itself waiting.
  const { TableName, region, records } = await streamed({
    AttributeDefinitions: ['id', 'mark'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-mark',
        KeySchema: [{ AttributeName: 'mark', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  })
  const lag: number[] = []
  const reads: Promise<unknown>[] = []
  dynamoDb.onRecord(region, TableName, ({ dynamodb }) => {
    const written = Number(dynamodb.NewImage?.['n']?.N)
    const read = dynamoDb
      .perform(region, 'GetItem', { TableName, Key: dynamodb.Keys, ConsistentRead: true })
      .then((output) => lag.push(Number((output as { Item: { n: { N: string } } }).Item.n.N) - written))
    reads.push(read)
  })
  const writes = Array.from({ length: 60 }, (_, n) =>
    dynamoDb.perform(region, 'UpdateItem', {
      TableName,
      Key: { id: { S: `e${n % 3}` } },
      UpdateExpression: 'SET mark = :mark ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':mark': { S: `mark-${n}` } },
    }),
  )
  await Promise.all(writes)
  for (let turn = 0; turn < 50 && records.length < 60; turn++) await nextTurn()
  await Promise.all(reads)
  expect(lag).toHaveLength(60)
  expect(Math.min(...lag)).toBeGreaterThanOrEqual(0)
  for (const id of ['e0', 'e1', 'e2']) {
    const values = records
      .filter(({ dynamodb }) => dynamodb.Keys['id']?.S === id)
      .map(({ dynamodb }) => Number(dynamodb.NewImage?.['n']?.N))
    expect(values).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  }
  const sequence = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
  expect(sequence).toEqual([...new Set(sequence)].toSorted())
})

test('each Region has a stream of its own', async () => {
  const here = await streamed()
  const there = await streamed({}, 'ap-south-1')
  await there.put('e1')
  expect(here.records).toEqual([])
  expect(there.records).toMatchObject([
    { awsRegion: 'ap-south-1', eventSourceARN: expect.stringContaining(':ap-south-1:') as string },
  ])
})

test('the view type says which images a record shows', async () => {
  const shown = async (StreamViewType: string) => {
    const { records, put } = await streamed({ StreamSpecification: { StreamViewType } })
    await put('e1')
    await put('e1', { n: { N: '1' } })
    const { dynamodb } = records[1] ?? {}
    return [dynamodb?.OldImage !== undefined, dynamodb?.NewImage !== undefined]
  }
  expect(await shown('KEYS_ONLY')).toEqual([false, false])
  expect(await shown('NEW_IMAGE')).toEqual([false, true])
  expect(await shown('OLD_IMAGE')).toEqual([true, false])
})

test('Time to Live removes what has expired as the service, and nothing else', async () => {
  const { records, put, remove, names, perform } = await streamed({
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  })
  const at = (seconds: number) => ({ expires: { N: String(Math.floor(clock.now() / 1000) + seconds) } })
  await put('soon', at(30))
  await put('later', at(3_600))
  await put('text', { expires: { S: '1' } })
  await put('ancient', { expires: { N: '1000' } })
  await put('never')
  await remove('never')
  await clock.advance(180_000)
  expect(names().slice(5)).toEqual(['REMOVE', 'REMOVE'])
  expect(records[5]).not.toHaveProperty('userIdentity')
  expect(records[6]).toMatchObject({
    dynamodb: { Keys: { id: { S: 'soon' } } },
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  })
  const { Items } = (await perform('Scan', {})) as { Items: { id: { S: string } }[] }
  expect(Items.map(({ id }) => id.S).toSorted()).toEqual(['ancient', 'later', 'text'])
})

test('a table’s stream feeds a function through an event source mapping', async () => {
  const { put, region, TableName } = await streamed()
  const events: object[] = []
  const mapping = streamMapping({
    clock,
    stream: await dynamoDb.stream(region, TableName),
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:fan-out',
    startingPosition: 'TRIM_HORIZON',
    maximumBatchingWindowInSeconds: 1,
    invoke: (event) => {
      events.push(event)
      return Promise.resolve({ requestId: 'r', payload: null })
    },
  })
  await put('e1')
  mapping.start()
  await put('e2')
  await clock.advance(1_000)
  expect(events).toMatchObject([
    { Records: [{ dynamodb: { Keys: { id: { S: 'e1' } } } }, { dynamodb: { Keys: { id: { S: 'e2' } } } }] },
  ])
  await mapping.stop()
})
