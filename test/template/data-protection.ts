/** Is what is kept private, encrypted, versioned, kept when the stack goes, and gone when its time is over? */
import { statementsOf } from './grants.ts'
import { idOf, referencesIn } from './references.ts'
import { ACCOUNT, textOf } from './resolved.ts'
import { at, isObject, listOf, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

/** What must stand where, and what is said if it does not. */
type Rule = readonly [path: string, holds: (value: unknown) => boolean, problem: string]

const is =
  (wanted: unknown) =>
  (value: unknown): boolean =>
    value === wanted

const PRIVATE: readonly Rule[] = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
].map((flag) => [`PublicAccessBlockConfiguration.${flag}`, is(true), `${flag} is off`])

const EVERY_BUCKET: readonly Rule[] = [
  ...PRIVATE,
  ['VersioningConfiguration.Status', is('Enabled'), 'is not versioned'],
  [
    'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm',
    (value) => value === 'AES256' || value === 'aws:kms',
    'is not encrypted',
  ],
]

const DATA_BUCKET: readonly Rule[] = [
  ['OwnershipControls.Rules.0.ObjectOwnership', is('BucketOwnerEnforced'), 'lets others own objects'],
  ['LifecycleConfiguration.Rules', (rules) => listOf(rules).some(expires), 'keeps objects for ever'],
]

const expires = (rule: unknown): boolean =>
  at(rule, 'Status') === 'Enabled' &&
  at(rule, 'Prefix') === undefined &&
  Number(at(rule, 'ExpirationInDays')) <= 30 &&
  Number(at(rule, 'NoncurrentVersionExpiration.NoncurrentDays')) <= 30

const TABLE: readonly Rule[] = [
  ['SSESpecification.SSEEnabled', is(true), 'is not encrypted'],
  ['PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled', is(true), 'cannot be restored'],
  ['DeletionProtectionEnabled', is(true), 'may be deleted'],
]

const FOURTEEN_DAYS = 1_209_600

const QUEUE: readonly Rule[] = [
  ['SqsManagedSseEnabled', is(true), 'is not encrypted'],
  ['MessageRetentionPeriod', is(FOURTEEN_DAYS), 'does not keep messages for fourteen days'],
]

const KEPT: readonly Rule[] = ['DeletionPolicy', 'UpdateReplacePolicy'].map((policy) => [
  policy,
  is('Retain'),
  `${policy} is not Retain`,
])

/** Osls makes it for its own zips; it takes no ownership controls, and holds nobody's data. */
const TOOL_BUCKET = 'ServerlessDeploymentBucket'

export const bucketProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::S3::Bucket').flatMap(({ id, properties, attributes }) => [
    ...broken(id, properties, EVERY_BUCKET),
    ...(id === TOOL_BUCKET ? [] : [...broken(id, properties, DATA_BUCKET), ...broken(id, attributes, KEPT)]),
    ...(refusesPlainHttp(template, id) ? [] : [`${id}: takes requests without TLS`]),
  ])

const refusesPlainHttp = (template: Template, bucket: string): boolean =>
  resourcesOf(template, 'AWS::S3::BucketPolicy')
    .filter(({ properties }) => idOf(properties['Bucket']) === bucket)
    .flatMap(({ properties }) => statementsOf(properties['PolicyDocument']))
    .some(
      (statement) =>
        statement['Effect'] === 'Deny' &&
        statement['Principal'] === '*' &&
        statement['Action'] === 's3:*' &&
        listOf(statement['Resource']).length === 2 &&
        listOf(statement['Resource']).every((each) =>
          referencesIn(each, '').some(({ id }) => id === bucket),
        ) &&
        String(at(statement, 'Condition.Bool.aws:SecureTransport')) === 'false',
    )

export const tableProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(({ id, properties, attributes }) => [
    ...broken(id, properties, TABLE),
    ...broken(id, attributes, KEPT),
  ])

/** A queue has one behind it for what cannot be worked off, unless it is that one itself. */
export const queueProblems = (template: Template): string[] => {
  const last = lastQueues(template)
  return resourcesOf(template, 'AWS::SQS::Queue').flatMap(({ id, properties }) => [
    ...broken(id, properties, QUEUE),
    ...(last.includes(id) || isObject(properties['RedrivePolicy']) ? [] : [`${id}: has no queue behind it`]),
    ...plainHttpProblems(template, {
      id,
      policy: 'AWS::SQS::QueuePolicy',
      holder: 'Queues',
      action: 'sqs:*',
    }),
    ...takingProblems(template, id),
  ])
}

/** The queues that hold what was given up: nobody reads them but people. */
export const lastQueues = (template: Template): string[] =>
  [
    ...resourcesOf(template, 'AWS::SQS::Queue').map(({ properties }) =>
      idOf(at(properties, 'RedrivePolicy.deadLetterTargetArn')),
    ),
    ...resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) =>
      idOf(at(properties, 'DestinationConfig.OnFailure.Destination')),
    ),
  ].filter((id) => id !== undefined)

