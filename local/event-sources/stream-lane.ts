/** One ordered lane of a stream: batches, retries, bisection and giving up, one batch at a time. */
import type { StreamRecord } from '../dynamodb/stream-record.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { failuresIn } from './batch-failures.ts'
import { createBell } from './bell.ts'
import { discardedBatch } from './discarded-batch.ts'
import type { DiscardReason } from './discarded-batch.ts'
import { fitting } from './payload-batches.ts'
import type { StreamMappingOptions } from './stream-mapping.ts'

export interface Lane {
  add(record: StreamRecord): void
  /** Works until `signal` aborts; what is unfinished then is taken up again by the next run. Never rejects. */
  run(signal: AbortSignal): Promise<void>
  state(): {
    readonly waiting: number
    /** Milliseconds since the epoch; Infinity where nothing waits. */
    readonly oldestArrival: number
    readonly trimmed: number
    readonly discarded: number
  }
}

export interface Arrival {
  readonly record: StreamRecord
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A batch or what bisection and partial success have left of one. */
interface Segment {
  readonly arrivals: readonly Arrival[]
  readonly retries: number
  readonly invokes: number
}

// A stream keeps its records for 24 hours.
const STREAM_RETENTION_MS = 86_400_000
// Lambda backs off exponentially and does not say by how much.
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 30_000

export const createLane = (options: StreamMappingOptions): Lane => new StreamLane(options)

class StreamLane implements Lane {
  readonly #options: StreamMappingOptions
  readonly #bell
  readonly #buffer: Arrival[] = []
  /** What is being worked on, in order; survives a pause. */
  #segments: readonly Segment[] = []
  #failuresInARow = 0
  #trimmed = 0
  #discarded = 0

  constructor(options: StreamMappingOptions) {
    this.#options = options
    this.#bell = createBell(options.clock)
  }

  add(record: StreamRecord): void {
    this.#buffer.push({ record, at: this.#options.clock.now() })
    this.#bell.ring()
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [segment, ...rest] = this.#segments
      if (segment) this.#segments = [...(await this.#advance(segment, signal)), ...rest]
      else await this.#gather(signal)
    }
  }

  state(): ReturnType<Lane['state']> {
    const inHand = this.#segments.flatMap(({ arrivals }) => arrivals)
    return {
      waiting: inHand.length + this.#buffer.length,
      oldestArrival: (inHand[0] ?? this.#buffer[0])?.at ?? Infinity,
      trimmed: this.#trimmed,
      discarded: this.#discarded,
    }
  }

  async #gather(signal: AbortSignal): Promise<void> {
    const { clock, batchSize = 100, maximumBatchingWindowInSeconds: window = 0 } = this.#options
    while (this.#buffer.length === 0 && !signal.aborted) await this.#bell.wait(signal)
    const end = clock.now() + window * 1000
    while (this.#buffer.length < batchSize && clock.now() < end && !signal.aborted) {
      await this.#bell.wait(signal, end - clock.now())
    }
    if (signal.aborted) return
    const records = this.#buffer.slice(0, batchSize).map(({ record }) => record)
    const arrivals = this.#buffer.splice(0, fitting(records, batchSize))
    this.#segments = [{ arrivals, retries: 0, invokes: 0 }]
  }

  /** What is left to do of a segment after one more step: nothing, itself, or parts of it. */
  async #advance(given: Segment, signal: AbortSignal): Promise<readonly Segment[]> {
    const segment = { ...given, arrivals: this.#fresh(given) }
    if (segment.arrivals.length === 0) return []
    const records = segment.arrivals.map(({ record }) => record)
    const invocation = await this.#options.invoke({ Records: records }).catch(() => undefined)
    // Not reached is no attempt: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    if (!invocation) return this.#again(segment, signal)
    const failedAt = this.#failedAt(invocation, records)
    const invokes = segment.invokes + 1
    if (failedAt !== 0) this.#failuresInARow = 0
    if (failedAt === -1) return []
    return this.#retry({ ...segment, invokes }, failedAt, { invocation, signal })
  }

  /** The index of the first record that failed; -1 where all went well. */
  #failedAt(invocation: Invocation, records: readonly StreamRecord[]): number {
    if ('error' in invocation) return 0
    if (!this.#options.functionResponseTypes?.includes('ReportBatchItemFailures')) return -1
    const ids = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
    const failed = failuresIn(invocation.payload, ids)
    return failed === 'all' ? 0 : ids.findIndex((id) => failed.has(id))
  }

  async #retry(
    segment: Segment,
    failedAt: number,
    { invocation, signal }: { readonly invocation: Invocation; readonly signal: AbortSignal },
  ): Promise<readonly Segment[]> {
    const { bisectBatchOnFunctionError: bisect = false, maximumRetryAttempts: most = -1 } = this.#options
    const rest = { ...segment, arrivals: segment.arrivals.slice(failedAt) }
    // Splitting a batch is no retry: it does not count and does not wait.
    if (bisect && failedAt > 0) return [rest]
    if (bisect && rest.arrivals.length > 1) return halves(rest)
    if (most !== -1 && rest.retries >= most) {
      this.#discard(rest, 'RetryAttemptsExhausted', invocation)
      return []
    }
    return this.#again({ ...rest, retries: rest.retries + 1 }, signal)
  }

  async #again(segment: Segment, signal: AbortSignal): Promise<readonly Segment[]> {
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failuresInARow)
    this.#failuresInARow += 1
    const due = this.#options.clock.now() + delay
    // New records ring too; they wait for their turn.
    while (this.#options.clock.now() < due && !signal.aborted) {
      await this.#bell.wait(signal, due - this.#options.clock.now())
    }
    return [segment]
  }

  /** The arrivals that may still be delivered; those too old for the stream are lost, those too old for us discarded. */
  #fresh(segment: Segment): readonly Arrival[] {
    const { clock, maximumRecordAgeInSeconds: maximumAge = -1 } = this.#options
    const kept = segment.arrivals.filter(({ at }) => clock.now() - at < STREAM_RETENTION_MS)
    this.#trimmed += segment.arrivals.length - kept.length
    if (maximumAge === -1) return kept
    const old = kept.filter(({ at }) => clock.now() - at > maximumAge * 1000)
    if (old.length > 0) this.#discard({ ...segment, arrivals: old }, 'RecordAgeExceeded')
    return kept.slice(old.length)
  }

  #discard({ arrivals, invokes }: Segment, reason: DiscardReason, invocation?: Invocation): void {
    this.#discarded += arrivals.length
    const { clock, destinationConfig, functionArn, stream } = this.#options
    const batch = discardedBatch({
      arrivals,
      invokes,
      reason,
      functionArn,
      streamArn: stream.arn,
      now: clock.now(),
      ...(invocation ? { invocation } : {}),
    })
    try {
      destinationConfig?.onFailure.send({ body: JSON.stringify(batch) })
    } catch {
      // A destination that refuses must not dam the stream: Lambda counts it in a metric and goes on.
    }
  }
}

const halves = ({ arrivals, ...segment }: Segment): readonly Segment[] => {
  const middle = Math.ceil(arrivals.length / 2)
  return [
    { ...segment, arrivals: arrivals.slice(0, middle) },
    { ...segment, arrivals: arrivals.slice(middle) },
  ]
}
