/** The queues of the lanes: dirty markers in, and back again when a Region still owes them. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import type { Marker } from '../sync/lane/marker.ts'
import type { LaneMessage, LaneQueue } from '../sync/lane/work-lane.ts'
import type { RegionConfig } from './config.ts'

/** Messages, and bytes of them all, that one SendMessageBatch takes (SQS developer guide, "Quotas"). */
const BATCH = { entries: 10, bytes: 256 * 1024 } as const

/** Rejects unless the queue has taken every marker. They are seen after `delaySeconds` (0 to 900). */
export const enqueue = async (
  client: SQSClient,
  queue: string,
  markers: readonly Marker[],
  delaySeconds = 0,
): Promise<void> => {
  for (const bodies of batchesOf(markers.map((marker) => JSON.stringify(marker)))) {
    const Entries = bodies.map((MessageBody, at) => ({
      Id: String(at),
      MessageBody,
      ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
    }))
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }))
    if (Failed.length > 0)
      throw new ValueFreeError(`the lane's queue did not take ${Failed.length} of ${Entries.length} markers`)
  }
}

const batchesOf = (bodies: readonly string[]): string[][] => {
  const batches: string[][] = []
  let bytes = 0
  for (const body of bodies) {
    const last = batches.at(-1)
    const size = Buffer.byteLength(body)
    const fits = last !== undefined && last.length < BATCH.entries && bytes + size <= BATCH.bytes
    if (fits) last.push(body)
    else batches.push([body])
    bytes = fits ? bytes + size : size
  }
  return batches
}

export const messagesOf = (records: readonly SQSRecord[]): LaneMessage[] =>
  records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body,
    receives: Number(attributes.ApproximateReceiveCount),
  }))

/** The lanes of a Region; `records` are the messages that can be postponed, which came from the queue `own`. */
export const laneQueue = (
  client: SQSClient,
  region: Pick<RegionConfig, 'urgent' | 'bulk'>,
  records: readonly SQSRecord[],
  own: string,
): LaneQueue => {
  const handles = new Map(records.map(({ messageId, receiptHandle }) => [messageId, receiptHandle]))
  return {
    send: (kind, markers, delaySeconds) => enqueue(client, region[kind], markers, delaySeconds),
    async postpone(messageId, seconds) {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: own,
        ReceiptHandle: handles.get(messageId),
        VisibilityTimeout: seconds,
      })
      // Without it the message comes back all the same, only later: after the queue's own visibility time-out.
      await client.send(command).catch(() => undefined)
    },
  }
}
