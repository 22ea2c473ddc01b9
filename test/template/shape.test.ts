import { describe, expect, it } from 'vitest'
import {
  cycleProblems,
  danglingProblems,
  differenceProblems,
  exportProblems,
  literalProblems,
} from './links.ts'
import { shapeProblems } from './shape.ts'
import { changed } from './templates.ts'
import { stackWith, tell, templates } from './told.ts'

tell(shapeProblems, 'every type, property and value is what the specification of AWS says', [
  ['Drops.Type', 'AWS::SQS::Queues', 'Drops: there is no resource type AWS::SQS::Queues'],
  ['Drops.Properties.RetentionPeriod', 1, 'Drops: there is no property RetentionPeriod'],
  ['CsvDrop.Properties.RoleArn', undefined, 'CsvDrop: RoleArn is required'],
  [
    'Drops.Properties.VisibilityTimeout',
    'six minutes',
    'Drops.VisibilityTimeout: expected a integer, got "six minutes"',
  ],
  ['Drops.Properties.VisibilityTimeout', 1.5, 'Drops.VisibilityTimeout: expected a integer, got 1.5'],
  [
    'DropBucket.Properties.AccessControl',
    'Public',
    'DropBucket.AccessControl: expected one of AuthenticatedRead, AwsExecRead, BucketOwnerFullControl, BucketOwnerRead, LogDeliveryWrite, Private, PublicRead, PublicReadWrite, got "Public"',
  ],
  [
    'RegionBucket.Properties.LifecycleConfiguration.Rules',
    { Id: 'thirty-days' },
    'RegionBucket.LifecycleConfiguration.Rules: expected a list, got {"Id":"thirty-days"}',
  ],
  [
    'CustomerTable.Properties.KeySchema.0.KeyType',
    undefined,
    'CustomerTable.KeySchema.0: KeyType is required',
  ],
])

tell(danglingProblems, 'every reference is to something that is there', [
  ['CsvDrop.Properties.RoleArn', { Ref: 'NoRole' }, 'CsvDrop.RoleArn: there is no NoRole'],
  [
    'CsvDrop.Properties.RoleArn',
    { 'Fn::GetAtt': ['CsvDropRole', 'Arm'] },
    'CsvDrop.RoleArn: AWS::IAM::Role has no attribute Arm',
  ],
  [
    'Drops.Properties.QueueName',
    { 'Fn::Sub': 'q-${AWS::Regoin}' },
    'Drops.QueueName: there is no AWS::Regoin',
  ],
  [
    'Drops.Properties.QueueName',
    { 'Fn::Sub': ['q-${Drop}-${DropsDead.Name}', { Drop: 'x' }] },
    'Drops.QueueName: AWS::SQS::Queue has no attribute Name',
  ],
  ['Drops.DependsOn', 'Gone', 'Drops.DependsOn: there is no Gone'],
  ['ImportRole.Condition', 'IsHub', 'ImportRole: there is no condition IsHub'],
])

tell(cycleProblems, 'nothing needs itself', [
  ['DropsPolicy.DependsOn', ['DropBucket'], 'DropBucket → DropsPolicy → DropBucket is a circle'],
  [
    'DropsDead.Properties.QueueName',
    { 'Fn::Sub': '${Drops.QueueName}-dead' },
    'Drops → DropsDead → Drops is a circle',
  ],
])

tell(literalProblems, 'no account and no partition is named', [
  [
    'Drops.Properties.QueueName',
    'drops-210987654321',
    'Resources.Drops.Properties.QueueName: names an account',
  ],
  [
    'Drops.Properties.KmsMasterKeyId',
    'arn:aws-cn:kms',
    'Resources.Drops.Properties.KmsMasterKeyId: names a partition',
  ],
])

describe('the stacks together', () => {
  it('export no name twice in a Region', () => {
    expect(exportProblems(templates)).toEqual([])
    const clash = templates.map((each) => ({ ...each, outputs: { Packages: { Export: { Name: 'p' } } } }))
    const { region } = stackWith('CsvDrop')
    expect(exportProblems(clash)).toEqual([`"p" in ${region} is exported by hub and regional`])
  })

  it('are the same in each Region, but for the project', () => {
    expect(differenceProblems(templates)).toEqual([])
    const regional = stackWith('RegionBucket')
    const other = { ...changed(regional, 'ImportRole.Properties.Path', '/other/'), region: 'eu-west-2' }
    expect(differenceProblems([regional, other])).toEqual([
      `the regional stack of eu-west-2 is not that of ${regional.region}`,
    ])
  })
})
