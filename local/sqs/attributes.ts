/** A queue's attributes: names, limits and defaults as SetQueueAttributes documents them. */
import { SqsError } from './errors.ts'

/** As SQS stores them: every value is text. */
export type QueueAttributes = Readonly<Record<string, string>>

/** What the queue itself works with; times in seconds. */
export interface QueueSettings {
  readonly delay: number
  readonly maximumMessageSize: number
  readonly retention: number
  readonly receiveWait: number
  readonly visibilityTimeout: number
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number }
}

const NUMBERS: Readonly<Record<string, readonly [least: number, most: number, byDefault: number]>> = {
  DelaySeconds: [0, 900, 0],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
  MaximumMessageSize: [1_024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
}
const DOCUMENTS = ['Policy', 'RedriveAllowPolicy', 'RedrivePolicy']
const TEXTS = ['KmsMasterKeyId', 'SqsManagedSseEnabled']

export const DEFAULT_ATTRIBUTES: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
}

/** Throws `InvalidAttributeName`, `InvalidAttributeValue`, or `UnsupportedOperation` for a FIFO queue. */
export const checkAttributes = (attributes: QueueAttributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'FifoQueue') throw fifoUnsupported()
    checkAttribute(name, value)
  }
  redriveOf(attributes)
}

export const fifoUnsupported = (): SqsError =>
  new SqsError('UnsupportedOperation', 'FIFO queues are not emulated: only standard queues are.')

export const settingsOf = (attributes: QueueAttributes): QueueSettings => {
  const redrive = redriveOf(attributes)
  return {
    delay: numberOf(attributes, 'DelaySeconds'),
    maximumMessageSize: numberOf(attributes, 'MaximumMessageSize'),
    retention: numberOf(attributes, 'MessageRetentionPeriod'),
    receiveWait: numberOf(attributes, 'ReceiveMessageWaitTimeSeconds'),
    visibilityTimeout: numberOf(attributes, 'VisibilityTimeout'),
    ...(redrive ? { redrive } : {}),
  }
}

const checkAttribute = (name: string, value: string): void => {
  const limits = NUMBERS[name]
  if (limits) {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (!Number.isInteger(number) || number < limits[0] || number > limits[1]) throw invalidValue(name)
  } else if (DOCUMENTS.includes(name)) {
    if (value !== '' && parsed(value) === undefined) throw invalidValue(name)
  } else if (!TEXTS.includes(name)) {
    throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`)
  }
}

const redriveOf = ({ RedrivePolicy = '' }: QueueAttributes): QueueSettings['redrive'] => {
  if (RedrivePolicy === '') return undefined
  const { deadLetterTargetArn, maxReceiveCount } = parsed(RedrivePolicy) ?? {}
  const count = Number(maxReceiveCount)
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1_000) {
    throw invalidValue('RedrivePolicy')
  }
  return { deadLetterTargetArn, maxReceiveCount: count }
}

const numberOf = (attributes: QueueAttributes, name: string): number =>
  Number(attributes[name] ?? NUMBERS[name]?.[2])

const parsed = (document: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(document)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const invalidValue = (name: string): SqsError =>
  new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`)
