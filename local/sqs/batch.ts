/** Batch operations: up to ten entries, each with an outcome of its own. */
import { SqsError } from './errors.ts'
import { messageAttributes, structures, text } from './input.ts'
import type { Input } from './input.ts'
import { sizeOf } from './message.ts'

export interface BatchOutput {
  readonly Successful: readonly object[]
  readonly Failed: readonly object[]
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
const MAX_ENTRIES = 10
const MAX_BYTES = 1_048_576

/**
 * Does `each` entry of the batch; an entry's {@link SqsError} becomes its `Failed` outcome. Throws where the batch
 * itself is not in order: `EmptyBatchRequest`, `TooManyEntriesInBatchRequest`, `InvalidBatchEntryId`,
 * `BatchEntryIdsNotDistinct`, `BatchRequestTooLong`.
 */
export const inBatch = (input: Input, each: (entry: Input) => object): BatchOutput => {
  const entries = structures(input, 'Entries')
  checkBatch(entries)
  const successful: object[] = []
  const failed: object[] = []
  for (const entry of entries) {
    const Id = text(entry, 'Id')
    try {
      successful.push({ Id, ...each(entry) })
    } catch (error) {
      if (!(error instanceof SqsError)) throw error
      failed.push({ Id, SenderFault: error.fault === 'Sender', Code: error.code, Message: error.message })
    }
  }
  return { Successful: successful, Failed: failed }
}

const checkBatch = (entries: readonly Input[]): void => {
  if (entries.length === 0) {
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the batch request.')
  }
  if (entries.length > MAX_ENTRIES) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`,
    )
  }
  const ids = entries.map((entry) => text(entry, 'Id'))
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    )
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`)
  const total = entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
  if (total > MAX_BYTES) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MAX_BYTES} bytes. You have sent ${total} bytes.`,
    )
  }
}

const bytesOf = (entry: Input): number => {
  const body = entry['MessageBody']
  return typeof body === 'string' ? sizeOf({ body, messageAttributes: messageAttributes(entry) }) : 0
}
