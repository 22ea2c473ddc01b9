/** One standard queue, in memory: visibility, delay, long polling, redrive and retention by the handed-in clock. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { ACCOUNT_ID } from '../service.ts'
import { settingsOf } from './attributes.ts'
import type { QueueAttributes, QueueSettings } from './attributes.ts'
import { SqsError, invalidParameter } from './errors.ts'
import { createMessageStore } from './message-store.ts'
import type { StoredMessage } from './message-store.ts'
import { checkMessage, md5, md5OfAttributes } from './message.ts'
import type { NewMessage, ReceivedMessage, SentMessage } from './message.ts'
import { parseHandle, received } from './receipt.ts'
import { createWaiters } from './waiters.ts'
import type { Waiters } from './waiters.ts'

export interface ReceiveOptions {
  /** 1 to 10; 1 where absent. */
  readonly max?: number
  /** 0 to 43,200; the queue's own where absent. */
  readonly visibilityTimeoutSeconds?: number
  /** How long to wait for a first message; the queue's own where absent. */
  readonly waitSeconds?: number
  /** Ends the wait early, with no messages. */
  readonly signal?: AbortSignal
}

export interface Depth {
  readonly visible: number
  readonly notVisible: number
  readonly delayed: number
}

export interface Queue {
  readonly region: string
  readonly name: string
  readonly arn: string
  /** The attributes that can be set, with their defaults. */
  attributes(): QueueAttributes
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  modifiedAt(): number
  configure(attributes: QueueAttributes): void
  /** Throws `InvalidMessageContents`, `InvalidParameterValue` or `MissingParameter` ({@link SqsError}). */
  send(message: NewMessage): SentMessage
  /** Empty when nothing comes in time. Rejects with `OverLimit` when 120,000 messages are in flight. */
  receive(options?: ReceiveOptions): Promise<readonly ReceivedMessage[]>
  /** A handle that is no longer the newest deletes nothing. Throws `ReceiptHandleIsInvalid`. */
  delete(receiptHandle: string): void
  /** Throws `ReceiptHandleIsInvalid`, `MessageNotInflight` or `InvalidParameterValue`. */
  changeVisibility(receiptHandle: string, seconds: number): void
  purge(): void
  depth(): Depth
  /** Takes a message that another queue gave up on; it keeps its id and its age. */
  acceptDead(message: StoredMessage, sourceArn: string): void
  /** Empties the queue and ends every wait. */
  close(): void
}

export interface QueueOptions {
  readonly clock: Clock
  readonly region: string
  readonly name: string
  readonly attributes: QueueAttributes
  readonly queueByArn: (arn: string) => Pick<Queue, 'acceptDead'> | undefined
}

export const queueArn = (region: string, name: string): string =>
  `arn:aws:sqs:${region}:${ACCOUNT_ID}:${name}`

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const MAX_IN_FLIGHT = 120_000

export const createQueue = (options: QueueOptions): Queue => new StandardQueue(options)

class StandardQueue implements Queue {
  readonly region: string
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly #clock: Clock
  readonly #queueByArn: QueueOptions['queueByArn']
  readonly #store = createMessageStore()
  readonly #waiters: Waiters
  #attributes: QueueAttributes
  #settings: QueueSettings
  #modifiedAt: number

