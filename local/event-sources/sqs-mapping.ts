/**
 * Feeds a queue's messages to a function, as Lambda's event source mapping for SQS does.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import type { Clock } from '../clock.ts'
import type { ReceivedMessage } from '../sqs/message.ts'
import type { Queue } from '../sqs/queue.ts'
import { failuresIn } from './batch-failures.ts'
import { createBell } from './bell.ts'
import { recordFilter } from './filter-pattern.ts'
import type { FilterCriteria } from './filter-pattern.ts'
import { InvalidEventSourceMapping, checkRange } from './mapping.ts'
import type { EventSourceMapping, FunctionResponseType, InvokeFunction } from './mapping.ts'
import { fitting } from './payload-batches.ts'
import { polling } from './polling.ts'
import { filterable, sqsRecord } from './sqs-event.ts'

export interface SqsMappingOptions {
  readonly clock: Clock
  readonly queue: Pick<Queue, 'arn' | 'region' | 'receive' | 'delete'>
  readonly invoke: InvokeFunction
  /** 1 to 10,000, default 10; above 10 only with a batching window. */
  readonly batchSize?: number
  /** 0 to 300, default 0. */
  readonly maximumBatchingWindowInSeconds?: number
  readonly functionResponseTypes?: readonly FunctionResponseType[]
  /** 2 to 1,000 batches at once; 5 without it, the number that Lambda begins with. */
  readonly scalingConfig?: { readonly maximumConcurrency: number }
  readonly filterCriteria?: FilterCriteria
  readonly enabled?: boolean
}

const LONG_POLL_SECONDS = 20
const RECEIVE_LIMIT = 10
const REFUSED_DELAY_MS = 1_000

/**
 * Not started yet. Messages that pass no filter are deleted; messages of a batch that failed, was throttled or was
 * handed back become visible again when their visibility time-out ends. Throws {@link InvalidEventSourceMapping} or
 * `InvalidFilterPattern`.
 */
export const sqsMapping = (options: SqsMappingOptions): EventSourceMapping => {
  check(options)
  const { clock, queue, batchSize = 10, maximumBatchingWindowInSeconds: window = 0 } = options
  const most = options.scalingConfig?.maximumConcurrency ?? 5
  const passes = recordFilter(options.filterCriteria)
  const bell = createBell(clock)
  const running = new Set<Promise<void>>()

  const gather = async (signal: AbortSignal): Promise<readonly ReceivedMessage[]> => {
    const batch = [...(await queue.receive({ max: roomFor(0), waitSeconds: LONG_POLL_SECONDS, signal }))]
    const end = clock.now() + window * 1000
    while (batch.length > 0 && batch.length < batchSize && clock.now() < end && !signal.aborted) {
      const waitSeconds = Math.min(LONG_POLL_SECONDS, (end - clock.now()) / 1000)
      batch.push(...(await queue.receive({ max: roomFor(batch.length), waitSeconds, signal })))
    }
    return batch
  }

  const roomFor = (count: number) => Math.min(RECEIVE_LIMIT, batchSize - count)

  const deliver = async (messages: readonly ReceivedMessage[]) => {
    const wanted = messages.filter((message) => passes(filterable(message)))
    forget(messages.filter((message) => !wanted.includes(message)))
    for (let rest = wanted; rest.length > 0;) {
      const count = fitting(
        rest.map((message) => sqsRecord(message, queue)),
        rest.length,
      )
      forget(await handled(rest.slice(0, count), options))
      rest = rest.slice(count)
    }
  }

  const forget = (messages: readonly ReceivedMessage[]) => {
    for (const { receiptHandle } of messages) queue.delete(receiptHandle)
  }

  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      while (running.size >= most && !signal.aborted) await bell.wait(signal)
      const batch = await gather(signal).catch(() => undefined)
      // The queue refuses while too much is in flight.
      if (!batch) await bell.wait(signal, REFUSED_DELAY_MS)
      if (!batch?.length) continue
      const delivery: Promise<void> = deliver(batch).finally(() => {
        running.delete(delivery)
        bell.ring()
      })
      running.add(delivery)
    }
    await Promise.all(running)
  }

  return polling({ run, enabled: options.enabled ?? true })
}

/** The messages that the function has dealt with; none when it failed or was not reached. */
const handled = async (
  messages: readonly ReceivedMessage[],
  { invoke, queue, functionResponseTypes = [] }: SqsMappingOptions,
): Promise<readonly ReceivedMessage[]> => {
  const event = { Records: messages.map((message) => sqsRecord(message, queue)) }
  const invocation = await invoke(event).catch(() => undefined)
  if (!invocation || 'error' in invocation) return []
  if (!functionResponseTypes.includes('ReportBatchItemFailures')) return messages
  const failed = failuresIn(
    invocation.payload,
    messages.map(({ messageId }) => messageId),
  )
  return failed === 'all' ? [] : messages.filter(({ messageId }) => !failed.has(messageId))
}

const check = (options: SqsMappingOptions): void => {
  const { batchSize = 10, maximumBatchingWindowInSeconds: window = 0, scalingConfig } = options
  checkRange('BatchSize', batchSize, 1, 10_000)
  checkRange('MaximumBatchingWindowInSeconds', window, 0, 300)
  if (scalingConfig) checkRange('MaximumConcurrency', scalingConfig.maximumConcurrency, 2, 1_000)
  if (batchSize > RECEIVE_LIMIT && window === 0) {
    throw new InvalidEventSourceMapping(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    )
  }
}
