import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs'
import { afterAll, describe, expect, test } from 'vitest'
import { bodies, openSqs } from './sqs-region.ts'

const { clock, sqs, url, client, newQueue, depthOf, receive, close } = await openSqs()
afterAll(close)

describe('a queue', () => {
  test('is made once, found by name and known by its attributes', async () => {
    const { QueueUrl, QueueName, arn } = await newQueue({ VisibilityTimeout: '60' })
    expect(QueueUrl).toBe(`${url}/000000000000/${QueueName}`)
    expect((await client().send(new CreateQueueCommand({ QueueName }))).QueueUrl).toBe(QueueUrl)
    expect((await client().send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(QueueUrl)
    const { Attributes } = await client().send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({
      QueueArn: arn,
      VisibilityTimeout: '60',
      MessageRetentionPeriod: '345600',
      MaximumMessageSize: '1048576',
      CreatedTimestamp: String(clock.now() / 1000),
    })
    await client().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '5' } }))
    const one = await client().send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] }),
    )
    expect(one.Attributes).toEqual({ DelaySeconds: '5' })
  })

  test('belongs to its Region', async () => {
    const { QueueName, QueueUrl } = await newQueue()
    await client('ap-south-1').send(new CreateQueueCommand({ QueueName }))
    await client('ap-south-1').send(new SendMessageCommand({ QueueUrl, MessageBody: 'there' }))
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
    expect(sqs.queue('ap-south-1', QueueName)?.depth().visible).toBe(1)
    const { QueueUrls } = await client('ap-south-1').send(
      new ListQueuesCommand({ QueueNamePrefix: QueueName }),
    )
    expect(QueueUrls).toEqual([QueueUrl])
  })

  test('is listed page by page', async () => {
    const names = ['page-a', 'page-b', 'page-c']
    for (const name of names) sqs.createQueue('us-east-1', name)
    const list = (input: object) =>
      client('us-east-1').send(new ListQueuesCommand({ QueueNamePrefix: 'page-', ...input }))
    const first = await list({ MaxResults: 2 })
    const second = await list({ MaxResults: 2, NextToken: first.NextToken })
    const urls = [...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])]
    expect(urls.map((url) => url.split('/').at(-1))).toEqual(names)
    expect(second.NextToken).toBeUndefined()
  })

  test('is emptied and deleted', async () => {
    const { QueueUrl } = await newQueue()
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'gone' }))
    await client().send(new PurgeQueueCommand({ QueueUrl }))
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
    await client().send(new DeleteQueueCommand({ QueueUrl }))
    await expect(depthOf(QueueUrl)).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
  })

  test.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: '{"maxReceiveCount":3}' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: 'not JSON' }, 'InvalidAttributeValue'],
    [{ Visibility: '1' }, 'InvalidAttributeName'],
    [{ FifoQueue: 'true' }, 'UnsupportedOperation'],
    [
      {
        RedrivePolicy:
          '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:none","maxReceiveCount":3}',
      },
      'InvalidParameterValue',
    ],
  ])('is not made with %j: %s', async (Attributes, name) => {
    const command = new CreateQueueCommand({
      QueueName: 'refused',
      Attributes: Attributes as Record<string, string>,
    })
    await expect(client().send(command)).rejects.toMatchObject({ name })
    expect(sqs.queue('eu-west-1', 'refused')).toBeUndefined()
  })

  test('takes attributes as CloudFormation writes them', () => {
    const dead = sqs.createQueue('eu-west-1', 'from-template-dead', { MessageRetentionPeriod: 1_209_600 })
    const queue = sqs.createQueue('eu-west-1', 'from-template', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 360,
      RedrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 10 },
    })
    expect(queue.attributes()).toMatchObject({ VisibilityTimeout: '360', SqsManagedSseEnabled: 'true' })
    expect(() => sqs.createQueue('eu-west-1', 'from-template', { VisibilityTimeout: 1 })).toThrow(
      'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    )
    expect(() => sqs.createQueue('eu-west-1', 'orders.fifo')).toThrow('FIFO queues are not emulated')
  })
})

