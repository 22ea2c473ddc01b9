/** A received message as a record of an `SQSEvent`. */
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda'
import { md5OfAttributes } from '../sqs/message.ts'
import type { MessageAttributes, ReceivedMessage } from '../sqs/message.ts'
import type { Queue } from '../sqs/queue.ts'

export const sqsRecord = (
  message: ReceivedMessage,
  { arn, region }: Pick<Queue, 'arn' | 'region'>,
): SQSRecord => {
  const digest = md5OfAttributes(message.messageAttributes)
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: { ...message.attributes },
    messageAttributes: attributesOf(message.messageAttributes),
    ...(digest === undefined ? {} : { md5OfMessageAttributes: digest }),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: region,
  }
}

/** What filters see of a message: a body that is a JSON structure is looked into. */
export const filterable = ({ body, messageAttributes }: ReceivedMessage): object => {
  const structure = structureIn(body)
  return { body: structure ?? body, messageAttributes: attributesOf(messageAttributes) }
}

const structureIn = (body: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const attributesOf = (attributes: MessageAttributes): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  )
