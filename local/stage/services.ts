/** All services of the local Regions, opened one after the other and joined where AWS joins them. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { createDynamoDb } from '../dynamodb/dynamodb.ts'
import type { DynamoDb } from '../dynamodb/dynamodb.ts'
import { createEventBus } from '../events/event-bus.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { Iam } from '../iam/iam.ts'
import { createResourcePolicies } from '../iam/resource-policies.ts'
import type { ResourcePolicies } from '../iam/resource-policies.ts'
import { createLambda } from '../lambda/lambda.ts'
import type { Lambda } from '../lambda/lambda.ts'
import { createNotifications } from '../notifications/notifications.ts'
import { openDiskValues } from '../pinpoint/disk-values.ts'
import { createPinpoint } from '../pinpoint/pinpoint.ts'
import type { Pinpoint } from '../pinpoint/pinpoint.ts'
import { createScheduler } from '../scheduler/scheduler.ts'
import type { ObjectEvent } from '../s3/object-event.ts'
import { createS3 } from '../s3/s3.ts'
import type { LocalS3 } from '../s3/s3.ts'
import type { Service } from '../service.ts'
import { createSqs } from '../sqs/sqs.ts'
import type { Sqs } from '../sqs/sqs.ts'
import { createStates } from '../states/states.ts'
import type { Closers } from './closers.ts'
import { buryIn, deliverTo } from './deliver.ts'
import { createEventSourceMappings } from './event-source-mappings.ts'
import { objectsAs } from './objects-as.ts'
import type { StageOptions } from './options.ts'
import { scaledClock } from './scaled-clock.ts'

export interface Foundation {
  readonly clock: Clock
  readonly random: () => number
  readonly iam: Iam
  /** Where the local Regions listen. */
  readonly url: string
  readonly closers: Closers
}

export type Services = ReturnType<typeof openServices>

/** Every service is closed by `closers`, those that call others before those they call. */
export const openServices = (options: StageOptions, { clock, random, iam, url, closers }: Foundation) => {
  const { data, openSandbox, timeScale = 1 } = options
  const storyClock = timeScale === 1 ? clock : scaledClock(clock, timeScale)
  const policies = createResourcePolicies()
  const bus = createEventBus()

  const dynamodb = openTables(options, clock)
  closers.add(() => dynamodb.close())

  const sqs = createSqs({ clock })
  closers.add(() => sqs.close())

  const mappings = createEventSourceMappings()
  // Without their functions no delivery under way takes long to end.
  closers.add(() => mappings.stop())
  const sandboxes = openSandbox && { openSandbox }
  const lambda = createLambda({ clock, endpointUrl: url, logsDirectory: join(data, 'logs'), ...sandboxes })
  closers.add(() => lambda.close())
  closers.add(() => mappings.pause())

  const { notifications, s3 } = openS3({
    clock,
    random,
    directory: join(data, 'objects'),
    bus,
    lambda,
    policies,
    sqs,
  })
  closers.add(() => s3.close())

  const pinpoint = openPinpoint(options, { clock, random, iam, s3, closers })
  closers.add(() => pinpoint.close())

  const states = createStates({
    clock: storyClock,
    random,
    invokeFunction: (region, functionArn, payload) => lambda.invoke(region, functionArn, payload),
    authorize: (roleArn, action, resource) => iam.authorizeRole(roleArn, action, resource),
  })
  closers.add(() => states.close())

  const receivers = { iam, lambda, sqs, states }
  const deliver = deliverTo(receivers)
  const scheduler = createScheduler({
    ...{ clock: storyClock, random, deliver, abandon: buryIn(receivers) },
    ...(options.schedules && { isDue: options.schedules }),
  })
  closers.add(() => scheduler.close())

  return {
    ...{
      bus,
      clock,
      deliver,
      dynamodb,
      iam,
      lambda,
      mappings,
      notifications,
      pinpoint,
      policies,
      s3,
      scheduler,
    },
    ...{ sqs, states, url },
  }
}

const openTables = ({ data, tables = {} }: StageOptions, clock: Clock): DynamoDb => {
  const { inMemory = false, ...sweeps } = tables
  return createDynamoDb({ clock, ...sweeps, ...(!inMemory && { directory: join(data, 'tables') }) })
}

/** Pinpoint, with the projects that are there before any stack. */
const openPinpoint = (
  { applications, data, pinpoint: settings }: StageOptions,
  { clock, random, iam, s3, closers }: Omit<Foundation, 'url'> & { readonly s3: LocalS3 },
): Pinpoint => {
  const objects = objectsAs({ iam, s3, applications })
  const values = openDiskValues(join(data, 'endpoints'))
  closers.add(() => {
    values.close()
  })
  const pinpoint = createPinpoint({ ...settings, clock, random, objects, openValues: values.open })
  for (const [region, Id] of Object.entries(applications)) pinpoint.createApp(region, { Name: Id, Id })
  return pinpoint
}

interface S3Surroundings extends Pick<Foundation, 'clock' | 'random'> {
  readonly directory: string
  readonly bus: EventBus
  readonly lambda: Lambda
  readonly policies: ResourcePolicies
  readonly sqs: Sqs
}

/** S3, and what carries its events away. */
const openS3 = ({ clock, random, directory, bus, lambda, policies, sqs }: S3Surroundings) => {
  const notifications = createNotifications({
    clock,
    random,
    policies,
    sendMessage: (queueArn, body) => void sqs.queueByArn(queueArn)?.send({ body }),
    invokeAsync: (functionArn, payload) =>
      void lambda.invokeAsync(regionOf(functionArn), functionArn, payload),
    putEvent: (region, event) => bus.put(region, event),
  })
  const onEvent = (event: ObjectEvent) => notifications.notify(event)
  return { notifications, s3: createS3({ clock, random, directory, onEvent }) }
}

/** As SigV4 scopes name them. */
export const servicesBySigningName = (services: Services): Readonly<Record<string, Service>> => ({
  dynamodb: services.dynamodb.service,
  lambda: services.lambda.service,
  mobiletargeting: services.pinpoint,
  s3: services.s3,
  scheduler: services.scheduler.service,
  sqs: services.sqs.service,
  states: services.states.service,
})

const regionOf = (arn: string): string => arn.split(':')[3] ?? ''
