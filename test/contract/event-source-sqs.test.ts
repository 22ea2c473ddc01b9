import type { SQSEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { sqsMapping } from '../../local/event-sources/sqs-mapping.ts'
import type { SqsMappingOptions } from '../../local/event-sources/sqs-mapping.ts'
import { createSqs } from '../../local/sqs/sqs.ts'
import { manualClock } from './manual-clock.ts'

type Answer = unknown

/** A queue, a mapping and a function that records its events and answers what the test says. */
const scene = (
  options: Partial<SqsMappingOptions> = {},
  answer: (event: SQSEvent) => Answer = () => null,
) => {
  const clock = manualClock()
  const queue = createSqs({ clock }).createQueue('eu-west-1', 'work', { VisibilityTimeout: 60 })
  const events: SQSEvent[] = []
  const mapping = sqsMapping({
    clock,
    queue,
    invoke: async (event) => {
      events.push(event as SQSEvent)
      const payload = await answer(event as SQSEvent)
      if (payload instanceof Error)
        return { requestId: 'r', error: { errorType: 'Error', errorMessage: payload.message } }
      return { requestId: 'r', payload }
    },
    ...options,
  })
  const send = (...messages: string[]) => messages.map((body) => queue.send({ body }).messageId)
  const seen = () => events.map((event) => event.Records.map(({ body }) => body))
  return { clock, queue, mapping, events, send, seen }
}

const empty = { visible: 0, notVisible: 0, delayed: 0 }
const reporting = { functionResponseTypes: ['ReportBatchItemFailures'] } as const
const failed = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`)

describe('the event source mapping of a queue', () => {
  test('hands over real SQS events and deletes what succeeded', async () => {
    const { clock, queue, mapping, events } = scene()
    queue.send({
      body: '{"id":1}',
      messageAttributes: {
        kind: { DataType: 'String', StringValue: 'dirty' },
        raw: { DataType: 'Binary', BinaryValue: 'AQI=' },
      },
    })
    mapping.start()
    await clock.advance(0)
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
            receiptHandle: expect.any(String) as string,
            body: '{"id":1}',
            md5OfBody: 'd2ce28b9a7fd7e4407e2b0fd499b7fe4',
            md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: String(clock.now()),
              SenderId: '000000000000',
              ApproximateFirstReceiveTimestamp: String(clock.now()),
            },
            messageAttributes: {
              kind: { stringValue: 'dirty', stringListValues: [], binaryListValues: [], dataType: 'String' },
              raw: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
            },
            eventSource: 'aws:sqs',
            eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:work',
            awsRegion: 'eu-west-1',
          },
        ],
      },
    ])
    expect(queue.depth()).toEqual(empty)
    await mapping.stop()
  })

  test('takes up to ten messages a batch, or fewer if told so', async () => {
    const ten = scene()
    ten.send(...numbered(12))
    ten.mapping.start()
    await ten.clock.advance(0)
    expect(ten.seen()).toEqual([numbered(12).slice(0, 10), ['m10', 'm11']])
    const three = scene({ batchSize: 3 })
    three.send(...numbered(4))
    three.mapping.start()
    await three.clock.advance(0)
    expect(three.seen()).toEqual([['m0', 'm1', 'm2'], ['m3']])
  })

  test('waits for its batching window or a full batch, over several receives', async () => {
    const { clock, mapping, send, seen } = scene({ batchSize: 25, maximumBatchingWindowInSeconds: 5 })
    mapping.start()
    send(...numbered(12))
    await clock.advance(4_000)
    send('late')
    await clock.advance(999)
    expect(seen()).toEqual([])
    await clock.advance(1)
    expect(seen()).toEqual([[...numbered(12), 'late']])
    send(...numbered(30))
    await clock.advance(0)
    expect(seen()[1]).toEqual(numbered(25))
    await clock.advance(5_000)
    expect(seen()[2]).toEqual(numbered(30).slice(25))
  })

  test('leaves a failed batch in the queue until its visibility time-out', async () => {
    let calls = 0
    const { clock, queue, mapping, send, seen } = scene({}, () => (++calls === 1 ? new Error('down') : null))
    send('a', 'b')
    mapping.start()
    await clock.advance(59_999)
    expect(seen()).toEqual([['a', 'b']])
    expect(queue.depth()).toEqual({ ...empty, notVisible: 2 })
    await clock.advance(1)
    expect(seen()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(queue.depth()).toEqual(empty)
  })

  test('treats a throttled call as a failed batch', async () => {
    let calls = 0
    const { clock, queue, mapping, send } = scene({
      invoke: () =>
        ++calls === 1
          ? Promise.reject(new Error('Rate Exceeded.'))
          : Promise.resolve({ requestId: 'r', payload: null }),
    })
    send('a')
    mapping.start()
    await clock.advance(59_999)
    expect([calls, queue.depth().notVisible]).toEqual([1, 1])
    await clock.advance(1)
    expect([calls, queue.depth().notVisible]).toEqual([2, 0])
  })

  test('keeps only the messages that the function hands back', async () => {
    const { clock, queue, mapping, send, seen } = scene(reporting, ({ Records }) =>
      failed(...Records.filter(({ body }) => body === 'bad').map(({ messageId }) => messageId)),
    )
    send('good', 'bad', 'fine')
    mapping.start()
    await clock.advance(60_000)
    expect(seen()).toEqual([['good', 'bad', 'fine'], ['bad']])
    expect(queue.depth()).toEqual({ ...empty, notVisible: 1 })
  })

  test.each([
    ['null', null, 0],
    ['nothing', undefined, 0],
    ['an empty response', {}, 0],
    ['an empty list', failed(), 0],
    ['a null list', { batchItemFailures: null }, 0],
    ['an unknown identifier', failed('nobody'), 2],
    ['an empty identifier', failed(''), 2],
    ['a null identifier', failed(null), 2],
    ['a bad key name', { batchItemFailures: [{ messageId: 'x' }] }, 2],
    ['a list that is none', { batchItemFailures: 'all' }, 2],
    ['text', 'ok', 2],
  ])('reads %s as AWS documents it', async (_name, payload, kept) => {
    const { clock, queue, mapping, send } = scene(reporting, () => payload)
    send('a', 'b')
    mapping.start()
    await clock.advance(0)
    expect(queue.depth()).toEqual({ ...empty, notVisible: kept })
  })

  test('does not look at the response unless it is told to', async () => {
    const { clock, queue, mapping, send } = scene({}, ({ Records }) => failed(Records[0]?.messageId))
    send('a')
    mapping.start()
    await clock.advance(0)
    expect(queue.depth()).toEqual(empty)
  })

  test('runs no more batches at once than its maximum concurrency, and receives no more either', async () => {
    const finish: (() => void)[] = []
    const { clock, queue, mapping, send, events } = scene(
      { batchSize: 1, scalingConfig: { maximumConcurrency: 2 } },
      () => new Promise<null>((resolve) => finish.push(() => resolve(null))),
    )
    send(...numbered(5))
    mapping.start()
    await clock.advance(0)
    expect(events).toHaveLength(2)
    expect(queue.depth()).toEqual({ visible: 3, notVisible: 2, delayed: 0 })
    finish.shift()?.()
    await clock.advance(0)
    expect(events).toHaveLength(3)
    expect(queue.depth()).toEqual({ visible: 2, notVisible: 2, delayed: 0 })
  })

  test('deletes what passes no filter without asking the function', async () => {
    const pattern = JSON.stringify({ body: { kind: ['wanted'] } })
    const { clock, queue, mapping, send, seen } = scene({ filterCriteria: { filters: [{ pattern }] } })
    send('{"kind":"wanted"}', '{"kind":"other"}', 'plain text')
    mapping.start()
    await clock.advance(0)
    expect(seen()).toEqual([['{"kind":"wanted"}']])
    expect(queue.depth()).toEqual(empty)
  })

  test('splits what is too much for one invocation', async () => {
    const { clock, queue, mapping, seen } = scene()
    for (let n = 0; n < 8; n++) queue.send({ body: String(n).repeat(1_000_000) })
    mapping.start()
    await clock.advance(0)
    expect(seen().map((batch) => batch.length)).toEqual([6, 2])
    expect(queue.depth()).toEqual(empty)
  })

  test('takes nothing while paused and goes on when resumed', async () => {
    const { clock, queue, mapping, send, seen } = scene()
    mapping.start()
    await clock.advance(0)
    mapping.pause()
    send('a')
    await clock.advance(30_000)
    expect(seen()).toEqual([])
    expect(queue.depth()).toEqual({ ...empty, visible: 1 })
    mapping.resume()
    await clock.advance(0)
    expect(seen()).toEqual([['a']])
    await mapping.stop()
    expect(clock.pending()).toBe(0)
  })

  test('stops only when nothing runs any more', async () => {
    let finish = () => {}
    const { clock, queue, mapping, send } = scene(
      {},
      () => new Promise<null>((done) => (finish = () => done(null))),
    )
    send('a')
    mapping.start()
    await clock.advance(0)
    let stopped = false
    const stop = mapping.stop().then(() => (stopped = true))
    await clock.advance(0)
    expect(stopped).toBe(false)
    finish()
    await stop
    expect(queue.depth()).toEqual(empty)
  })

  test('starts disabled if told so', async () => {
    const { clock, mapping, send, seen } = scene({ enabled: false })
    send('a')
    mapping.start()
    await clock.advance(60_000)
    expect(seen()).toEqual([])
    mapping.resume()
    await clock.advance(0)
    expect(seen()).toEqual([['a']])
  })

  test.each([
    [{ batchSize: 11 }, 'Maximum batch window in seconds must be greater than 0'],
    [{ batchSize: 0 }, 'BatchSize must be from 1 to 10000, got 0'],
    [{ maximumBatchingWindowInSeconds: 301 }, 'MaximumBatchingWindowInSeconds'],
    [{ scalingConfig: { maximumConcurrency: 1 } }, 'MaximumConcurrency must be from 2 to 1000, got 1'],
  ])('refuses %j', (options, message) => {
    expect(() => scene(options)).toThrow(message)
  })
})
