import type { DynamoDBStreamEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { StreamRecord } from '../../local/dynamodb/stream-record.ts'
import { streamMapping } from '../../local/event-sources/stream-mapping.ts'
import type { StreamMappingOptions } from '../../local/event-sources/stream-mapping.ts'
import { createSqs } from '../../local/sqs/sqs.ts'
import { manualClock } from './manual-clock.ts'

const STREAM_ARN = 'arn:aws:dynamodb:eu-west-1:000000000000:table/customers/stream/2026-01-01T00:00:00.000'
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:fan-out'

/** A stream written by hand, its mapping, and a function that answers what the test says: an Error is a failure. */
const scene = (
  options: Partial<StreamMappingOptions> = {},
  answer: (keys: string[], event: DynamoDBStreamEvent) => unknown = () => null,
) => {
  const clock = manualClock()
  const failures = createSqs({ clock }).createQueue('eu-west-1', 'failures')
  const calls: string[][] = []
  let listener: (record: StreamRecord) => void = () => {}
  let sequence = 100

  const mapping = streamMapping({
    clock,
    functionArn: FUNCTION_ARN,
    startingPosition: 'TRIM_HORIZON',
    stream: {
      arn: STREAM_ARN,
      partitionKey: 'id',
      subscribe(listen) {
        listener = listen
        return () => {}
      },
    },
    invoke: async (event) => {
      const { Records } = event as DynamoDBStreamEvent
      const keys = Records.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S ?? '')
      calls.push(keys)
      const payload = await answer(keys, event as DynamoDBStreamEvent)
      if (payload instanceof Error)
        return { requestId: 'r-1', error: { errorType: 'Error', errorMessage: 'no' } }
      return { requestId: 'r-1', payload }
    },
    destinationConfig: { onFailure: failures },
    ...options,
  })

  const write = (...keys: string[]) => {
    for (const key of keys) listener(recordOf(key, String(++sequence), clock.now()))
  }
  const told = async () => {
    const messages = await failures.receive({ max: 10 })
    return messages.map(
      ({ body }) => JSON.parse(body) as { DDBStreamBatchInfo: object; requestContext: object },
    )
  }
  return { clock, mapping, calls, write, told, failures }
}

const recordOf = (id: string, SequenceNumber: string, now: number): StreamRecord => ({
  eventID: SequenceNumber,
  eventName: 'INSERT',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'eu-west-1',
  eventSourceARN: STREAM_ARN,
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(now / 1000),
    Keys: { id: { S: id } },
    NewImage: { id: { S: id } },
    SequenceNumber,
    SizeBytes: 10,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
})

const reporting = { functionResponseTypes: ['ReportBatchItemFailures'] } as const
/** Hands back the records of `keys`, as Powertools does. */
const handBack = (event: DynamoDBStreamEvent, ...keys: string[]) => ({
  batchItemFailures: event.Records.filter(({ dynamodb }) =>
    keys.includes(dynamodb?.Keys?.['id']?.S ?? ''),
  ).map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber })),
})

