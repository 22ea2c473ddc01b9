/** Is a person told of whatever waits for one, and can the alarm reach them? */
import { lastQueues } from './data-protection.ts'
import { statementsOf } from './grants.ts'
import { idOf, referencesIn } from './references.ts'
import { textOf } from './resolved.ts'
import { at, listOf, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

/** An alarm that there must be. A dimension that is a resource of the template is its logical id. */
interface Wanted {
  readonly problem: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: string
  /** What may be without an alarm. */
  readonly most: number
  /** Seconds until it rings. */
  readonly within: number
}

export const alarmProblems = (template: Template): string[] => {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm')
  return [
    ...wantedOf(template)
      .filter((wanted) => !alarms.some(({ properties }) => isOf(wanted, properties)))
      .map(({ problem }) => problem),
    ...alarms.flatMap(({ id, properties }) => [
      ...(properties['TreatMissingData'] === undefined ? [`${id}: does not say what silence means`] : []),
      ...(reaches(template, properties) ? [] : [`${id}: reaches nobody`]),
    ]),
  ]
}

const wantedOf = (template: Template): readonly Wanted[] => [
  ...lastQueues(template).map((id) => ({
    problem: `${id}: nobody hears that it is not empty`,
    metric: 'AWS/SQS ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: id },
    statistic: 'Maximum',
    most: 0,
    within: 300,
  })),
  ...resourcesOf(template, 'AWS::StepFunctions::StateMachine').flatMap(({ id }) =>
    ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) => ({
      problem: `${id}: nobody hears of ${name}`,
      metric: `AWS/States ${name}`,
      dimensions: { StateMachineArn: id },
      statistic: 'Sum',
      most: 0,
      within: 300,
    })),
  ),
  ...resourcesOf(template, 'AWS::S3::Bucket')
    .filter(({ properties }) => properties['NotificationConfiguration'] !== undefined)
    .map(({ id }) => ({
      problem: `${id}: nobody hears of an event that was lost`,
      metric: 'Samepoint UnprocessedDrops',
      dimensions: { service: 'samepoint', door: 'csv-drop' },
      statistic: 'Maximum',
      most: 0,
      within: 300,
    })),
  ...mappingsOf(template).flatMap(({ source, reader, sendsTo }) => {
    if (sendsTo !== undefined) return [...oldMarker(template, source, sendsTo), ...ofSender(reader, sendsTo)]
    return template.resources[source]?.Type === 'AWS::DynamoDB::Table' ? [oldRecord(source, reader)] : []
  }),
]

const mappingsOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => {
    const reader = referencesIn(properties['FunctionName'], '')[0]?.id ?? ''
    const sendsTo = at(template.resources[reader], 'Properties.Environment.Variables.LANE_REGION')
    return {
      source: idOf(properties['EventSourceArn']) ?? '',
      reader,
      sendsTo: typeof sendsTo === 'string' ? sendsTo : undefined,
    }
  })

const oldMarker = (template: Template, queue: string, region: string): readonly Wanted[] => {
  const isUrgent = textOf(template, { Ref: queue }).includes('-urgent-')
  return [
    {
      problem: `${queue}: nobody hears that a marker grows old`,
      metric: 'AWS/SQS ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: queue },
      statistic: 'Maximum',
      most: isUrgent ? 60 : 900,
      within: 300,
    },
    {
      // SQS leaves out of the age what was received three times.
      problem: `${queue}: nobody hears that a change is owed for ever`,
      metric: 'Samepoint OldestMarkerAge',
      dimensions: { service: 'samepoint', region, lane: isUrgent ? 'urgent' : 'bulk' },
      statistic: 'Maximum',
      most: isUrgent ? 600_000 : 3_600_000,
      within: 600,
    },
  ]
}

const oldRecord = (table: string, reader: string): Wanted => ({
  problem: `${table}: nobody hears that its stream waits`,
  metric: 'AWS/Lambda IteratorAge',
  dimensions: { FunctionName: reader },
  statistic: 'Maximum',
  most: 900_000,
  within: 300,
})

/** The dimensions are those that shared/runtime/metrics.ts publishes for a Region. */
const ofSender = (reader: string, region: string): readonly Wanted[] =>
  Object.entries({
    BreakerOpen: ['Minimum', 300],
    ItemsOwed: ['Minimum', 1_200],
    EndpointsParked: ['Sum', 300],
    ConsentAssertions: ['Sum', 300],
    Lost: ['Sum', 300],
  } as const).map(([name, [statistic, within]]) => ({
    problem: `${reader}: nobody hears of ${name}`,
    metric: `Samepoint ${name}`,
    dimensions: { service: 'samepoint', region },
    statistic,
    most: 0,
    within,
  }))

const isOf = ({ metric, dimensions, statistic, most, within }: Wanted, properties: Json): boolean =>
  `${String(properties['Namespace'])} ${String(properties['MetricName'])}` === metric &&
  JSON.stringify(dimensionsOf(properties)) === JSON.stringify(Object.entries(dimensions)) &&
  properties['Statistic'] === statistic &&
  properties['ComparisonOperator'] === 'GreaterThanThreshold' &&
  Number(properties['Threshold']) <= most &&
  Number(properties['Period']) * Number(properties['EvaluationPeriods']) <= within

/** In the order of the template. */
export const dimensionsOf = (properties: Json): readonly (readonly [name: string, value: string])[] =>
  listOf(properties['Dimensions']).map((dimension) => {
    const value = at(dimension, 'Value')
    return [String(at(dimension, 'Name')), idOf(value) ?? String(value)]
  })

/** It acts, on a topic of the template whose policy lets CloudWatch in for an alarm of this name. */
const reaches = (template: Template, properties: Json): boolean => {
  const name = textOf(template, properties['AlarmName'])
  return (
    properties['ActionsEnabled'] !== false &&
    listOf(properties['AlarmActions']).some((action) =>
      patternsOf(template, idOf(action)).some((it) => it.test(name)),
    )
  )
}

const patternsOf = (template: Template, topic: string | undefined): readonly RegExp[] =>
  resourcesOf(template, 'AWS::SNS::TopicPolicy')
    .filter(({ properties }) => listOf(properties['Topics']).some((each) => idOf(each) === topic))
    .flatMap(({ properties }) => statementsOf(properties['PolicyDocument']))
    .filter(
      (statement) =>
        statement['Effect'] === 'Allow' &&
        at(statement, 'Principal.Service') === 'cloudwatch.amazonaws.com' &&
        statement['Action'] === 'sns:Publish' &&
        idOf(statement['Resource']) === topic,
    )
    .map((statement) => {
      const alarms =
        textOf(template, at(statement, 'Condition.ArnLike.aws:SourceArn')).split(':alarm:')[1] ?? ''
      return new RegExp(`^${alarms.replaceAll('*', '.*')}$`, 'u')
    })
