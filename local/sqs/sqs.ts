/** Amazon SQS in every local Region: standard queues in memory, in process and over HTTP in both of its protocols. */
import type { Clock } from '../clock.ts'
import type { Service } from '../service.ts'
import { DEFAULT_ATTRIBUTES, checkAttributes, fifoUnsupported, settingsOf } from './attributes.ts'
import type { QueueAttributes } from './attributes.ts'
import { SqsError, invalidParameter, queueDoesNotExist } from './errors.ts'
import { sqsService } from './http.ts'
import { createQueue, queueArn } from './queue.ts'
import type { Queue } from './queue.ts'

export interface Sqs {
  readonly service: Service
  /**
   * Creates a queue, or finds the one with the same name and attributes. Values may also be numbers, booleans or
   * documents, as CloudFormation writes them. Throws {@link SqsError}: `QueueNameExists`, `InvalidAttributeName`,
   * `InvalidAttributeValue`, `InvalidParameterValue`, or `UnsupportedOperation` for a FIFO queue.
   */
  createQueue(region: string, name: string, attributes?: Readonly<Record<string, unknown>>): Queue
  /** Throws as `createQueue`. */
  setAttributes(queue: Queue, attributes: QueueAttributes): void
  queue(region: string, name: string): Queue | undefined
  queueByArn(arn: string): Queue | undefined
  /** Sorted by name. */
  queues(region: string): readonly Queue[]
  /** Throws `QueueDoesNotExist`. */
  deleteQueue(region: string, name: string): void
  /** Ends every wait and forgets every message. */
  close(): void
}

export const createSqs = ({ clock }: { readonly clock: Clock }): Sqs => {
  const queues = new Map<string, Queue>()
  const queueByArn = (arn: string) => queues.get(arn)

  const checkRedrive = (region: string, attributes: QueueAttributes) => {
    const target = settingsOf(attributes).redrive?.deadLetterTargetArn
    if (target === undefined || (queues.has(target) && target.split(':')[3] === region)) return
    throw invalidParameter('RedrivePolicy', attributes['RedrivePolicy'], 'Dead letter target does not exist.')
  }

  const sqs: Omit<Sqs, 'service'> = {
    createQueue(region, name, given = {}) {
      checkName(name)
      const attributes = asText(given)
      checkAttributes(attributes)
      const existing = queues.get(queueArn(region, name))
      if (existing) return sameOrThrow(existing, attributes)
      checkRedrive(region, attributes)
      const queue = createQueue({
        clock,
        region,
        name,
        attributes: { ...DEFAULT_ATTRIBUTES, ...attributes },
        queueByArn,
      })
      queues.set(queue.arn, queue)
      return queue
    },
    setAttributes(queue, attributes) {
      checkAttributes(attributes)
      checkRedrive(queue.region, attributes)
      queue.configure(attributes)
    },
    queue: (region, name) => queues.get(queueArn(region, name)),
    queueByArn,
    queues: (region) =>
      [...queues.values()]
        .filter((queue) => queue.region === region)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    deleteQueue(region, name) {
      const queue = queues.get(queueArn(region, name))
      if (!queue) throw queueDoesNotExist()
      queues.delete(queue.arn)
      queue.close()
    },
    close() {
      for (const queue of queues.values()) queue.close()
    },
  }
  return { ...sqs, service: sqsService(sqs) }
}

const checkName = (name: string): void => {
  if (name.endsWith('.fifo')) throw fifoUnsupported()
  if (/^[A-Za-z0-9_-]{1,80}$/.test(name)) return
  throw invalidParameter(
    'QueueName',
    name,
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
  )
}

const sameOrThrow = (queue: Queue, attributes: QueueAttributes): Queue => {
  const existing = queue.attributes()
  for (const [name, value] of Object.entries(attributes)) {
    if (existing[name] === value) continue
    throw new SqsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    )
  }
  return queue
}

const asText = (attributes: Readonly<Record<string, unknown>>): QueueAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