describe('a message', () => {
  test('comes as it was sent, with its digests, attributes and times', async () => {
    const { QueueUrl } = await newQueue()
    const body = '{"héllo":"<wörld> & 🌍",\r\n"n":1}'
    const sentAt = clock.now()
    const sent = await client().send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: body,
        MessageAttributes: {
          trace: { DataType: 'String', StringValue: 'abc' },
          blob: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 3) },
        },
      }),
    )
    expect(sent.MD5OfMessageAttributes).toBe(EXPECTED_ATTRIBUTES_MD5)
    await clock.advance(1_500)
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] })
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: body,
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { trace: { StringValue: 'abc' }, blob: { BinaryValue: Uint8Array.of(1, 2, 3) } },
      Attributes: {
        SenderId: 'SOMEBODY',
        SentTimestamp: String(sentAt),
        ApproximateFirstReceiveTimestamp: String(sentAt + 1_500),
        ApproximateReceiveCount: '1',
      },
    })
  })

  test('is invisible while in flight and comes back after the visibility time-out', async () => {
    const { QueueUrl } = await newQueue({ VisibilityTimeout: '30' })
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
    const [first] = await receive(QueueUrl)
    expect(await depthOf(QueueUrl)).toEqual([0, 1, 0])
    await clock.advance(29_999)
    expect(await receive(QueueUrl)).toEqual([])
    await clock.advance(1)
    const [again] = await receive(QueueUrl)
    expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2')
    await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }))
    expect(await depthOf(QueueUrl)).toEqual([0, 1, 0])
    await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }))
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
  })

  test('can be kept longer or given back at once', async () => {
    const { QueueUrl } = await newQueue({ VisibilityTimeout: '30' })
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
    const [first] = await receive(QueueUrl)
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client().send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }))
    await change(first?.ReceiptHandle, 60)
    await clock.advance(45_000)
    expect(await receive(QueueUrl)).toEqual([])
    await change(first?.ReceiptHandle, 0)
    const [again] = await receive(QueueUrl)
    expect(again?.Body).toBe('one')
    await change(again?.ReceiptHandle, 0)
    await expect(change(again?.ReceiptHandle, 10)).rejects.toMatchObject({ name: 'MessageNotInflight' })
    await expect(change('nonsense', 10)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' })
  })

  test('waits out its delay', async () => {
    const { QueueUrl } = await newQueue({ DelaySeconds: '10' })
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'by the queue' }))
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'its own', DelaySeconds: 20 }))
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 2])
    await clock.advance(10_000)
    expect(bodies(await receive(QueueUrl))).toEqual(['by the queue'])
    await clock.advance(10_000)
    expect(bodies(await receive(QueueUrl))).toEqual(['its own'])
  })

  test('expires with the retention period, also while hidden', async () => {
    const { QueueUrl } = await newQueue({ MessageRetentionPeriod: '60', VisibilityTimeout: '120' })
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'in flight' }))
    await receive(QueueUrl)
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'waiting' }))
    await clock.advance(59_999)
    expect(await depthOf(QueueUrl)).toEqual([1, 1, 0])
    await clock.advance(1)
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
  })

  test('moves to the dead-letter queue when it would be received once too often', async () => {
    const dead = await newQueue()
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 })
    const { QueueUrl, arn } = await newQueue({ RedrivePolicy, VisibilityTimeout: '5' })
    const { MessageId } = await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }))
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(bodies(await receive(QueueUrl))).toEqual(['poison'])
      await clock.advance(5_000)
    }
    expect(await depthOf(dead.QueueUrl)).toEqual([0, 0, 0])
    expect(await receive(QueueUrl)).toEqual([])
    const [buried] = await receive(dead.QueueUrl)
    expect(buried).toMatchObject({ MessageId, Attributes: { DeadLetterQueueSourceArn: arn } })
    expect(await depthOf(QueueUrl)).toEqual([0, 0, 0])
  })

  test.each([
    ['', 'MissingParameter'],
    ['bell \u0007', 'InvalidMessageContents'],
    ['x'.repeat(1_025), 'InvalidParameterValue'],
  ])('is refused when its body is not in order (%#)', async (MessageBody, name) => {
    const { QueueUrl } = await newQueue({ MaximumMessageSize: '1024' })
    await expect(client().send(new SendMessageCommand({ QueueUrl, MessageBody }))).rejects.toMatchObject({
      name,
    })
  })
})

// hashlib.md5 over the documented encoding of {blob: Binary 01 02 03, trace: String abc}
const EXPECTED_ATTRIBUTES_MD5 = '797bdb121caf5cc6ae58496851d13a0c'
