import { describe, expect, it } from 'vitest'
import { overlap } from './arn-pattern.ts'
import { permissionProblems } from './permissions.ts'
import { stackWith, tell } from './told.ts'
import { trustProblems } from './trust.ts'

const allow = (Action: string, Resource: unknown, Condition = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
})
const statements = (role: string) => `${role}.Properties.Policies.0.PolicyDocument.Statement`
const trust = (role: string) => `${role}.Properties.AssumeRolePolicyDocument.Statement.0`
const bucket = 'arn:aws:s3:::samepoint-work'
const project = 'arn:aws:mobiletargeting:us-east-1:123456789012:apps/0a1b2c3d4e5f60718293a4b5c6d7e8f9'
const role = 'arn:aws:iam::123456789012:role/samepoint-import-us-east-1'
const { region } = stackWith('ImportRole')
const toPinpoint = { StringEquals: { 'iam:PassedToService': 'pinpoint.amazonaws.com' } }

tell(permissionProblems, 'every role may do only what exists, on what it exists for', [
  [`${statements('OpenCopyRole')}.0`, allow('s3:*', bucket), 'OpenCopyRole: s3:* is more than one action'],
  [`${statements('OpenCopyRole')}.0`, allow('s3:GetObject', '*'), 'OpenCopyRole: s3:GetObject on everything'],
  [`${statements('OpenCopyRole')}.0.NotAction`, 's3:GetObject', 'OpenCopyRole: says NotAction'],
  [
    `${statements('OpenCopyRole')}.0`,
    allow('s3:GetObjekt', bucket),
    'OpenCopyRole: there is no action s3:GetObjekt',
  ],
  [
    `${statements('OpenCopyRole')}.0`,
    allow('s3:ListBucket', `${bucket}/runs/*`),
    `OpenCopyRole: s3:ListBucket is not an action on ${bucket}/runs/*`,
  ],
  [
    `${statements('OpenCopyRole')}.0`,
    allow('mobiletargeting:CreateExportJob', `${project}/jobs/export`),
    `OpenCopyRole: mobiletargeting:CreateExportJob is not an action on ${project}/jobs/export`,
  ],
  ...['mobiletargeting:SendMessages', 'mobiletargeting:UpdateCampaign', 'mobiletargeting:GetJourney'].map(
    (action) =>
      [
        `${statements('OpenCopyRole')}.0`,
        allow(action, project),
        `OpenCopyRole: ${action} is not what this product is for`,
      ] as const,
  ),
  [
    `${statements('OpenCopyRole')}.0.Action`,
    ['mobiletargeting:DeleteEmailChannel', 'sms-voice:SendTextMessage'],
    'OpenCopyRole: sms-voice:SendTextMessage is not what this product is for',
  ],
  [
    `${statements('StartImportRole')}.0`,
    allow('iam:PassRole', role),
    'StartImportRole: may pass a role to undefined',
  ],
  [
    `${statements('StartImportRole')}.0`,
    allow('iam:PassRole', 'arn:aws:iam::123456789012:role/samepoint-*', toPinpoint),
    'StartImportRole: may pass arn:aws:iam::123456789012:role/samepoint-*',
  ],
  [
    `${statements('OpenCopyRole')}.0`,
    allow(
      's3:GetObject',
      Array.from({ length: 400 }, (_, at) => `${bucket}/${at}`),
    ),
    'OpenCopyRole: its policies are longer than 10240 characters',
  ],
])

tell(trustProblems, "every role is one function's or one service's", [
  [
    'OpenCopyDashLambdaFunction',
    { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['OpenCopyRole', 'Arn'] } } },
    'OpenCopyRole: is the role of more than one function',
  ],
  [
    'OpenDashcopyLambdaFunction.Properties.Role',
    { 'Fn::GetAtt': ['RegionCopyRole', 'Arn'] },
    'OpenDashcopyLambdaFunction: RegionCopyRole is not trusted by Lambda alone',
  ],
  [
    'OpenDashcopyLambdaFunction.Properties.Role',
    role,
    'OpenDashcopyLambdaFunction: its role is not in the template',
  ],
  ['MarkDashdirtyLambdaFunction', undefined, 'MarkDirtyRole: is the role of no function'],
  [`${trust('OpenCopyRole')}.Principal`, '*', 'OpenCopyRole: trusts "*"'],
  [
    `${trust('OpenCopyRole')}.Principal.Service`,
    ['lambda.amazonaws.com', 'ec2.amazonaws.com'],
    'OpenCopyRole: trusts {"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}',
  ],
  [`${trust('OpenCopyRole')}.Action`, 'sts:*', 'OpenCopyRole: trusts lambda.amazonaws.com with "sts:*"'],
  [
    `${trust('CsvDropRole')}.Condition`,
    undefined,
    'CsvDropRole: trusts states.amazonaws.com on behalf of any account',
  ],
  [
    `${trust('SettleScheduleRole')}.Condition.StringEquals`,
    { 'aws:SourceAccount': '*' },
    'SettleScheduleRole: trusts scheduler.amazonaws.com on behalf of any account',
  ],
  [
    `${trust('ImportRole')}.Condition.ArnLike.aws:SourceArn`,
    { 'Fn::Sub': 'arn:${AWS::Partition}:mobiletargeting:${AWS::Region}:${AWS::AccountId}:apps/*' },
    `ImportRole: trusts Pinpoint for arn:aws:mobiletargeting:${region}:123456789012:apps/*`,
  ],
  ['ExportRole.Properties.ManagedPolicyArns', [role], 'ExportRole: has managed policies'],
  ['Beside', { Type: 'AWS::IAM::ManagedPolicy' }, 'Beside: stands beside the role'],
  [
    `${statements('ImportRole')}.0.Action`,
    ['s3:GetObject', 's3:PutObject'],
    `ImportRole: s3:PutObject is not what Pinpoint takes samepoint-import-${region} on for`,
  ],
  ...['s3:GetObject', 's3:DeleteObject', 's3:DeleteObjectVersion'].map(
    (action) =>
      [
        `${statements('ExportRole')}.0.Action`,
        action,
        `ExportRole: ${action} is not what Pinpoint takes samepoint-export-${region} on for`,
      ] as const,
  ),
])

describe('an ARN of a policy is of a documented kind', () => {
  it.each([
    ['arn:aws:s3:::b/runs/*', 'arn:${Partition}:s3:::${BucketName}/${ObjectName}', true],
    ['arn:aws:s3:::b/runs/*', 'arn:${Partition}:s3:::${BucketName}', false],
    ['arn:aws:s3:::b', 'arn:${Partition}:s3:::${BucketName}/${ObjectName}', false],
    [
      'arn:aws:m:r:1:apps/a/endpoints/*',
      'arn:${Partition}:m:${Region}:${Account}:apps/${AppId}/endpoints/${EndpointId}',
      true,
    ],
    [
      'arn:aws:m:r:1:apps/a/endpoints',
      'arn:${Partition}:m:${Region}:${Account}:apps/${AppId}/endpoints/${EndpointId}',
      false,
    ],
    [
      'arn:aws:logs:r:1:log-group:/aws/lambda/f:*',
      'arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:log-stream:${LogStreamName}',
      true,
    ],
  ])('%s, %s: %s', (granted, documented, fits) => {
    expect(overlap(granted, documented)).toBe(fits)
  })
})
