import { bucketProblems, doorProblems, logProblems, queueProblems, tableProblems } from './data-protection.ts'
import { tell } from './told.ts'
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

tell(queueProblems, 'every queue is encrypted and loses nothing for fourteen days', [
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
])
