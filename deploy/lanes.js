/** For each Region an urgent and a bulk lane, each with a queue behind it, and one sender for both. */
import { kinds, laneOf, logical, regions } from './regions.js'

const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] })

const sender = (region) => [
  `send-changes-${region}`,
  {
    name: `\${param:prefix}-send-changes-${region}`,
    handler: '.build/send-changes/index.handler',
    package: { patterns: ['.build/send-changes/index.mjs'] },
    role: `SendChanges${logical(region)}Role`,
    timeout: 60,
    environment: { LANE_REGION: region },
    // Two mappings, so that a full bulk lane takes none of the urgent lane's concurrency.
    events: kinds.map((kind) => ({
      sqs: {
        arn: arnOf(laneOf(region, kind)),
        batchSize: 10,
        functionResponseType: 'ReportBatchItemFailures',
        maximumConcurrency: 2,
      },
    })),
  },
]

const FOURTEEN_DAYS = 1_209_600

const queue = (name, properties) => ({
  Type: 'AWS::SQS::Queue',
  Properties: {
    QueueName: `\${param:prefix}-${name}`,
    MessageRetentionPeriod: FOURTEEN_DAYS,
    SqsManagedSseEnabled: true,
    ...properties,
  },
})

const onlyByTls = (id) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: id }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: arnOf(id),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
})

/** By name: the queue itself names the one behind it, and neither could be the first. */
const arnByName = (name) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:\${param:prefix}-${name}`,
})

const queues = (region, kind) => {
  const id = laneOf(region, kind)
  const name = `${kind}-${region}`
  return {
    [id]: queue(name, {
      // Six times the sender's time-out, as Lambda asks for.
      VisibilityTimeout: 360,
      // A Region that is down gives its messages back again and again: days, not a poison message's minutes.
      RedrivePolicy: { deadLetterTargetArn: arnOf(`${id}Dead`), maxReceiveCount: 1000 },
    }),
    [`${id}Policy`]: onlyByTls(id),
    [`${id}Dead`]: queue(`${name}-dead`, {
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arnByName(name)] },
    }),
    [`${id}DeadPolicy`]: onlyByTls(`${id}Dead`),
  }
}

export const functions = {
  hub: Object.fromEntries(regions.map(({ region }) => sender(region))),
  regional: {},
}

export const resources = {
  hub: {
    Resources: Object.assign(
      {},
      ...regions.flatMap(({ region }) => kinds.map((kind) => queues(region, kind))),
    ),
  },
  regional: {},
}
