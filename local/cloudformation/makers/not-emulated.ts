/** Resources that exist here by name only, so that others may refer to them: nothing happens in them. */
import { ACCOUNT_ID } from '../../service.ts'
import { physicalId } from '../physical-name.ts'
import type { Created, Makers, Resource } from '../provision.ts'
import { nameOf, text } from './properties.ts'

const arn = ({ region }: Resource, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}`

const namesOnly = (kept: readonly string[], make: (resource: Resource) => Created): Makers[string] => ({
  acts: [],
  kept,
  make,
})

export const notEmulatedMakers = (): Makers => ({
  'AWS::CloudWatch::Alarm': namesOnly(ALARM, (resource) => {
    const name = nameOf(resource, 'AlarmName', 255)
    return { ref: name, attributes: { Arn: arn(resource, 'cloudwatch', `alarm:${name}`) } }
  }),
  'AWS::CloudWatch::Dashboard': namesOnly(['DashboardName', 'DashboardBody'], (resource) => ({
    ref: nameOf(resource, 'DashboardName', 255),
  })),
  'AWS::KMS::Alias': namesOnly(['AliasName', 'TargetKeyId'], (resource) => ({
    ref: text(resource, 'AliasName'),
  })),
  'AWS::KMS::Key': namesOnly(KEY, (resource) => {
    const id = physicalId(resource)
    return { ref: id, attributes: { Arn: arn(resource, 'kms', `key/${id}`), KeyId: id } }
  }),
  // Kept, not evaluated: its explicit Deny statements (aws:SecureTransport …) stop nobody here.
  'AWS::S3::BucketPolicy': namesOnly(['Bucket', 'PolicyDocument'], (resource) => ({
    ref: text(resource, 'Bucket'),
  })),
  'AWS::SNS::Topic': namesOnly(TOPIC, (resource) => {
    const name = nameOf(resource, 'TopicName', 256)
    const topicArn = arn(resource, 'sns', name)
    return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } }
  }),
  'AWS::SNS::TopicPolicy': namesOnly(['PolicyDocument', 'Topics'], (resource) => ({
    ref: nameOf(resource, 'Id', 256),
  })),
})

/** Their types, for a list of what is not emulated. */
export const namesOnlyTypes = (): readonly string[] => Object.keys(notEmulatedMakers())

const ALARM = [
  ...[
    'AlarmName',
    'AlarmDescription',
    'ActionsEnabled',
    'AlarmActions',
    'OKActions',
    'InsufficientDataActions',
  ],
  ...['ComparisonOperator', 'DatapointsToAlarm', 'Dimensions', 'EvaluateLowSampleCountPercentile'],
  ...['EvaluationPeriods', 'ExtendedStatistic', 'MetricName', 'Metrics', 'Namespace', 'Period', 'Statistic'],
  ...['Tags', 'Threshold', 'ThresholdMetricId', 'TreatMissingData', 'Unit'],
]
const KEY = [
  ...[
    'BypassPolicyLockoutSafetyCheck',
    'Description',
    'Enabled',
    'EnableKeyRotation',
    'KeyPolicy',
    'KeySpec',
  ],
  ...['KeyUsage', 'MultiRegion', 'Origin', 'PendingWindowInDays', 'RotationPeriodInDays', 'Tags'],
]
const TOPIC = ['DisplayName', 'KmsMasterKeyId', 'Subscription', 'Tags', 'TopicName', 'TracingConfig']
