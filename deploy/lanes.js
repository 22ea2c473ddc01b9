/** For each Region a lane: its queue of dirty markers, the queue behind it, and its own sender. */
import { laneOf, logical, regions } from './regions.js'

const sender = (region) => [
  `send-changes-${region}`,
  {
    name: `\${param:prefix}-send-changes-${region}`,
    handler: '.build/send-changes/index.handler',
    package: { patterns: ['.build/send-changes/index.mjs'] },
    role: `SendChanges${logical(region)}Role`,
    timeout: 60,
    environment: { LANE_REGION: region },
    events: [
      {
        sqs: {
          arn: { 'Fn::GetAtt': [laneOf(region), 'Arn'] },
          batchSize: 10,
          functionResponseType: 'ReportBatchItemFailures',
          maximumConcurrency: 2,
        },
      },
    ],
  },
]

const FOURTEEN_DAYS = 1_209_600

const queues = (region) => {
  const dead = `${laneOf(region)}Dead`
  return [
    [
      laneOf(region),
      {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: `\${param:prefix}-lane-${region}`,
          MessageRetentionPeriod: FOURTEEN_DAYS,
          // Six times the sender's time-out, as Lambda asks for.
          VisibilityTimeout: 360,
          SqsManagedSseEnabled: true,
          // A Region that is down gives its messages back every five minutes: days, not a poison message's minutes.
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] }, maxReceiveCount: 1000 },
        },
      },
    ],
    [
      dead,
      {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: `\${param:prefix}-lane-${region}-dead`,
          MessageRetentionPeriod: FOURTEEN_DAYS,
          SqsManagedSseEnabled: true,
        },
      },
    ],
  ]
}

export const functions = {
  hub: Object.fromEntries(regions.map(({ region }) => sender(region))),
  regional: {},
}

export const resources = {
  hub: { Resources: Object.fromEntries(regions.flatMap(({ region }) => queues(region))) },
  regional: {},
}
