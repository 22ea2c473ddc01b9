/** The queues of the lanes: dirty markers in, and back again when a Region still owes them. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda'
import { chunksOf } from '../ledger/chunks.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import { idsOf } from '../sync/mark-dirty.ts'
import type { Marker } from '../sync/mark-dirty.ts'

/** Messages one SendMessageBatch takes (SQS developer guide, "Quotas"). */
const ENTRIES = 10

/** Rejects unless the queue has taken every marker. */
export const enqueue = async (
  client: SQSClient,
  queue: string,
  markers: readonly Marker[],
): Promise<void> => {
  for (const chunk of chunksOf(markers, ENTRIES)) {
    const Entries = chunk.map((marker, at) => ({ Id: String(at), MessageBody: JSON.stringify(marker) }))
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }))
    if (Failed.length > 0)
      throw new Error(`the lane's queue did not take ${Failed.length} of ${Entries.length} markers`)
  }
}

/** The ids that the messages name; those of an unknown shape name none, and stay. */
export const idsIn = (messages: readonly SQSRecord[]): string[] =>
  messages.flatMap((message) => idsOrNone(message) ?? [])

const idsOrNone = ({ body }: SQSRecord): readonly string[] | undefined => {
  try {
    return idsOf(body)
  } catch {
    return undefined
  }
}

/** Messages that still owe an id go back to their queue; the more often they have come, the longer they stay away. */
export const giveBack = async (
  client: SQSClient,
  queue: string,
  messages: readonly SQSRecord[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<SQSBatchResponse> => {
  const owed = messages.filter((message) => {
    const ids = idsOrNone(message)
    // An id without an outcome is owed too.
    return !ids || ids.some((id) => !DONE.has(outcomes.get(id)?.result))
  })
  await Promise.all(owed.map((message) => postpone(client, queue, message)))
  return { batchItemFailures: owed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}

const DONE: ReadonlySet<string | undefined> = new Set(['applied', 'rejected'] satisfies Outcome['result'][])

/** Seconds: 1, 2, 4 … 300. A Region that is down is asked every five minutes, and served within five of its return. */
const postponement = (receives: number): number => Math.min(300, 2 ** Math.max(0, receives - 1))

// Without it the message comes back all the same, only later: after the queue's own visibility time-out.
const postpone = (client: SQSClient, QueueUrl: string, { receiptHandle, attributes }: SQSRecord) =>
  client
    .send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: postponement(Number(attributes.ApproximateReceiveCount)),
      }),
    )
    .catch(() => undefined)
