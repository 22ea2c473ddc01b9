import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { afterAll, describe, expect, test } from 'vitest'
import { bodies, openSqs } from './sqs-region.ts'

const { clock, sqs, asked, url, client, newQueue, depthOf, receive, close } = await openSqs()
afterAll(close)

describe('a batch', () => {
  test('sends, changes and deletes with an outcome for each entry', async () => {
    const { QueueUrl } = await newQueue({ MaximumMessageSize: '1024' })
    const sent = await client().send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'first' },
          { Id: 'b', MessageBody: 'x'.repeat(2_000) },
          { Id: 'c', MessageBody: 'third', DelaySeconds: 3 },
        ],
      }),
    )
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c'])
    expect(sent.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }])
    await clock.advance(3_000)
    const messages = await receive(QueueUrl)
    expect(bodies(messages)).toEqual(['first', 'third'])
    const [first, third] = messages.map(({ ReceiptHandle }) => ReceiptHandle)
    const changed = await client().send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', ReceiptHandle: first, VisibilityTimeout: 0 },
          { Id: 'b', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 },
        ],
      }),
    )
    expect(changed.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }])
    const deleted = await client().send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'c', ReceiptHandle: third }] }),
    )
    expect(deleted.Successful).toEqual([{ Id: 'c' }])
    expect(await depthOf(QueueUrl)).toEqual([1, 0, 0])
  })

  const entries = (count: number, Id = (n: number) => `e${n}`, size = 1) =>
    Array.from({ length: count }, (_, n) => ({ Id: Id(n), MessageBody: 'x'.repeat(size) }))

  test.each([
    ['EmptyBatchRequest', entries(0)],
    ['TooManyEntriesInBatchRequest', entries(11)],
    ['BatchEntryIdsNotDistinct', entries(2, () => 'same')],
    ['InvalidBatchEntryId', entries(1, () => 'not valid')],
    ['BatchRequestTooLong', entries(9, undefined, 120_000)],
  ])('is refused whole: %s', async (name, Entries) => {
    const { QueueUrl } = await newQueue()
    await expect(client().send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name,
    })
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
  })
})

describe('long polling', () => {
  test('is answered as soon as a message comes, one message to one receiver', async () => {
    const { QueueUrl, QueueName } = await newQueue()
    const queue = sqs.queue('eu-west-1', QueueName)
    const first = queue?.receive({ max: 10, waitSeconds: 20 })
    const second = queue?.receive({ max: 10, waitSeconds: 20 })
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
    expect(bodiesOf(await first)).toEqual(['one'])
    await client().send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [1, 2, 3].map((n) => ({ Id: `${n}`, MessageBody: `m${n}` })),
      }),
    )
    expect(bodiesOf(await second)).toEqual(['m1', 'm2', 'm3'])
  })

  test('wakes for delayed and returned messages and ends empty-handed in time', async () => {
    const queue = sqs.createQueue('eu-west-1', 'woken', { VisibilityTimeout: '4' })
    queue.send({ body: 'delayed', delaySeconds: 3 })
    const delayed = queue.receive({ waitSeconds: 20 })
    await clock.advance(3_000)
    expect(bodiesOf(await delayed)).toEqual(['delayed'])
    const returned = queue.receive({ waitSeconds: 20 })
    await clock.advance(4_000)
    expect(bodiesOf(await returned)).toEqual(['delayed'])
    queue.purge()
    const before = clock.pending()
    const nothing = queue.receive({ waitSeconds: 20 })
    await clock.advance(20_000)
    expect(await nothing).toEqual([])
    expect(clock.pending()).toBeLessThanOrEqual(before)
  })

  test('leaves the message in the queue when the receiver has hung up', async () => {
    const { QueueUrl, QueueName } = await newQueue()
    const queue = sqs.queue('eu-west-1', QueueName)
    const hangUp = new AbortController()
    const polling = client().send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: hangUp.signal,
    })
    const gone = expect(polling).rejects.toMatchObject({ name: 'AbortError' })
    await waitUntil(() => clock.pending() > 0)
    hangUp.abort()
    await gone
    await waitUntil(() => clock.pending() === 0)
    queue?.send({ body: 'kept' })
    expect(queue?.depth()).toEqual({ visible: 1, notVisible: 0, delayed: 0 })
  })
})

