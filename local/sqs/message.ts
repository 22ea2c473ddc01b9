/** Messages: what is sent, what is received, and the digests that clients check. */
import { createHash } from 'node:crypto'
import { SqsError, invalidParameter, missingParameter } from './errors.ts'

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with an optional `.custom` suffix. */
  readonly DataType: string
  readonly StringValue?: string
  /** Base64. */
  readonly BinaryValue?: string
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>

export interface NewMessage {
  readonly body: string
  /** 0 to 900; the queue's own delay where absent. */
  readonly delaySeconds?: number
  readonly messageAttributes?: MessageAttributes
  /** Who sends; the account where absent. */
  readonly senderId?: string
}

export interface SentMessage {
  readonly messageId: string
  readonly md5OfBody: string
  readonly md5OfMessageAttributes?: string
}

export interface ReceivedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly md5OfBody: string
  /** The system attributes, every value as text; times in milliseconds since the epoch. */
  readonly attributes: {
    readonly SenderId: string
    readonly SentTimestamp: string
    readonly ApproximateReceiveCount: string
    readonly ApproximateFirstReceiveTimestamp: string
    readonly DeadLetterQueueSourceArn?: string
  }
  readonly messageAttributes: MessageAttributes
}

export const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex')

/** Body and attributes as SQS counts them, in bytes. */
export const sizeOf = ({ body, messageAttributes = {} }: NewMessage): number =>
  Object.entries(messageAttributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum + bytes(name) + bytes(DataType) + bytes(StringValue) + Buffer.from(BinaryValue, 'base64').length,
    bytes(body),
  )

/** Throws `MissingParameter`, `InvalidMessageContents` or `InvalidParameterValue`. */
export const checkMessage = (message: NewMessage, maximumMessageSize: number): void => {
  if (message.body === '') throw missingParameter('MessageBody')
  if (FORBIDDEN.test(message.body)) {
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | ...',
    )
  }
  const attributes = Object.entries(message.messageAttributes ?? {})
  if (attributes.length > 10) {
    throw invalidParameter(
      'MessageAttribute',
      attributes.length,
      'Number of message attributes exceeds the allowed maximum of 10.',
    )
  }
  for (const [name, attribute] of attributes) checkAttribute(name, attribute)
  if (sizeOf(message) > maximumMessageSize) {
    throw invalidParameter(
      'MessageBody',
      '',
      `One or more parameters are too long: at most ${maximumMessageSize} bytes.`,
    )
  }
}

/**
 * The digest of message attributes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export const md5OfAttributes = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).toSorted()
  if (names.length === 0) return undefined
  return md5(Buffer.concat(names.flatMap((name) => encoded(name, attributes[name]))))
}

const encoded = (name: string, attribute: MessageAttribute | undefined): Buffer[] => {
  const { DataType = '', StringValue = '', BinaryValue = '' } = attribute ?? {}
  const isBinary = DataType.startsWith('Binary')
  const value = isBinary ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue)
  return [
    ...prefixed(Buffer.from(name)),
    ...prefixed(Buffer.from(DataType)),
    Buffer.of(isBinary ? 2 : 1),
    ...prefixed(value),
  ]
}

const prefixed = (data: Buffer): Buffer[] => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return [length, data]
}

const checkAttribute = (name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void => {
  if (!/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
    throw invalidParameter('MessageAttributes', name, 'The type must be String, Number or Binary.')
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue
  if (value === undefined || value === '') {
    throw invalidParameter(
      'MessageAttributes',
      name,
      `The message attribute must contain a non-empty value of type ${DataType}.`,
    )
  }
  if (DataType.startsWith('Number') && !Number.isFinite(Number(value))) {
    throw invalidParameter(
      'MessageAttributes',
      name,
      "Can't cast the value of message attribute to a number.",
    )
  }
}

const bytes = (text: string): number => Buffer.byteLength(text)

// All but #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
