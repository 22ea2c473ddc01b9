/** What tells a person that something waits for one: an alarm for each thing that should not stay as it is. */
import { kinds, laneOf, logical, regions } from './regions.js'

const SECONDS = 60

/**
 * `measured`: the metric, over `period` seconds (60). Ten minutes of "too much" is `periods` 10. Missing data is no trouble
 * unless said otherwise: what has nothing to do reports nothing.
 */
const alarm = (name, description, measured) => {
  const { dimensions, over, period = SECONDS, periods = 1, missing = 'notBreaching', ...metric } = measured
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `\${param:prefix}-${name}`,
      AlarmDescription: description,
      AlarmActions: [{ Ref: 'Alarms' }],
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: metric.statistic,
      Period: period,
      EvaluationPeriods: periods,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: over,
      TreatMissingData: missing,
    },
  }
}

const notEmpty = (queueId, name, what) => [
  `${queueId}NotEmpty`,
  alarm(`${name}-not-empty`, what, {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: { 'Fn::GetAtt': [queueId, 'QueueName'] } },
    statistic: 'Maximum',
    over: 0,
  }),
]

/**
 * How long a marker may wait, in seconds. SQS leaves messages that were received three times out of this age, so while a
 * Region is down the lane's breaker says so, not this.
 */
const PATIENCE = { urgent: 60, bulk: 900 }

const old = (region, kind) => [
  `${laneOf(region, kind)}Old`,
  alarm(
    `${kind}-${region}-old`,
    `Changes wait too long for ${region}: see whether its sender fails, is throttled or has too much to do.`,
    {
      namespace: 'AWS/SQS',
      name: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: { 'Fn::GetAtt': [laneOf(region, kind), 'QueueName'] } },
      statistic: 'Maximum',
      over: PATIENCE[kind],
      periods: 5,
    },
  ),
]

/** A metric of ours, as shared/runtime/metrics.ts publishes it for one Region. */
const ours = (region, name) => ({
  namespace: 'Samepoint',
  name,
  dimensions: { service: 'samepoint', region },
})

const sender = (region) => [
  [
    `BreakerOpen${logical(region)}`,
    alarm(`breaker-${region}`, `${region} does not answer: its changes wait, and go out when it is back.`, {
      ...ours(region, 'BreakerOpen'),
      // Not once closed in five minutes. A lane with nothing to do does not say that it is closed.
      statistic: 'Minimum',
      period: 300,
      over: 0,
      missing: 'ignore',
    }),
  ],
  [
    `EndpointsParked${logical(region)}`,
    alarm(
      `parked-${region}`,
      `Endpoints are set aside for ${region}: the ledger says key, rule and field. Mend the item or the mapping, then replay.`,
      { ...ours(region, 'EndpointsParked'), statistic: 'Sum', period: 300, over: 0 },
    ),
  ],
  [
    `ConsentAssertions${logical(region)}`,
    alarm(
      `consent-${region}`,
      `A call to ${region} that would have broken consent was stopped on its way out. It is always a bug.`,
      { ...ours(region, 'ConsentAssertions'), statistic: 'Sum', period: 300, over: 0 },
    ),
  ],
]

const ofRegion = ({ region }) => [
  ...kinds.flatMap((kind) => [
    old(region, kind),
    notEmpty(
      `${laneOf(region, kind)}Dead`,
      `${kind}-${region}-dead`,
      `Changes for ${region} failed a thousand times: read the log of its sender, then redrive.`,
    ),
  ]),
  ...sender(region),
]

const FIFTEEN_MINUTES_MS = 900_000

const ofHub = [
  notEmpty(
    'DropsDead',
    'drops-dead',
    'A dropped file could not be taken on ten times: read the log of receive-drop.',
  ),
  notEmpty(
    'StreamFailures',
    'stream-failures',
    'Changes of the customer table were given up unmarked: start the machine reconcile.',
  ),
  [
    'StreamOld',
    alarm('stream-old', 'Changes of the customer table are not marked: read the log of mark-dirty.', {
      namespace: 'AWS/Lambda',
      name: 'IteratorAge',
      dimensions: { FunctionName: { Ref: 'MarkDashdirtyLambdaFunction' } },
      statistic: 'Maximum',
      over: FIFTEEN_MINUTES_MS,
    }),
  ],
  ...['ExecutionsFailed', 'ExecutionsTimedOut'].map((name) => [
    name.replace('Executions', 'Reconcile'),
    alarm(
      `reconcile-${name.replace('Executions', '').toLowerCase()}`,
      'A reconcile did not come to its end: read the execution.',
      {
        namespace: 'AWS/States',
        name,
        dimensions: { StateMachineArn: { Ref: 'ReconcileMachine' } },
        statistic: 'Sum',
        over: 0,
      },
    ),
  ]),
]

export const hub = { Resources: Object.fromEntries([...ofHub, ...regions.flatMap(ofRegion)]) }

export const regional = {}