  constructor({ clock, region, name, attributes, queueByArn }: QueueOptions) {
    this.region = region
    this.name = name
    this.arn = queueArn(region, name)
    this.createdAt = clock.now()
    this.#modifiedAt = clock.now()
    this.#clock = clock
    this.#queueByArn = queueByArn
    this.#attributes = attributes
    this.#settings = settingsOf(attributes)
    this.#waiters = createWaiters(clock, () => {
      this.#settle()
      return this.#store.nextDue()
    })
  }

  attributes(): QueueAttributes {
    return this.#attributes
  }

  modifiedAt(): number {
    return this.#modifiedAt
  }

  configure(changes: QueueAttributes): void {
    this.#attributes = { ...this.#attributes, ...changes }
    this.#settings = settingsOf(this.#attributes)
    this.#modifiedAt = this.#clock.now()
  }

  send(message: NewMessage): SentMessage {
    checkMessage(message, this.#settings.maximumMessageSize)
    const now = this.#settle()
    const stored = storedFrom(message, now, this.#settings.delay)
    this.#store.add(stored, now)
    this.#waiters.wake()
    const md5OfMessageAttributes = md5OfAttributes(stored.messageAttributes)
    const { id: messageId, md5OfBody } = stored
    return { messageId, md5OfBody, ...(md5OfMessageAttributes ? { md5OfMessageAttributes } : {}) }
  }

  async receive(options: ReceiveOptions = {}): Promise<readonly ReceivedMessage[]> {
    const { max = 1, signal, visibilityTimeoutSeconds, waitSeconds = this.#settings.receiveWait } = options
    if (this.depth().notVisible >= MAX_IN_FLIGHT) {
      throw new SqsError(
        'OverLimit',
        `The queue has reached its limit of ${MAX_IN_FLIGHT} messages in flight.`,
      )
    }
    if (signal?.aborted) return []
    const attempt = () => this.#take(max, visibilityTimeoutSeconds ?? this.#settings.visibilityTimeout)
    return this.#waiters.until(attempt, waitSeconds * 1000, signal)
  }

  delete(receiptHandle: string): void {
    const message = this.#find(receiptHandle)
    if (message) this.#store.remove(message.id)
  }

  changeVisibility(receiptHandle: string, seconds: number): void {
    const message = this.#find(receiptHandle)
    if (!message) throw invalidParameter('ReceiptHandle', receiptHandle, NOT_AVAILABLE)
    if (!message.inFlight) throw new SqsError('MessageNotInflight', 'The specified message is not in flight.')
    const now = this.#clock.now()
    this.#store.hide(message, now + seconds * 1000, now)
    this.#waiters.wake()
  }

  purge(): void {
    this.#store.clear()
  }

  depth(): Depth {
    this.#settle()
    return this.#store.counts()
  }

  acceptDead(message: StoredMessage, sourceArn: string): void {
    this.#store.add({ ...message, deadLetterSourceArn: sourceArn }, this.#clock.now())
    this.#waiters.wake()
  }

  close(): void {
    this.#store.clear()
    this.#waiters.close()
  }

  #settle(): number {
    const now = this.#clock.now()
    this.#store.settle(now, this.#settings.retention * 1000)
    return now
  }

  #take(max: number, visibilityTimeoutSeconds: number): readonly ReceivedMessage[] {
    const now = this.#settle()
    const taken: StoredMessage[] = []
    while (taken.length < max) {
      this.#buryDead()
      const message = this.#store.next()
      if (!message) break
      this.#store.remove(message.id)
      taken.push(message)
    }
    for (const message of taken) {
      message.receiveCount += 1
      message.firstReceivedAt ??= now
      this.#store.hide(message, now + visibilityTimeoutSeconds * 1000, now)
    }
    return taken.map(received)
  }

  // As in SQS, a message moves when it would be received once too often, not when its visibility time-out ends.
  #buryDead(): void {
    const { redrive } = this.#settings
    const target = redrive && this.#queueByArn(redrive.deadLetterTargetArn)
    if (!target) return
    for (let next = this.#store.next(); next; next = this.#store.next()) {
      if (next.receiveCount < redrive.maxReceiveCount) return
      this.#store.remove(next.id)
      target.acceptDead(next, this.arn)
    }
  }

  #find(receiptHandle: string): StoredMessage | undefined {
    const { id, receiveCount } = parseHandle(receiptHandle)
    this.#settle()
    const message = this.#store.get(id)
    return message?.receiveCount === receiveCount ? message : undefined
  }
}

const NOT_AVAILABLE = 'Message does not exist or is not available for visibility timeout change.'

const storedFrom = (message: NewMessage, now: number, delay: number): StoredMessage => ({
  id: randomUUID(),
  body: message.body,
  md5OfBody: md5(message.body),
  messageAttributes: message.messageAttributes ?? {},
  senderId: message.senderId ?? ACCOUNT_ID,
  sentAt: now,
  visibleAt: now + (message.delaySeconds ?? delay) * 1000,
  receiveCount: 0,
  inFlight: false,
})
