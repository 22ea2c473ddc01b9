/** Receipts: what a receiver is given, and what its receipt handle stands for later. */
import { SqsError } from './errors.ts'
import type { StoredMessage } from './message-store.ts'
import type { ReceivedMessage } from './message.ts'

/** A message as its receiver sees it, with the handle of this one receive. */
export const received = (message: StoredMessage): ReceivedMessage => ({
  messageId: message.id,
  receiptHandle: Buffer.from(`${message.id}#${message.receiveCount}`).toString('base64url'),
  body: message.body,
  md5OfBody: message.md5OfBody,
  attributes: {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.deadLetterSourceArn ? { DeadLetterQueueSourceArn: message.deadLetterSourceArn } : {}),
  },
  messageAttributes: message.messageAttributes,
})

/** Which message and which of its receives a handle stands for. Throws `ReceiptHandleIsInvalid`. */
export const parseHandle = (receiptHandle: string): { id: string; receiveCount: number } => {
  const text = Buffer.from(receiptHandle, 'base64url').toString('utf8')
  const [, id, count] = /^([0-9a-f-]{36})#(\d+)$/.exec(text) ?? []
  if (id === undefined) {
    throw new SqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
    )
  }
  return { id, receiveCount: Number(count) }
}
