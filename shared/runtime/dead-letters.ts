/** The queue behind a lane, to be read by a person's order. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { DeadLetters } from '../sync/operators/redrive.ts'

/** Messages one call takes (SQS developer guide, "Quotas"). */
const MOST = 10
/** Seconds; any at all make SQS ask all of its servers, so that an empty answer says that there is nothing. */
const WAIT = 1
/** Seconds for which what was received is not received again: what stays would else come round and round. */
const HIDDEN = 120

/** `queue`: its URL. */
export const deadLetters = (client: SQSClient, queue: string): DeadLetters => ({
  async receive() {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue,
        MaxNumberOfMessages: MOST,
        WaitTimeSeconds: WAIT,
        VisibilityTimeout: HIDDEN,
      }),
    )
    return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
      id: MessageId,
      handle: ReceiptHandle,
      body: Body,
    }))
  },
  async delete(letters) {
    const Entries = letters.map(({ handle }, at) => ({ Id: String(at), ReceiptHandle: handle }))
    // What is refused here comes again and is sent again: twice marked is looked at twice.
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }))
  },
})
