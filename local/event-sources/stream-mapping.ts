/**
 * Feeds a table's stream to a function in order, as Lambda's event source mapping for DynamoDB streams does.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { StreamRecord } from '../dynamodb/stream-record.ts'
import type { Queue } from '../sqs/queue.ts'
import { recordFilter } from './filter-pattern.ts'
import type { FilterCriteria } from './filter-pattern.ts'
import { checkRange } from './mapping.ts'
import type { EventSourceMapping, FunctionResponseType, InvokeFunction } from './mapping.ts'
import { polling } from './polling.ts'
import { createLane } from './stream-lane.ts'

export interface StreamSource {
  readonly arn: string
  /** The name of the table's partition key. */
  readonly partitionKey: string
  /** Calls `listener` with every record from now on, in order; the function returned ends it. */
  subscribe(listener: (record: StreamRecord) => void): () => void
}

export interface StreamMappingOptions {
  readonly clock: Clock
  readonly stream: StreamSource
  readonly functionArn: string
  readonly invoke: InvokeFunction
  /** `TRIM_HORIZON`: all since the mapping was made. `LATEST`: all since it was first started. */
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST'
  /** 1 to 10,000, default 100. */
  readonly batchSize?: number
  /** 0 to 300, default 0. */
  readonly maximumBatchingWindowInSeconds?: number
  /** 1 to 10 batches of the shard at once, default 1; the items of one partition key stay in order. */
  readonly parallelizationFactor?: number
  readonly bisectBatchOnFunctionError?: boolean
  /** -1 (default): until the record leaves the stream; else 0 to 10,000. */
  readonly maximumRetryAttempts?: number
  /** -1 (default): none; else 60 to 604,800. */
  readonly maximumRecordAgeInSeconds?: number
  readonly functionResponseTypes?: readonly FunctionResponseType[]
  /** Where the metadata of discarded batches goes. */
  readonly destinationConfig?: { readonly onFailure: Pick<Queue, 'send'> }
  readonly filterCriteria?: FilterCriteria
  readonly enabled?: boolean
}

export interface StreamMapping extends EventSourceMapping {
  state(): StreamState
}

export interface StreamState {
  /** Records that wait or are being retried. */
  readonly waiting: number
  /** Age of the oldest of them, in milliseconds. */
  readonly iteratorAge: number
  /** Records lost so far because they were older than the stream's 24 hours. */
  readonly trimmed: number
  /** Records given up so far: attempts exhausted, or older than the mapping allows. */
  readonly discarded: number
}

/** Not started yet. Throws `InvalidEventSourceMapping` or `InvalidFilterPattern`. */
export const streamMapping = (options: StreamMappingOptions): StreamMapping => {
  check(options)
  const { clock, stream, parallelizationFactor = 1 } = options
  const passes = recordFilter(options.filterCriteria)
  const lanes = Array.from({ length: parallelizationFactor }, () => createLane(options))
  let isReading = options.startingPosition === 'TRIM_HORIZON'

  stream.subscribe((record) => {
    if (!isReading || !passes(record)) return
    lanes[laneOf(record, stream.partitionKey, lanes.length)]?.add(record)
  })

  const run = async (signal: AbortSignal) => {
    isReading = true
    await Promise.all(lanes.map((lane) => lane.run(signal)))
  }

  return {
    ...polling({ run, enabled: options.enabled ?? true }),
    state() {
      const states = lanes.map((lane) => lane.state())
      const oldest = Math.min(clock.now(), ...states.map(({ oldestArrival }) => oldestArrival))
      return {
        waiting: sum(states.map(({ waiting }) => waiting)),
        iteratorAge: clock.now() - oldest,
        trimmed: sum(states.map(({ trimmed }) => trimmed)),
        discarded: sum(states.map(({ discarded }) => discarded)),
      }
    },
  }
}

const laneOf = ({ dynamodb }: StreamRecord, partitionKey: string, lanes: number): number => {
  if (lanes === 1) return 0
  const key = JSON.stringify(dynamodb.Keys[partitionKey] ?? null)
  return createHash('md5').update(key).digest().readUInt32BE() % lanes
}

const check = (options: StreamMappingOptions): void => {
  checkRange('BatchSize', options.batchSize ?? 100, 1, 10_000)
  checkRange('MaximumBatchingWindowInSeconds', options.maximumBatchingWindowInSeconds ?? 0, 0, 300)
  checkRange('ParallelizationFactor', options.parallelizationFactor ?? 1, 1, 10)
  checkRange('MaximumRetryAttempts', options.maximumRetryAttempts ?? -1, -1, 10_000)
  const age = options.maximumRecordAgeInSeconds ?? -1
  if (age !== -1) checkRange('MaximumRecordAgeInSeconds', age, 60, 604_800)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
