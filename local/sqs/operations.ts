/** SQS's operations in the shapes of its JSON protocol; each asks for permission before it looks. */
import type { Caller } from '../service.ts'
import { ACCOUNT_ID } from '../service.ts'
import { inBatch } from './batch.ts'
import { SqsError, invalidParameter, queueDoesNotExist } from './errors.ts'
import { integer, messageAttributes, text, textMap, texts } from './input.ts'
import type { Input } from './input.ts'
import type { NewMessage } from './message.ts'
import { queueArn } from './queue.ts'
import type { Queue } from './queue.ts'
import { receivedOutput, sentOutput } from './output.ts'
import type { Sqs } from './sqs.ts'

export interface Call {
  readonly sqs: Omit<Sqs, 'service'>
  readonly caller: Caller
  /** As the caller reached us, such as `127.0.0.1:4566`: queue URLs are built on it. */
  readonly host: string
  readonly input: Input
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal
}

type Operation = (call: Call) => object | Promise<object>

/** Throws `NotImplemented` for an operation that is not emulated. */
export const operationNamed = (name: string): Operation => {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
  if (operation) return operation
  throw new SqsError('NotImplemented', `NotImplemented: ${name} is not emulated`)
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateQueue(call) {
    const name = text(call.input, 'QueueName')
    authorizeOn(call, 'CreateQueue', name)
    const queue = call.sqs.createQueue(call.caller.region, name, textMap(call.input, 'Attributes'))
    return { QueueUrl: urlOf(call, queue) }
  },

  DeleteQueue(call) {
    const queue = queueFor(call, 'DeleteQueue')
    call.sqs.deleteQueue(queue.region, queue.name)
    return {}
  },

  GetQueueUrl(call) {
    const name = text(call.input, 'QueueName')
    authorizeOn(call, 'GetQueueUrl', name)
    const queue = call.sqs.queue(call.caller.region, name)
    if (!queue || (call.input['QueueOwnerAWSAccountId'] ?? ACCOUNT_ID) !== ACCOUNT_ID)
      throw queueDoesNotExist()
    return { QueueUrl: urlOf(call, queue) }
  },

  ListQueues(call) {
    call.caller.authorize('sqs:ListQueues', '*')
    const prefix = 'QueueNamePrefix' in call.input ? text(call.input, 'QueueNamePrefix') : ''
    const after = 'NextToken' in call.input ? text(call.input, 'NextToken') : ''
    const size = integer(call.input, 'MaxResults', 1, 1_000) ?? 1_000
    const rest = call.sqs
      .queues(call.caller.region)
      .filter(({ name }) => name.startsWith(prefix) && name > after)
    const page = rest.slice(0, size)
    const next = rest.length > size ? page.at(-1)?.name : undefined
    return { QueueUrls: page.map((queue) => urlOf(call, queue)), ...(next ? { NextToken: next } : {}) }
  },

  GetQueueAttributes(call) {
    const queue = queueFor(call, 'GetQueueAttributes')
    const names = texts(call.input, 'AttributeNames')
    const all = { ...queue.attributes(), ...derivedAttributes(queue) }
    const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name))
    return { Attributes: Object.fromEntries(wanted) }
  },

  SetQueueAttributes(call) {
    call.sqs.setAttributes(queueFor(call, 'SetQueueAttributes'), textMap(call.input, 'Attributes'))
    return {}
  },

  PurgeQueue(call) {
    queueFor(call, 'PurgeQueue').purge()
    return {}
  },

  SendMessage(call) {
    return sentOutput(queueFor(call, 'SendMessage').send(messageFrom(call.input, call.caller)))
  },

  SendMessageBatch(call) {
    const queue = queueFor(call, 'SendMessage')
    return inBatch(call.input, (entry) => sentOutput(queue.send(messageFrom(entry, call.caller))))
  },

  async ReceiveMessage(call) {
    const queue = queueFor(call, 'ReceiveMessage')
    const { input, signal } = call
    const visibilityTimeoutSeconds = integer(input, 'VisibilityTimeout', 0, 43_200)
    const waitSeconds = integer(input, 'WaitTimeSeconds', 0, 20)
    const messages = await queue.receive({
      max: integer(input, 'MaxNumberOfMessages', 1, 10) ?? 1,
      signal,
      ...(visibilityTimeoutSeconds === undefined ? {} : { visibilityTimeoutSeconds }),
      ...(waitSeconds === undefined ? {} : { waitSeconds }),
    })
    const systemNames = [...texts(input, 'AttributeNames'), ...texts(input, 'MessageSystemAttributeNames')]
    const names = texts(input, 'MessageAttributeNames')
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => receivedOutput(message, systemNames, names)) }
  },

  DeleteMessage(call) {
    queueFor(call, 'DeleteMessage').delete(text(call.input, 'ReceiptHandle'))
    return {}
  },

  DeleteMessageBatch(call) {
    const queue = queueFor(call, 'DeleteMessage')
    return inBatch(call.input, (entry) => {
      queue.delete(text(entry, 'ReceiptHandle'))
      return {}
    })
  },

  ChangeMessageVisibility(call) {
    changeVisibility(queueFor(call, 'ChangeMessageVisibility'), call.input)
    return {}
  },

  ChangeMessageVisibilityBatch(call) {
    const queue = queueFor(call, 'ChangeMessageVisibility')
    return inBatch(call.input, (entry) => {
      changeVisibility(queue, entry)
      return {}
    })
  },
}

const authorizeOn = ({ caller }: Call, action: string, name: string): void =>
  caller.authorize(`sqs:${action}`, queueArn(caller.region, name))

// The batch operations have no permissions of their own, hence `action` beside the operation.
const queueFor = (call: Call, action: string): Queue => {
  const url = text(call.input, 'QueueUrl')
  const name = url.split('/').at(-1) ?? ''
  if (name === '') throw invalidParameter('QueueUrl', url, 'The address is not valid for this endpoint.')
  authorizeOn(call, action, name)
  const queue = call.sqs.queue(call.caller.region, name)
  if (!queue) throw queueDoesNotExist()
  return queue
}

const urlOf = ({ host }: Call, { name }: Queue): string => `http://${host}/${ACCOUNT_ID}/${name}`

const derivedAttributes = (queue: Queue): Readonly<Record<string, string>> => {
  const { visible, notVisible, delayed } = queue.depth()
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(notVisible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt() / 1000)),
  }
}

const messageFrom = (input: Input, caller: Caller): NewMessage => {
  const delaySeconds = integer(input, 'DelaySeconds', 0, 900)
  return {
    body: text(input, 'MessageBody'),
    messageAttributes: messageAttributes(input),
    senderId: caller.accessKeyId,
    ...(delaySeconds === undefined ? {} : { delaySeconds }),
  }
}

const changeVisibility = (queue: Queue, input: Input): void => {
  const seconds = integer(input, 'VisibilityTimeout', 0, 43_200)
  if (seconds === undefined) text({}, 'VisibilityTimeout')
  else queue.changeVisibility(text(input, 'ReceiptHandle'), seconds)
}
