import { expect, it, vi } from 'vitest'
import { laneOf, logical, regions } from '../../deploy/regions.js'
import { reportLane, reportSweep } from '../../shared/runtime/metrics.ts'
import type { LaneFigures } from '../../shared/sync/lane/lane-figures.ts'
import { alarmProblems, dimensionsOf } from './alarms.ts'
import { at, resourcesOf } from './templates.ts'
import { stackWith, tell } from './told.ts'

const REGIONS: readonly string[] = regions.map(({ region }) => region)
const hub = stackWith('CsvDrop')
const { region } = hub
const urgent = laneOf(region, 'urgent')
const bulk = laneOf(region, 'bulk')
const sender = resourcesOf(hub, 'AWS::Lambda::Function').find(
  ({ properties }) => at(properties, 'Environment.Variables.LANE_REGION') === region,
)?.id
const breaker = `BreakerOpen${logical(region)}`

tell(alarmProblems, 'a person is told of whatever waits for one', [
  ['DropsDeadNotEmpty', undefined, 'DropsDead: nobody hears that it is not empty'],
  ['StreamFailuresNotEmpty.Properties.Threshold', 10, 'StreamFailures: nobody hears that it is not empty'],
  [`${urgent}DeadNotEmpty`, undefined, `${urgent}Dead: nobody hears that it is not empty`],
  [
    `${bulk}DeadNotEmpty.Properties.MetricName`,
    'NumberOfMessagesSent',
    `${bulk}Dead: nobody hears that it is not empty`,
  ],
  [`${urgent}Old.Properties.Threshold`, 900, `${urgent}: nobody hears that a marker grows old`],
  [`${urgent}Old.Properties.EvaluationPeriods`, 10, `${urgent}: nobody hears that a marker grows old`],
  [
    `${bulk}Old.Properties.Dimensions.0.Value`,
    { 'Fn::GetAtt': [urgent, 'QueueName'] },
    `${bulk}: nobody hears that a marker grows old`,
  ],
  ['StreamOld.Properties.Statistic', 'Minimum', 'CustomerTable: nobody hears that its stream waits'],
  ['UnprocessedDrops', undefined, 'DropBucket: nobody hears of an event that was lost'],
  [breaker, undefined, `${sender}: nobody hears of BreakerOpen`],
  [`${breaker}.Properties.Dimensions.1.Value`, 'eu-west-9', `${sender}: nobody hears of BreakerOpen`],
  [
    `EndpointsParked${logical(region)}.Properties.ComparisonOperator`,
    'LessThanThreshold',
    `${sender}: nobody hears of EndpointsParked`,
  ],
  [
    `ConsentAssertions${logical(region)}.Properties.Namespace`,
    'Other',
    `${sender}: nobody hears of ConsentAssertions`,
  ],
  [
    `${urgent}Overdue.Properties.Dimensions.2.Value`,
    'bulk',
    `${urgent}: nobody hears that a change is owed for ever`,
  ],
  [`${bulk}Overdue.Properties.Threshold`, 7_200_000, `${bulk}: nobody hears that a change is owed for ever`],
  [`ItemsOwed${logical(region)}`, undefined, `${sender}: nobody hears of ItemsOwed`],
  [`Lost${logical(region)}.Properties.Statistic`, 'Average', `${sender}: nobody hears of Lost`],
  ['LoadBacklogFailed', undefined, 'LoadBacklog: nobody hears of ExecutionsFailed'],
  ['RegionCopyTimedOut', undefined, 'RegionCopy: nobody hears of ExecutionsTimedOut'],
  [
    'CsvDropAborted.Properties.Dimensions.0.Value',
    { Ref: 'LoadRegion' },
    'CsvDrop: nobody hears of ExecutionsAborted',
  ],
  ['StreamOld.Properties.TreatMissingData', undefined, 'StreamOld: does not say what silence means'],
  ['StreamOld.Properties.AlarmActions', [], 'StreamOld: reaches nobody'],
  ['StreamOld.Properties.ActionsEnabled', false, 'StreamOld: reaches nobody'],
  ['StreamOld.Properties.AlarmName', 'other-stream-old', 'StreamOld: reaches nobody'],
  ['AlarmsPolicy', undefined, 'StreamOld: reaches nobody'],
  ['AlarmsPolicy.Properties.PolicyDocument.Statement.0.Action', 'sns:Subscribe', 'StreamOld: reaches nobody'],
])

const nothing = {
  ...{ marked: 0, items: 0, applied: 0, parked: 0, owed: 0, lags: [], optOutLags: [], oldest: 0, sends: 0 },
  ...{ calls: 0, throttles: 0, retries: 0, proved: 0, lost: 0, unlawful: 0, isBreakerOpen: false },
}

/** A line of the embedded metric format; the values stand beside it. */
interface Emitted extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string }[]
    }[]
  }
}

/** What a lane's sender writes for CloudWatch, as `namespace`, dimensions and names. */
const published = (region: string, kind: LaneFigures['kind']) =>
  emitted(() => {
    reportLane(region, { kind, ...nothing })
  })

const emitted = (report: () => void) => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  report()
  const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)) as Emitted)
  written.mockRestore()
  return lines.flatMap(({ _aws, ...values }) =>
    _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) => {
        const dimensions = names.map((name) => `${name}=${String(values[name])}`).join()
        return Metrics.map(({ Name }) => `${Namespace} ${Name} ${dimensions}`)
      }),
    ),
  )
}

it('an alarm on a metric of ours is on one that we publish, by the very dimensions', () => {
  const ours = resourcesOf(hub, 'AWS::CloudWatch::Alarm').filter(
    ({ properties }) => properties['Namespace'] === 'Samepoint',
  )
  const watched = ours.map(({ properties }) => {
    const dimensions = dimensionsOf(properties).map((each) => each.join('='))
    return `Samepoint ${String(properties['MetricName'])} ${dimensions.join()}`
  })
  const all = REGIONS.flatMap((each) => [...published(each, 'urgent'), ...published(each, 'bulk')])
  all.push(
    ...emitted(() => {
      reportSweep(0)
    }),
  )
  expect(watched.length).toBe(REGIONS.length * (5 + 2) + 1)
  expect(watched.filter((metric) => !all.includes(metric))).toEqual([])
})
