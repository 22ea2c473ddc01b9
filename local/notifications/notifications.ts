/** Carries S3's events to queues, functions and the event bus, as each bucket's configuration says. */
import { ACCOUNT_ID } from '../service.ts'
import type { Clock } from '../clock.ts'
import type { ResourcePolicies } from '../iam/resource-policies.ts'
import type { ObjectEvent } from '../s3/object-event.ts'
import { opaqueId } from '../s3/opaque-id.ts'
import { targetsOf } from './configuration.ts'
import type { NotificationConfiguration, Target } from './configuration.ts'
import { eventBridgeEvent, s3Event, s3TestEvent } from './s3-event.ts'

export interface NotificationOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly policies: ResourcePolicies
  readonly sendMessage: (queueArn: string, body: string) => void
  readonly invokeAsync: (functionArn: string, payload: object) => void
  /** Takes an event to the rules of the Region's event bus. */
  readonly putEvent: (region: string, event: object) => void
}

export interface Notifications {
  /** Throws where a target's policy does not let this bucket in; else sends each queue S3's test event. */
  configure(bucket: string, configuration: NotificationConfiguration): void
  /** Tells everyone who wants to know. */
  notify(event: ObjectEvent): void
}

export const createNotifications = (options: NotificationOptions): Notifications => {
  const configurations = new Map<string, NotificationConfiguration>()
  const requestId = () => opaqueId(options.random)

  return {
    configure(bucket, configuration) {
      for (const target of configuration.targets) checkPolicy(bucket, target, options.policies)
      configurations.set(bucket, configuration)
      const time = new Date(options.clock.now()).toISOString()
      const queues = new Set(
        configuration.targets.filter(({ kind }) => kind === 'queue').map(({ arn }) => arn),
      )
      for (const arn of queues) {
        options.sendMessage(arn, JSON.stringify(s3TestEvent(bucket, requestId(), time)))
      }
    },

    notify(event) {
      const configuration = configurations.get(event.bucket)
      if (!configuration) return
      for (const { kind, arn, id } of targetsOf(configuration, event)) {
        const message = s3Event(event, { configurationId: id, requestId: requestId() })
        if (kind === 'queue') options.sendMessage(arn, JSON.stringify(message))
        else options.invokeAsync(arn, message)
      }
      if (configuration.eventBridge) {
        options.putEvent(event.region, eventBridgeEvent(event, ACCOUNT_ID, requestId()))
      }
    },
  }
}

const DELIVERY: Record<Target['kind'], string> = {
  queue: 'sqs:SendMessage',
  function: 'lambda:InvokeFunction',
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html */
const checkPolicy = (bucket: string, { kind, arn, id }: Target, policies: ResourcePolicies): void => {
  const sourceArn = `arn:aws:s3:::${bucket}`
  const context = {
    'aws:SourceArn': sourceArn,
    'aws:SourceAccount': ACCOUNT_ID,
    'aws:SecureTransport': 'true',
  }
  const action = DELIVERY[kind]
  if (policies.permit({ action, resource: arn, principal: 's3.amazonaws.com', context })) return
  throw new Error(
    `Unable to validate the following destination configurations: ${id}: the policy of ${arn} does not allow ` +
      `s3.amazonaws.com ${action} with aws:SourceArn ${sourceArn} and aws:SourceAccount ${ACCOUNT_ID}`,
  )
}