describe('the event source mapping of a stream', () => {
  test('hands over records in order, one batch at a time', async () => {
    const finish: (() => void)[] = []
    const { clock, mapping, calls, write } = scene(
      { batchSize: 2 },
      () => new Promise((resolve) => finish.push(() => resolve(null))),
    )
    write('a', 'b', 'c')
    mapping.start()
    await clock.advance(0)
    expect(calls).toEqual([['a', 'b']])
    finish.shift()?.()
    await clock.advance(0)
    expect(calls).toEqual([['a', 'b'], ['c']])
    finish.shift()?.()
    await mapping.stop()
  })

  test('waits for its batching window or a full batch', async () => {
    const { clock, mapping, calls, write } = scene({ batchSize: 3, maximumBatchingWindowInSeconds: 5 })
    mapping.start()
    write('a')
    await clock.advance(4_000)
    write('b')
    await clock.advance(999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['a', 'b']])
    write('c', 'd', 'e', 'f')
    await clock.advance(0)
    expect(calls.slice(1)).toEqual([['c', 'd', 'e']])
    await clock.advance(5_000)
    expect(calls.slice(2)).toEqual([['f']])
  })

  test('keeps each key in order while several batches run at once', async () => {
    const running: { readonly key: string; readonly finish: () => void }[] = []
    const seen = new Map<string, number[]>()
    const { clock, mapping, write } = scene(
      { batchSize: 1, parallelizationFactor: 10 },
      ([key = ''], event) => {
        const sequence = Number(event.Records[0]?.dynamodb?.SequenceNumber)
        seen.set(key, [...(seen.get(key) ?? []), sequence])
        return new Promise((resolve) => running.push({ key, finish: () => resolve(null) }))
      },
    )
    const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`)
    write(...keys, ...keys)
    mapping.start()
    await clock.advance(0)
    expect(running.length).toBeGreaterThan(5)
    for (let next = running.pop(); next; next = running.pop()) {
      expect(running.length).toBeLessThan(10)
      expect(running.map(({ key }) => key)).not.toContain(next.key)
      next.finish()
      await clock.advance(0)
    }
    expect([...seen].toSorted()).toEqual(keys.map((key, n) => [key, [101 + n, 131 + n]]).toSorted())
  })

  test('tries a failed batch again, later each time, and nothing overtakes it', async () => {
    let failing = true
    const { clock, mapping, calls, write } = scene({}, () => (failing ? new Error() : null))
    write('a')
    mapping.start()
    await clock.advance(0)
    write('b')
    const counts: number[] = []
    for (const ms of [99, 1, 199, 1, 399, 1]) {
      await clock.advance(ms)
      counts.push(calls.length)
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 4])
    failing = false
    await clock.advance(30_000)
    expect(calls.slice(4)).toEqual([['a'], ['b']])
  })

  test('gives up after its retries and tells the destination where, not what', async () => {
    const { clock, mapping, calls, write, told } = scene({ maximumRetryAttempts: 2 }, (keys) =>
      keys.includes('bad') ? new Error() : null,
    )
    const at = new Date(clock.now()).toISOString()
    write('bad', 'worse')
    mapping.start()
    await clock.advance(0)
    write('good')
    await clock.advance(60_000)
    expect(calls).toEqual([['bad', 'worse'], ['bad', 'worse'], ['bad', 'worse'], ['good']])
    expect(await told()).toEqual([
      {
        requestContext: {
          requestId: 'r-1',
          functionArn: `${FUNCTION_ARN}:$LATEST`,
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: at.replace('00.000Z', '00.300Z'),
        DDBStreamBatchInfo: {
          shardId: expect.stringMatching(/^shardId-/) as string,
          startSequenceNumber: '101',
          endSequenceNumber: '102',
          approximateArrivalOfFirstRecord: at.replace('.000Z', 'Z'),
          approximateArrivalOfLastRecord: at.replace('.000Z', 'Z'),
          batchSize: 2,
          streamArn: STREAM_ARN,
        },
      },
    ])
    expect(mapping.state()).toEqual({ waiting: 0, iteratorAge: 0, trimmed: 0, discarded: 2 })
  })

  test('halves a failed batch until the poison is alone, without spending retries on it', async () => {
    const { clock, mapping, calls, write, told } = scene(
      { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
      (keys) => (keys.includes('c') ? new Error() : null),
    )
    write('a', 'b', 'c', 'd', 'e')
    mapping.start()
    await clock.advance(60_000)
    expect(calls).toEqual([['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c'], ['a', 'b'], ['c'], ['c'], ['d', 'e']])
    expect(await told()).toMatchObject([
      { DDBStreamBatchInfo: { startSequenceNumber: '103', endSequenceNumber: '103', batchSize: 1 } },
    ])
  })

  test('starts again at the lowest record that was handed back', async () => {
    const { clock, mapping, calls, write } = scene(reporting, (_keys, event) =>
      calls.length === 1 ? handBack(event, 'd', 'b') : null,
    )
    write('a', 'b', 'c', 'd')
    mapping.start()
    await clock.advance(1_000)
    expect(calls).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ])
  })

  test('bisects at the record that was handed back, then halves', async () => {
    const { clock, mapping, calls, write, told } = scene(
      { ...reporting, bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
      (_keys, event) => handBack(event, 'b'),
    )
    write('a', 'b', 'c', 'd')
    mapping.start()
    await clock.advance(60_000)
    expect(calls).toEqual([['a', 'b', 'c', 'd'], ['b', 'c', 'd'], ['b', 'c'], ['b'], ['b'], ['c'], ['d']])
    expect(await told()).toMatchObject([
      { requestContext: { approximateInvokeCount: 5 }, DDBStreamBatchInfo: { batchSize: 1 } },
    ])
  })

  test.each([
    ['an empty list', { batchItemFailures: [] }, 1],
    ['nothing', null, 1],
    ['an unknown sequence number', { batchItemFailures: [{ itemIdentifier: '7' }] }, 2],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }, 2],
    ['a bad key name', { batchItemFailures: [{ sequenceNumber: '101' }] }, 2],
  ])('reads %s as AWS documents it', async (_name, payload, attempts) => {
    const { clock, mapping, calls, write } = scene({ ...reporting, maximumRetryAttempts: 1 }, () => payload)
    write('a')
    mapping.start()
    await clock.advance(60_000)
    expect(calls).toHaveLength(attempts)
  })

  test('a call that did not reach the function is no attempt', async () => {
    let calls = 0
    const { clock, mapping, write, told } = scene({
      maximumRetryAttempts: 0,
      invoke: () =>
        ++calls < 5
          ? Promise.reject(new Error('Rate Exceeded.'))
          : Promise.resolve({ requestId: 'r', payload: null }),
    })
    write('a')
    mapping.start()
    await clock.advance(60_000)
    expect(calls).toBe(5)
    expect(await told()).toEqual([])
  })

  test('discards records that are older than it allows, never having asked for them', async () => {
    const { clock, mapping, calls, write, told } = scene({ maximumRecordAgeInSeconds: 60 })
    write('old', 'older')
    await clock.advance(50_000)
    write('young')
    await clock.advance(10_001)
    mapping.start()
    await clock.advance(0)
    expect(calls).toEqual([['young']])
    const [first] = await told()
    expect(first).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
      DDBStreamBatchInfo: { batchSize: 2, startSequenceNumber: '101', endSequenceNumber: '102' },
    })
    expect(first).not.toHaveProperty('responseContext')
  })

  test('loses what is older than 24 hours, as the stream does, also in the middle of retries', async () => {
    const { clock, mapping, calls, write, told } = scene({}, () => new Error())
    write('a')
    mapping.start()
    await clock.advance(23 * 3_600_000)
    write('b')
    expect(mapping.state()).toMatchObject({ waiting: 2, trimmed: 0, iteratorAge: 23 * 3_600_000 })
    await clock.advance(3_600_000 + 30_000)
    expect(calls.at(-1)).toEqual(['b'])
    expect(mapping.state()).toMatchObject({ waiting: 1, trimmed: 1, discarded: 0 })
    expect(await told()).toEqual([])
  })

  test('goes on where it was after a pause, in the middle of retries', async () => {
    let failing = true
    const { clock, mapping, calls, write } = scene({ batchSize: 2 }, () => (failing ? new Error() : null))
    write('a', 'b', 'c')
    mapping.start()
    await clock.advance(0)
    mapping.pause()
    await clock.advance(3_600_000)
    expect(calls).toEqual([['a', 'b']])
    expect(mapping.state().waiting).toBe(3)
    failing = false
    mapping.resume()
    await clock.advance(0)
    expect(calls).toEqual([['a', 'b'], ['a', 'b'], ['c']])
    await mapping.stop()
    expect(clock.pending()).toBe(0)
  })

  test('begins where it is told to', async () => {
    const { clock, mapping, calls, write } = scene({ startingPosition: 'LATEST' })
    write('before')
    mapping.start()
    await clock.advance(0)
    write('after')
    await clock.advance(0)
    expect(calls).toEqual([['after']])
  })

  test('leaves out what passes no filter', async () => {
    const pattern = JSON.stringify({ dynamodb: { Keys: { id: { S: [{ prefix: 'customer#' }] } } } })
    const { clock, mapping, calls, write } = scene({ filterCriteria: { filters: [{ pattern }] } })
    write('customer#1', 'order#1', 'customer#2')
    mapping.start()
    await clock.advance(0)
    expect(calls).toEqual([['customer#1', 'customer#2']])
  })

  test('goes on when the destination refuses', async () => {
    const onFailure = {
      send: () => {
        throw new Error('gone')
      },
    }
    const { clock, mapping, calls, write } = scene(
      { maximumRetryAttempts: 0, destinationConfig: { onFailure }, batchSize: 1 },
      (keys) => (keys.includes('bad') ? new Error() : null),
    )
    write('bad', 'good')
    mapping.start()
    await clock.advance(1_000)
    expect(calls).toEqual([['bad'], ['good']])
  })

  test.each([
    [{ batchSize: 10_001 }, 'BatchSize'],
    [{ parallelizationFactor: 11 }, 'ParallelizationFactor must be from 1 to 10, got 11'],
    [{ maximumRecordAgeInSeconds: 59 }, 'MaximumRecordAgeInSeconds'],
    [{ maximumRetryAttempts: -2 }, 'MaximumRetryAttempts'],
  ])('refuses %j', (options, message) => {
    expect(() => scene(options)).toThrow(message)
  })
})