describe('the wire', () => {
  test('asks for permission on the queue, by the name of the single operation', async () => {
    const { QueueUrl, arn } = await newQueue()
    asked.length = 0
    await client().send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'x' }] }))
    await client().send(new ListQueuesCommand({}))
    expect(asked).toEqual([`sqs:SendMessage ${arn}`, 'sqs:ListQueues *'])
    const denied = client('eu-west-1', 'NOBODY').send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))
    await expect(denied).rejects.toMatchObject({
      name: expect.stringContaining('AccessDenied') as string,
      message: `User: NOBODY is not authorized to perform: sqs:SendMessage on resource: ${arn}`,
      $metadata: { httpStatusCode: 403 },
    })
  })

  test('names what it does not emulate', async () => {
    await expect(client().send(new StartMessageMoveTaskCommand({ SourceArn: 'arn' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'NotImplemented: StartMessageMoveTask is not emulated',
      $metadata: { httpStatusCode: 501 },
    })
  })

  test('speaks JSON errors with their older code in a header', async () => {
    const response = await post({ 'x-amz-target': 'AmazonSQS.GetQueueUrl' }, '{"QueueName":"none"}')
    expect(response.status).toBe(400)
    expect(response.headers.get('x-amzn-query-error')).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender')
    expect(await response.json()).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    })
    expect((await post({ 'x-amz-target': 'AmazonSQS.SendMessage' }, '[1')).status).toBe(400)
  })

  test('speaks the Query protocol in forms and XML', async () => {
    const { QueueUrl, QueueName } = await newQueue()
    const form = (fields: Record<string, string>) =>
      post({ 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams(fields).toString())
    const sent = await form({
      Action: 'SendMessageBatch',
      QueueUrl,
      'SendMessageBatchRequestEntry.1.Id': 'a',
      'SendMessageBatchRequestEntry.1.MessageBody': 'a <b> & "c"\r\n',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Name': 'colour',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType': 'String',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue': 'blue',
    })
    expect(await sent.text()).toMatch(
      /<SendMessageBatchResponse xmlns="[^"]+"><SendMessageBatchResult><SendMessageBatchResultEntry><Id>a<\/Id>/,
    )
    const received = await form({
      Action: 'ReceiveMessage',
      QueueUrl,
      'AttributeName.1': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'col.*',
    })
    const xml = await received.text()
    expect(xml).toContain('<Body>a &lt;b&gt; &amp; &quot;c&quot;&#xD;\n</Body>')
    expect(xml).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>')
    expect(xml).toContain(
      '<MessageAttribute><Name>colour</Name><Value><DataType>String</DataType><StringValue>blue</StringValue></Value></MessageAttribute>',
    )
    const empty = await form({ Action: 'ReceiveMessage', QueueUrl })
    expect(await empty.text()).toContain('<ReceiveMessageResult></ReceiveMessageResult>')
    const wrong = await form({ Action: 'GetQueueUrl', QueueName: 'none' })
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain(
      '<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>',
    )
    await form({
      Action: 'SetQueueAttributes',
      QueueUrl,
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '7',
    })
    expect(sqs.queue('eu-west-1', QueueName)?.attributes()['DelaySeconds']).toBe('7')
    expect((await form({ Action: 'AddPermission', QueueUrl })).status).toBe(501)
  })
})

const bodiesOf = (messages: readonly { body: string }[] | undefined) => messages?.map(({ body }) => body)

const post = (headers: Record<string, string>, body: string) =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=SOMEBODY/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
      ...headers,
    },
    body,
  })

const waitUntil = async (holds: () => boolean) => {
  for (let turn = 0; turn < 2_000 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(holds()).toBe(true)
}