/** A queue behind others takes from those alone. */
const takingProblems = (template: Template, id: string): string[] => {
  const sources = resourcesOf(template, 'AWS::SQS::Queue')
    .filter(({ properties }) => idOf(at(properties, 'RedrivePolicy.deadLetterTargetArn')) === id)
    .map((source) => textOf(template, { 'Fn::GetAtt': [source.id, 'Arn'] }))
  const allows = at(template.resources[id], 'Properties.RedriveAllowPolicy')
  const allowed = listOf(at(allows, 'sourceQueueArns')).map((arn) => textOf(template, arn))
  const isRight = at(allows, 'redrivePermission') === 'byQueue' && allowed.join() === sources.join()
  return sources.length === 0 || isRight ? [] : [`${id}: takes messages from other queues than its own`]
}

/** `holder`: the property of the policy that names what it is put on. One policy each, as a second takes the first one's place. */
interface Protected {
  readonly id: string
  readonly policy: string
  readonly holder: string
  readonly action: string
}

const plainHttpProblems = (template: Template, { id, policy, holder, action }: Protected): string[] => {
  const policies = resourcesOf(template, policy).filter(({ properties }) =>
    listOf(properties[holder]).some((each) => idOf(each) === id),
  )
  const refuses = policies
    .flatMap(({ properties }) => statementsOf(properties['PolicyDocument']))
    .some(
      (statement) =>
        statement['Effect'] === 'Deny' &&
        statement['Principal'] === '*' &&
        statement['Action'] === action &&
        idOf(statement['Resource']) === id &&
        String(at(statement, 'Condition.Bool.aws:SecureTransport')) === 'false',
    )
  return [
    ...(policies.length > 1 ? [`${id}: has ${policies.length} policies`] : []),
    ...(refuses ? [] : [`${id}: takes requests without TLS`]),
  ]
}

/** A topic is encrypted with a key of ours, because AWS's own for SNS lets no other service in. */
export const topicProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::SNS::Topic').flatMap(({ id, properties }) => {
    const key = template.resources[idOf(properties['KmsMasterKeyId']) ?? '']
    return [
      ...(key?.Type === 'AWS::KMS::Key' ? [] : [`${id}: is not encrypted`]),
      ...plainHttpProblems(template, {
        id,
        policy: 'AWS::SNS::TopicPolicy',
        holder: 'Topics',
        action: 'sns:Publish',
      }),
    ]
  })

/** A key is renewed, can be had back, and is the account's own: a service uses it for one kind of our resources only. */
export const keyProblems = (template: Template): string[] =>
  resourcesOf(template, 'AWS::KMS::Key').flatMap(({ id, properties }) => [
    ...broken(id, properties, KEY),
    ...statementsOf(properties['KeyPolicy'])
      .filter((statement) => !isOwner(template, statement) && !isNarrow(statement))
      .map(({ Principal: principal }) => `${id}: lets ${JSON.stringify(principal)} in`),
  ])

const KEY: readonly Rule[] = [
  ['EnableKeyRotation', is(true), 'is never renewed'],
  ['PendingWindowInDays', (days) => Number(days) >= 7, 'cannot be had back'],
]

const isOwner = (template: Template, statement: Json): boolean =>
  textOf(template, at(statement, 'Principal.AWS')) === `arn:aws:iam::${ACCOUNT}:root`

export const logProblems = (template: Template): string[] => {
  const groups = resourcesOf(template, 'AWS::Logs::LogGroup')
  return resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
    const name = `/aws/lambda/${String(properties['FunctionName'])}`
    const group = groups.find((each) => each.properties['LogGroupName'] === name)
    if (!group) return [`${id}: has no log group`]
    const days = group.properties['RetentionInDays']
    return typeof days === 'number' && days <= 90 ? [] : [`${group.id}: keeps logs for ever`]
  })
}

/** Nobody outside the account gets in by a resource's own policy; a service only for our account and one source. */
export const doorProblems = (template: Template): string[] => [
  ...resourcesOf(template, 'AWS::Lambda::Url').map(({ id }) => `${id}: is a public door`),
  ...resourcesOf(template, 'AWS::Lambda::Permission')
    .filter(({ properties }) => properties['Principal'] === '*')
    .map(({ id }) => `${id}: lets everybody in`),
  ...['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy']
    .flatMap((type) => resourcesOf(template, type))
    .flatMap(({ id, properties }) =>
      statementsOf(properties['PolicyDocument'])
        .filter((statement) => statement['Effect'] !== 'Deny' && !isNarrow(statement))
        .map(({ Principal: principal }) => `${id}: lets ${JSON.stringify(principal)} in`),
    ),
]

const isNarrow = (statement: Json): boolean =>
  at(statement, 'Principal.Service') !== undefined &&
  at(statement, 'Condition.StringEquals.aws:SourceAccount.Ref') === 'AWS::AccountId' &&
  ['ArnEquals', 'ArnLike'].some(
    (operator) => at(statement, `Condition.${operator}.aws:SourceArn`) !== undefined,
  )

const broken = (id: string, value: unknown, rules: readonly Rule[]): string[] =>
  rules.filter(([path, holds]) => !holds(at(value, path))).map(([, , problem]) => `${id}: ${problem}`)
