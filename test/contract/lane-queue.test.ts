import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SQSRecord } from 'aws-lambda'
import { enqueue, laneQueue, messagesOf } from '../../shared/runtime/lane-queue.ts'
import { markerIn, markersFor } from '../../shared/sync/lane/marker.ts'
import { openSqs } from './sqs-region.ts'

let sqs: Awaited<ReturnType<typeof openSqs>>
beforeEach(async () => {
  sqs = await openSqs()
})
afterEach(() => sqs.close())

const keys = (from: number, count: number) => Array.from({ length: count }, (_, at) => `k${from + at}`)
const received = async (queue: string) => {
  const bodies: string[] = []
  for (let messages = await sqs.receive(queue); messages.length > 0; messages = await sqs.receive(queue))
    bodies.push(...messages.map(({ Body = '' }) => Body))
  return bodies
}
/** As Lambda hands them to a function. */
const recordsOf = async (queue: string): Promise<SQSRecord[]> =>
  (await sqs.receive(queue)).map(
    ({ MessageId, Body, ReceiptHandle, Attributes }) =>
      ({
        messageId: MessageId,
        body: Body,
        receiptHandle: ReceiptHandle,
        attributes: Attributes,
      }) as unknown as SQSRecord,
  )

describe('the queue of a lane', () => {
  it('takes more markers than one call does, and gives back what was put in', async () => {
    const { QueueUrl } = await sqs.newQueue()
    const markers = markersFor(keys(0, 2_450), 17, true)
    await enqueue(sqs.client(), QueueUrl, markers)
    const found = (await received(QueueUrl)).map((body) => markerIn(body))
    expect(found).toHaveLength(25)
    expect(found.flatMap((marker) => marker?.keys ?? []).sort()).toEqual(keys(0, 2_450).sort())
    expect(found.every((marker) => marker?.at === 17 && marker.force === true)).toBe(true)
  })

  it('takes nothing for no markers', async () => {
    const { QueueUrl } = await sqs.newQueue()
    await enqueue(sqs.client(), QueueUrl, [])
    expect(await sqs.depthOf(QueueUrl)).toEqual([0, 0, 0])
  })

  it('hides a marker for as long as it is asked to', async () => {
    const { QueueUrl } = await sqs.newQueue()
    await enqueue(sqs.client(), QueueUrl, markersFor(['a'], 17), 6)
    await sqs.clock.advance(5_999)
    expect(await received(QueueUrl)).toEqual([])
    await sqs.clock.advance(1)
    expect(await received(QueueUrl)).toHaveLength(1)
  })

  it('rejects when it does not take them', async () => {
    const { QueueUrl } = await sqs.newQueue()
    const nobody = sqs.client('eu-west-1', 'NOBODY')
    await expect(enqueue(nobody, QueueUrl, markersFor(['a'], 17))).rejects.toThrow()
    // One of them is more than a message may hold.
    const markers = markersFor(['a', 'x'.repeat(1_100_000)], 17)
    await expect(enqueue(sqs.client(), QueueUrl, markers)).rejects.toThrow()
  })

  it('sends into the lane of the kind that is asked for', async () => {
    const [urgent, bulk] = [await sqs.newQueue(), await sqs.newQueue()]
    const region = { urgent: urgent.QueueUrl, bulk: bulk.QueueUrl }
    const lane = laneQueue(sqs.client(), region, [], bulk.QueueUrl)
    await lane.send('urgent', markersFor(['a'], 17), 0)
    await lane.send('bulk', markersFor(['b'], 17), 0)
    expect((await received(urgent.QueueUrl)).flatMap((body) => markerIn(body)?.keys)).toEqual(['a'])
    expect((await received(bulk.QueueUrl)).flatMap((body) => markerIn(body)?.keys)).toEqual(['b'])
  })

  it('gives a postponed message back then, and counts how often it has been received', async () => {
    const { QueueUrl } = await sqs.newQueue({ VisibilityTimeout: '360' })
    await enqueue(sqs.client(), QueueUrl, markersFor(['a'], 17))
    const records = await recordsOf(QueueUrl)
    expect(messagesOf(records)).toMatchObject([{ body: '{"v":2,"keys":["a"],"at":17}', receives: 1 }])
    const lane = laneQueue(sqs.client(), { urgent: QueueUrl, bulk: QueueUrl }, records, QueueUrl)
    await lane.postpone(records[0]?.messageId ?? '', 4)
    await sqs.clock.advance(3_999)
    expect(await recordsOf(QueueUrl)).toEqual([])
    await sqs.clock.advance(1)
    expect(messagesOf(await recordsOf(QueueUrl))).toMatchObject([{ receives: 2 }])
  })

  it('does not fail when a message cannot be postponed', async () => {
    const { QueueUrl } = await sqs.newQueue()
    const lane = laneQueue(sqs.client(), { urgent: QueueUrl, bulk: QueueUrl }, [], QueueUrl)
    await expect(lane.postpone('unknown', 4)).resolves.toBeUndefined()
  })
})
