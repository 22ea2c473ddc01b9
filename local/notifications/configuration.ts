/** Where a bucket sends its events, and which of them. */
import { fits } from '../iam/pattern.ts'
import type { ObjectEvent } from '../s3/object-event.ts'

export interface Target {
  readonly kind: 'queue' | 'function'
  readonly arn: string
  readonly id: string
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, … */
  readonly event: string
  readonly prefix: string
  readonly suffix: string
}

export interface NotificationConfiguration {
  readonly targets: readonly Target[]
  readonly eventBridge: boolean
}

/** The targets that hear of an event. */
export const targetsOf = ({ targets }: NotificationConfiguration, event: ObjectEvent): readonly Target[] =>
  targets.filter(
    (target) =>
      fits(target.event, `s3:${event.eventName}`) &&
      event.key.startsWith(target.prefix) &&
      event.key.endsWith(target.suffix),
  )
