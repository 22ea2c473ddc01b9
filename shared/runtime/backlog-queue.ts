/** A Region's bulk lane, looked at and worked off by somebody else than its sender. */
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { chunksOf } from '../ledger/chunks.ts'
import type { MarkerQueue } from '../sync/backlog/stage-backlog.ts'

/** Messages one call takes (SQS developer guide, "Quotas"). */
const MOST = 10

/** Messages in a queue, about: those that can be received, those that are being worked on, and those that are delayed. */
export const depthOf = async (client: SQSClient, queue: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  )
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
}

export const backlogQueue = (client: SQSClient, queue: string): MarkerQueue => ({
  async receive(seconds) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue,
        MaxNumberOfMessages: MOST,
        // Any wait at all makes SQS ask all of its servers.
        WaitTimeSeconds: 1,
        VisibilityTimeout: seconds,
      }),
    )
    return Messages.map(({ ReceiptHandle = '', Body = '' }) => ({ handle: ReceiptHandle, body: Body }))
  },
  async delete(handles) {
    for (const chunk of chunksOf(handles, MOST)) {
      const Entries = chunk.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }))
      // What is refused comes again, and is looked at twice.
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }))
    }
  },
})
