import { laneOf } from '../../deploy/regions.js'
import {
  bucketProblems,
  doorProblems,
  keyProblems,
  logProblems,
  queueProblems,
  tableProblems,
  topicProblems,
} from './data-protection.ts'
import { stackWith, tell } from './told.ts'
import type { Fault } from './told.ts'

const flags = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']
const deny = 'WorkBucketPolicy.Properties.PolicyDocument.Statement.0'
const rules = 'RegionBucket.Properties.LifecycleConfiguration.Rules'

tell(bucketProblems, 'every bucket is private, encrypted, versioned, kept, and forgets in time', [
  ...flags.map((flag): Fault => [
    `DropBucket.Properties.PublicAccessBlockConfiguration.${flag}`,
    false,
    `DropBucket: ${flag} is off`,
  ]),
  [
    'ServerlessDeploymentBucket.Properties.VersioningConfiguration',
    undefined,
    'ServerlessDeploymentBucket: is not versioned',
  ],
  ['DropBucket.Properties.BucketEncryption', undefined, 'DropBucket: is not encrypted'],
  [
    'DropBucket.Properties.OwnershipControls.Rules.0.ObjectOwnership',
    'ObjectWriter',
    'DropBucket: lets others own objects',
  ],
  [`${rules}.0.ExpirationInDays`, 365, 'RegionBucket: keeps objects for ever'],
  [`${rules}.0.NoncurrentVersionExpiration`, undefined, 'RegionBucket: keeps objects for ever'],
  [`${rules}.0.Status`, 'Disabled', 'RegionBucket: keeps objects for ever'],
  ['RegionBucket.DeletionPolicy', 'Delete', 'RegionBucket: DeletionPolicy is not Retain'],
  ['RegionBucket.UpdateReplacePolicy', undefined, 'RegionBucket: UpdateReplacePolicy is not Retain'],
  ['WorkBucketPolicy', undefined, 'WorkBucket: takes requests without TLS'],
  [`${deny}.Effect`, 'Allow', 'WorkBucket: takes requests without TLS'],
  [`${deny}.Condition.Bool.aws:SecureTransport`, 'true', 'WorkBucket: takes requests without TLS'],
  [`${deny}.Resource.1`, 'arn:other', 'WorkBucket: takes requests without TLS'],
])

tell(tableProblems, 'every table is encrypted, restorable and kept', [
  ['LedgerTable.Properties.SSESpecification.SSEEnabled', false, 'LedgerTable: is not encrypted'],
  ['LedgerTable.Properties.PointInTimeRecoverySpecification', undefined, 'LedgerTable: cannot be restored'],
  ['LedgerTable.Properties.DeletionProtectionEnabled', undefined, 'LedgerTable: may be deleted'],
  ['LedgerTable.DeletionPolicy', undefined, 'LedgerTable: DeletionPolicy is not Retain'],
  ['LedgerTable.UpdateReplacePolicy', 'Snapshot', 'LedgerTable: UpdateReplacePolicy is not Retain'],
])

const lane = laneOf(stackWith('CsvDrop').region, 'urgent')
const plain = (policy: string) => `${policy}.Properties.PolicyDocument.Statement.0`
const others = 'takes messages from other queues than its own'

tell(queueProblems, 'every queue is encrypted, asks for TLS and loses nothing for fourteen days', [
  [`${lane}Policy`, undefined, `${lane}: takes requests without TLS`],
  [`${plain(`${lane}DeadPolicy`)}.Condition`, undefined, `${lane}Dead: takes requests without TLS`],
  [`${plain('StreamFailuresPolicy')}.Resource`, 'arn:other', 'StreamFailures: takes requests without TLS'],
  ['DropsPolicy.Properties.PolicyDocument.Statement.1.Effect', 'Allow', 'Drops: takes requests without TLS'],
  [`${lane}Policy.Properties.Queues.1`, { Ref: 'Drops' }, 'Drops: has 2 policies'],
  [`${lane}.Properties.RedrivePolicy`, undefined, `${lane}: has no queue behind it`],
  [`${lane}Dead.Properties.RedriveAllowPolicy`, undefined, `${lane}Dead: ${others}`],
  ['DropsDead.Properties.RedriveAllowPolicy.redrivePermission', 'allowAll', `DropsDead: ${others}`],
  [
    'DropsDead.Properties.RedriveAllowPolicy.sourceQueueArns.0',
    { 'Fn::GetAtt': [lane, 'Arn'] },
    `DropsDead: ${others}`,
  ],
  ['Drops.Properties.SqsManagedSseEnabled', undefined, 'Drops: is not encrypted'],
  [
    'DropsDead.Properties.MessageRetentionPeriod',
    345_600,
    'DropsDead: does not keep messages for fourteen days',
  ],
  ['Drops.Properties.RedrivePolicy', undefined, 'Drops: has no queue behind it'],
  [
    'MarkDashdirtyEventSourceMappingDynamodbCustomerTable.Properties.DestinationConfig',
    undefined,
    'StreamFailures: has no queue behind it',
  ],
])

tell(topicProblems, 'every topic is encrypted and asks for TLS', [
  ['Alarms.Properties.KmsMasterKeyId', undefined, 'Alarms: is not encrypted'],
  ['Alarms.Properties.KmsMasterKeyId', 'alias/aws/sns', 'Alarms: is not encrypted'],
  ['AlarmsPolicy', undefined, 'Alarms: takes requests without TLS'],
  [
    'AlarmsPolicy.Properties.PolicyDocument.Statement.1.Condition',
    undefined,
    'Alarms: takes requests without TLS',
  ],
])

const cloudwatch = '{"Service":"cloudwatch.amazonaws.com"}'

tell(keyProblems, 'every key is renewed, and the account’s own', [
  ['AlarmsKey.Properties.EnableKeyRotation', undefined, 'AlarmsKey: is never renewed'],
  ['AlarmsKey.Properties.PendingWindowInDays', 6, 'AlarmsKey: cannot be had back'],
  ['AlarmsKey.Properties.KeyPolicy.Statement.0.Principal', { AWS: '*' }, 'AlarmsKey: lets {"AWS":"*"} in'],
  ['AlarmsKey.Properties.KeyPolicy.Statement.1.Condition', undefined, `AlarmsKey: lets ${cloudwatch} in`],
])

tell(logProblems, 'every function logs, and not for ever', [
  ['OpenDashcopyLogGroup', undefined, 'OpenDashcopyLambdaFunction: has no log group'],
  ['OpenDashcopyLogGroup.Properties.RetentionInDays', undefined, 'OpenDashcopyLogGroup: keeps logs for ever'],
])

const permission = { Type: 'AWS::Lambda::Permission', Properties: { Principal: '*' } }
const sending = 'DropsPolicy.Properties.PolicyDocument.Statement.0'
const s3 = 'DropsPolicy: lets {"Service":"s3.amazonaws.com"} in'

tell(doorProblems, 'nobody comes in by the back door', [
  ['Door', { Type: 'AWS::Lambda::Url' }, 'Door: is a public door'],
  ['Door', permission, 'Door: lets everybody in'],
  [`${sending}.Principal`, '*', 'DropsPolicy: lets "*" in'],
  [`${sending}.Condition.StringEquals`, undefined, s3],
  [`${sending}.Condition.ArnEquals`, undefined, s3],
  [
    'AlarmsPolicy.Properties.PolicyDocument.Statement.0.Condition',
    undefined,
    `AlarmsPolicy: lets ${cloudwatch} in`,
  ],
])
