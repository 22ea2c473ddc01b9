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

/**
 * How long a change may be owed, in milliseconds, however often its marker was received meanwhile: this rings too for a Region
 * that answers and refuses, and for a lane that was paused and forgotten.
 */
const DUE = { urgent: 600_000, bulk: 3_600_000 }

const overdue = (region, kind) => [
  `${laneOf(region, kind)}Overdue`,
  alarm(
    `${kind}-${region}-overdue`,
    `Changes have been owed to ${region} for too long: see whether it refuses them, or the lane is paused (hold-lane).`,
    {
      ...ours(region, 'OldestMarkerAge', { lane: kind }),
      statistic: 'Maximum',
      // A marker that is owed comes back every five minutes at the latest.
      period: 600,
      over: DUE[kind],
    },
  ),
]

/** A metric of ours, as shared/runtime/metrics.ts publishes it for one Region. */
const ours = (region, name, more = {}) => ({
  namespace: 'Samepoint',
  name,
  dimensions: { service: 'samepoint', region, ...more },
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
  [
    `ItemsOwed${logical(region)}`,
    alarm(
      `owed-${region}`,
      `For twenty minutes no turn of the sender of ${region} has paid all that it had: see what the Region answers.`,
      { ...ours(region, 'ItemsOwed'), statistic: 'Minimum', period: 600, periods: 2, over: 0 },
    ),
  ],
  [
    `Lost${logical(region)}`,
    alarm(
      `lost-${region}`,
      `${region} had accepted an opt-out or a remove, and was seen without it: it is sent again. See who else writes there.`,
      { ...ours(region, 'Lost'), statistic: 'Sum', period: 300, over: 0 },
    ),
  ],
]

const ofRegion = ({ region }) => [
  ...kinds.flatMap((kind) => [
    old(region, kind),
    overdue(region, kind),
    notEmpty(
      `${laneOf(region, kind)}Dead`,
      `${kind}-${region}-dead`,
      `Changes for ${region} failed a thousand times: read the log of its sender, then redrive.`,
    ),
  ]),
  ...sender(region),
]

/** Each machine: its logical id, its name, and what it means when an execution does not come to its good end. */
const MACHINES = [
  [
    'CsvDrop',
    'csv-drop',
    'A dropped file was refused, is held, or is not in every Region yet: read its report.',
  ],
  ['LoadRegion', 'load-region', 'A load was cut off: settle-owed tries it again; read the execution.'],
  [
    'LoadBacklog',
    'load-backlog',
    'A backlog was not brought to its Region by Import Job: read the execution.',
  ],
  [
    'RegionCopy',
    'region-copy',
    'The standby has not got all that the primary has: read the report of the copy.',
  ],
  ['ReconcileMachine', 'reconcile', 'A reconcile did not come to its end: read the execution.'],
]

const ended = ({ id, name, what, end }) => [
  `${logical(name)}${end}`,
  alarm(`${name}-${end.toLowerCase()}`, what, {
    namespace: 'AWS/States',
    name: `Executions${end}`,
    dimensions: { StateMachineArn: { Ref: id } },
    statistic: 'Sum',
    over: 0,
  }),
]

const FIFTEEN_MINUTES_MS = 900_000

const ofHub = [
  notEmpty(
    'DropsDead',
    'drops-dead',
    'A dropped file could not be taken on ten times: read the log of receive-drop.',
  ),
  [
    'UnprocessedDrops',
    alarm(
      'unprocessed-drops',
      'An hourly sweep found dropped files that no event had told of, and started them: see what became of the events.',
      {
        namespace: 'Samepoint',
        name: 'UnprocessedDrops',
        dimensions: { service: 'samepoint', door: 'csv-drop' },
        statistic: 'Maximum',
        period: 300,
        over: 0,
      },
    ),
  ],
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
  ...MACHINES.flatMap(([id, name, what]) =>
    ['Failed', 'TimedOut', 'Aborted'].map((end) => ended({ id, name, what, end })),
  ),
]

export const hub = { Resources: Object.fromEntries([...ofHub, ...regions.flatMap(ofRegion)]) }

export const regional = {}
