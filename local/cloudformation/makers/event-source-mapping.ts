/** Event source mappings: queues and table streams that feed functions. */
import type { Clock } from '../../clock.ts'
import type { InvokeFunction } from '../../event-sources/mapping.ts'
import { sqsMapping } from '../../event-sources/sqs-mapping.ts'
import { streamMapping } from '../../event-sources/stream-mapping.ts'
import type { DynamoDb, TableStream } from '../../dynamodb/dynamodb.ts'
import type { Iam } from '../../iam/iam.ts'
import { ACCOUNT_ID } from '../../service.ts'
import { functionArn } from '../../lambda/function.ts'
import type { FunctionSettings } from '../../lambda/function.ts'
import type { Lambda } from '../../lambda/lambda.ts'
import type { Queue } from '../../sqs/queue.ts'
import type { Sqs } from '../../sqs/sqs.ts'
import type { EventSourceMappings, RegisteredMapping } from '../../stage/event-source-mappings.ts'
import { physicalId } from '../physical-name.ts'
import { StackError } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { objectAt, textAt } from '../template.ts'
import { mappingProperties, startingPosition, streamProperties } from './mapping-properties.ts'
import { at, flag, object, text } from './properties.ts'

export interface MappingAccount {
  readonly clock: Clock
  readonly iam: Iam
  readonly lambda: Lambda
  readonly sqs: Sqs
  readonly dynamodb: DynamoDb
  readonly mappings: EventSourceMappings
}

const FOR_BOTH = [
  ...['BatchSize', 'Enabled', 'EventSourceArn', 'FilterCriteria', 'FunctionName', 'FunctionResponseTypes'],
  ...['MaximumBatchingWindowInSeconds'],
]
const FOR_QUEUES = ['ScalingConfig']
const FOR_STREAMS = [
  ...['BisectBatchOnFunctionError', 'DestinationConfig', 'MaximumRecordAgeInSeconds', 'MaximumRetryAttempts'],
  ...['ParallelizationFactor', 'StartingPosition'],
]
const QUEUE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
const STREAM_ACTIONS = [
  ...['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream', 'dynamodb:ListStreams'],
]

export const eventSourceMappingMakers = (account: MappingAccount): Makers => ({
  'AWS::Lambda::EventSourceMapping': {
    acts: [...FOR_BOTH, ...FOR_QUEUES, ...FOR_STREAMS],
    kept: ['Tags'],
    async make(resource) {
      const settings = account.lambda.function(resource.region, text(resource, 'FunctionName'))
      const source = text(resource, 'EventSourceArn')
      const registered = source.startsWith('arn:aws:sqs:')
        ? queueMapping(resource, account, settings)
        : await tableMapping(resource, account, settings)
      account.mappings.add(registered)
      const id = physicalId(resource)
      const arn = `arn:aws:lambda:${resource.region}:${ACCOUNT_ID}:event-source-mapping:${id}`
      return { ref: id, attributes: { Id: id, EventSourceMappingArn: arn } }
    },
  },
})

const queueMapping = (
  resource: Resource,
  account: MappingAccount,
  settings: FunctionSettings,
): RegisteredMapping => {
  const eventSourceArn = text(resource, 'EventSourceArn')
  refuse(resource, FOR_STREAMS, 'a queue')
  const queue = queueNamed(resource, account.sqs, 'EventSourceArn')
  authorize(account.iam, settings, QUEUE_ACTIONS, eventSourceArn)
  checkVisibility(queue, settings)
  const maximumConcurrency = object(resource, 'ScalingConfig')['MaximumConcurrency']
  const mapping = sqsMapping({
    ...mappingProperties(resource),
    clock: account.clock,
    invoke: invokerOf(account, settings),
    queue,
    ...(maximumConcurrency !== undefined && {
      scalingConfig: { maximumConcurrency: Number(maximumConcurrency) },
    }),
  })
  // What lies in the queue of a disabled mapping is nobody's work.
  const isBusy = () => flag(resource, 'Enabled', true) && isAnythingIn(queue)
  return { eventSourceArn, functionArn: functionArn(settings), mapping, isBusy }
}

const tableMapping = async (
  resource: Resource,
  account: MappingAccount,
  settings: FunctionSettings,
): Promise<RegisteredMapping> => {
  const eventSourceArn = text(resource, 'EventSourceArn')
  refuse(resource, FOR_QUEUES, 'a stream')
  const stream = await streamNamed(resource, account.dynamodb)
  authorize(account.iam, settings, STREAM_ACTIONS, eventSourceArn)
  const onFailure = onFailureQueue(resource, account, settings)
  const mapping = streamMapping({
    ...mappingProperties(resource),
    clock: account.clock,
    invoke: invokerOf(account, settings),
    stream,
    functionArn: functionArn(settings),
    startingPosition: startingPosition(resource),
    ...streamProperties(resource),
    ...(onFailure && { destinationConfig: { onFailure } }),
  })
  const isBusy = () => flag(resource, 'Enabled', true) && mapping.state().waiting > 0
  return { eventSourceArn, functionArn: functionArn(settings), mapping, isBusy }
}

const invokerOf =
  ({ lambda }: MappingAccount, { region, name }: FunctionSettings): InvokeFunction =>
  (event) =>
    lambda.invoke(region, name, event)

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const checkVisibility = (queue: Queue, { timeoutSeconds }: FunctionSettings): void => {
  const visibility = Number(queue.attributes()['VisibilityTimeout'])
  if (visibility >= timeoutSeconds) return
  throw new Error(
    `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
  )
}

const onFailureQueue = (
  resource: Resource,
  { iam, sqs }: MappingAccount,
  settings: FunctionSettings,
): Queue | undefined => {
  const place = at(resource, 'DestinationConfig', 'OnFailure')
  const onFailure = object(resource, 'DestinationConfig')['OnFailure']
  if (onFailure === undefined) return undefined
  const arn = textAt(objectAt(onFailure, place)['Destination'], place)
  const queue = sqs.queueByArn(arn)
  if (!queue) throw new StackError(place, `there is no queue ${arn}`)
  authorize(iam, settings, ['sqs:SendMessage'], arn)
  return queue
}

/** A mapping works with the role of its function, and Lambda checks that role when the mapping is created. */
const authorize = (
  iam: Iam,
  { roleArn }: FunctionSettings,
  actions: readonly string[],
  resource: string,
): void => {
  for (const action of actions) iam.authorizeRole(roleArn, action, resource)
}

const refuse = (resource: Resource, names: readonly string[], source: string): void => {
  const name = names.find((each) => each in resource.properties)
  if (name !== undefined) throw new StackError(at(resource, name), `is not for the mapping of ${source}`)
}

const queueNamed = (resource: Resource, sqs: Sqs, property: string): Queue => {
  const queue = sqs.queueByArn(text(resource, property))
  if (queue?.region === resource.region) return queue
  throw new StackError(
    at(resource, property),
    `there is no queue ${text(resource, property)} in ${resource.region}`,
  )
}

const streamNamed = async (resource: Resource, dynamodb: DynamoDb): Promise<TableStream> => {
  const arn = text(resource, 'EventSourceArn')
  const [, table] = /:table\/([^/]+)\/stream\//u.exec(arn) ?? []
  if (table !== undefined) return dynamodb.stream(resource.region, table)
  throw new StackError(at(resource, 'EventSourceArn'), `${arn} is neither a queue nor the stream of a table`)
}

const isAnythingIn = (queue: Queue): boolean => {
  const { visible, notVisible, delayed } = queue.depth()
  return visible + notVisible + delayed > 0
}
