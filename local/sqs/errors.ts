/** SQS's errors: one name for the JSON protocol, another code for the older Query protocol. */

// [code in the Query protocol, status]: the `error` traits of the service model 2012-11-05.
const ERRORS = {
  AccessDeniedException: ['AccessDenied', 403],
  BatchEntryIdsNotDistinct: ['AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 400],
  BatchRequestTooLong: ['AWS.SimpleQueueService.BatchRequestTooLong', 400],
  EmptyBatchRequest: ['AWS.SimpleQueueService.EmptyBatchRequest', 400],
  InternalFailure: ['InternalFailure', 500],
  InvalidAttributeName: ['InvalidAttributeName', 400],
  InvalidAttributeValue: ['InvalidAttributeValue', 400],
  InvalidBatchEntryId: ['AWS.SimpleQueueService.InvalidBatchEntryId', 400],
  InvalidMessageContents: ['InvalidMessageContents', 400],
  InvalidParameterValueException: ['InvalidParameterValue', 400],
  MessageNotInflight: ['AWS.SimpleQueueService.MessageNotInflight', 400],
  MissingRequiredParameterException: ['MissingParameter', 400],
  NotImplemented: ['NotImplemented', 501],
  OverLimit: ['OverLimit', 403],
  QueueDoesNotExist: ['AWS.SimpleQueueService.NonExistentQueue', 400],
  QueueNameExists: ['QueueAlreadyExists', 400],
  ReceiptHandleIsInvalid: ['ReceiptHandleIsInvalid', 400],
  SerializationException: ['MalformedInput', 400],
  TooManyEntriesInBatchRequest: ['AWS.SimpleQueueService.TooManyEntriesInBatchRequest', 400],
  UnsupportedOperation: ['AWS.SimpleQueueService.UnsupportedOperation', 400],
} as const satisfies Record<string, readonly [string, number]>

export type SqsErrorName = keyof typeof ERRORS

export class SqsError extends Error {
  override readonly name: SqsErrorName
  /** The code in the Query protocol. */
  readonly code: string
  readonly status: number

  constructor(name: SqsErrorName, message: string) {
    super(message)
    this.name = name
    const [code, status] = ERRORS[name]
    this.code = code
    this.status = status
  }

  /** Whose fault it was. */
  get fault(): 'Sender' | 'Receiver' {
    return this.status < 500 ? 'Sender' : 'Receiver'
  }
}

export const invalidParameter = (name: string, value: unknown, reason: string): SqsError =>
  new SqsError(
    'InvalidParameterValueException',
    `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  )

export const missingParameter = (name: string): SqsError =>
  new SqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`)

export const queueDoesNotExist = (): SqsError =>
  new SqsError('QueueDoesNotExist', 'The specified queue does not exist.')
