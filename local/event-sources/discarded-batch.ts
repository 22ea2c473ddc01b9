/**
 * What an on-failure destination is told about records that were given up: where they were, never what they were.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import { randomUUID } from 'node:crypto'
import type { Invocation } from '../lambda/invocation.ts'
import type { Arrival } from './stream-lane.ts'

export type DiscardReason = 'RetryAttemptsExhausted' | 'RecordAgeExceeded'

export interface Discarded {
  /** At least one. */
  readonly arrivals: readonly Arrival[]
  readonly invokes: number
  readonly reason: DiscardReason
  readonly functionArn: string
  readonly streamArn: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The last answer of the function; absent where it was never asked. */
  readonly invocation?: Invocation
}

export const discardedBatch = (discarded: Discarded): object => {
  const { arrivals, invokes, reason, functionArn, streamArn, now, invocation } = discarded
  const [first] = arrivals
  const last = arrivals.at(-1)
  return {
    requestContext: {
      requestId: invocation?.requestId ?? randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: reason,
      approximateInvokeCount: invokes,
    },
    ...(invocation ? { responseContext: responseContext(invocation) } : {}),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: first?.record.dynamodb.SequenceNumber,
      endSequenceNumber: last?.record.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: seconds(first),
      approximateArrivalOfLastRecord: seconds(last),
      batchSize: arrivals.length,
      streamArn,
    },
  }
}

// A local table has one partition, and so its stream one shard.
const SHARD_ID = 'shardId-00000000000000000000-00000000'

const responseContext = (invocation: Invocation): object => ({
  statusCode: 200,
  executedVersion: '$LATEST',
  functionError: 'error' in invocation ? 'Unhandled' : null,
})

const seconds = (arrival: Arrival | undefined): string =>
  `${new Date(arrival?.at ?? 0).toISOString().slice(0, 19)}Z`
