/** Reads a bucket's `NotificationConfiguration`, as strictly as S3 does. */
import { fits } from '../../iam/pattern.ts'
import type { NotificationConfiguration, Target } from '../../notifications/configuration.ts'
import { inside, StackError } from '../place.ts'
import type { Place } from '../place.ts'
import { listAt, objectAt, refuseOthers, textAt } from '../template.ts'
import type { Json } from '../template.ts'

const EVENTS = [
  ...['s3:ObjectCreated:*', 's3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectCreated:Post'],
  ...['s3:ObjectCreated:CompleteMultipartUpload'],
  ...['s3:ObjectRemoved:*', 's3:ObjectRemoved:Delete', 's3:ObjectRemoved:DeleteMarkerCreated'],
]

/** Throws {@link StackError} for what S3 would refuse or what is not emulated. */
export const readConfiguration = (value: unknown, place: Place): NotificationConfiguration => {
  if (value === undefined) return { targets: [], eventBridge: false }
  const { QueueConfigurations, LambdaConfigurations, EventBridgeConfiguration, ...others } = objectAt(
    value,
    place,
  )
  refuseOthers(others, [], place)
  const read = (list: unknown, name: string, arnKey: 'Queue' | 'Function'): readonly Target[] =>
    listAt(list ?? [], inside(place, name)).map((item, index) =>
      readTarget(item, arnKey, inside(place, name, index)),
    )
  const targets = [
    ...read(QueueConfigurations, 'QueueConfigurations', 'Queue'),
    ...read(LambdaConfigurations, 'LambdaConfigurations', 'Function'),
  ]
  refuseOverlaps(targets, place)
  return { targets, eventBridge: isEventBridgeOn(EventBridgeConfiguration, place) }
}

const readTarget = (value: unknown, arnKey: 'Queue' | 'Function', place: Place): Target => {
  const configuration = objectAt(value, place)
  refuseOthers(configuration, ['Event', 'Filter', arnKey], place)
  const event = textAt(configuration['Event'], inside(place, 'Event'))
  if (!EVENTS.includes(event)) throw new StackError(inside(place, 'Event'), `${event} is not emulated`)
  return {
    kind: arnKey === 'Queue' ? 'queue' : 'function',
    arn: textAt(configuration[arnKey], inside(place, arnKey)),
    id: place.path.slice(-2).join('-'),
    event,
    ...readFilter(configuration['Filter'], inside(place, 'Filter')),
  }
}

const readFilter = (value: unknown, place: Place): Pick<Target, 'prefix' | 'suffix'> => {
  const filter = { prefix: '', suffix: '' }
  if (value === undefined) return filter
  const key = objectAt(objectAt(value, place)['S3Key'], inside(place, 'S3Key'))
  for (const [index, item] of listAt(key['Rules'], inside(place, 'S3Key', 'Rules')).entries()) {
    const at = inside(place, 'S3Key', 'Rules', index)
    const rule: Json = objectAt(item, at)
    const name = textAt(rule['Name'], at).toLowerCase()
    if (name !== 'prefix' && name !== 'suffix') throw new StackError(at, `there is no filter rule ${name}`)
    filter[name] = textAt(rule['Value'], at)
  }
  return filter
}

/** S3 refuses two configurations that one object could set off with one event. */
const refuseOverlaps = (targets: readonly Target[], place: Place): void => {
  for (const [index, one] of targets.entries()) {
    const other = targets.slice(index + 1).find((each) => overlap(one, each))
    if (!other) continue
    throw new StackError(
      place,
      `${one.id} and ${other.id} overlap: they share an event, a prefix and a suffix`,
    )
  }
}

const overlap = (one: Target, other: Target): boolean =>
  (fits(one.event, other.event) || fits(other.event, one.event)) &&
  (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
  (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix))

const isEventBridgeOn = (value: unknown, place: Place): boolean => {
  if (value === undefined) return false
  const at = inside(place, 'EventBridgeConfiguration')
  // CloudFormation's default: naming the configuration switches it on.
  return textAt(objectAt(value, at)['EventBridgeEnabled'] ?? true, at) === 'true'
}
