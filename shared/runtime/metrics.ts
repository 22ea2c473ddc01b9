/** What operators watch, as CloudWatch metrics in the log (EMF). Dimensions are Regions and doors, never ids. */
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics'
import type { Outcome } from '../endpoint/outcome.ts'
import { tally } from '../endpoint/outcome.ts'

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit]

const metrics = new Metrics({ namespace: 'Samepoint', serviceName: 'samepoint' })

const publish = (
  dimensions: Record<string, string>,
  values: Record<string, number>,
  unit: Unit = MetricUnit.Count,
) => {
  metrics.addDimensions(dimensions)
  for (const [name, value] of Object.entries(values)) metrics.addMetric(name, unit, value)
  metrics.publishStoredMetrics()
}

export const reportLane = (region: string, outcomes: Iterable<Outcome>): void => {
  const { applied, rejected, failed } = tally([...outcomes])
  publish({ region }, { EndpointsApplied: applied, EndpointsRejected: rejected, EndpointsOwed: failed })
}

export const reportFile = (counts: { accepted: number; rejected: number; superseded: number }): void =>
  publish(
    { door: 'csv-drop' },
    { RowsAccepted: counts.accepted, RowsRejected: counts.rejected, RowsSuperseded: counts.superseded },
  )

export const reportLoad = (region: string, result: 'applied' | 'failed', failures: number): void =>
  publish(
    { region },
    {
      LoadsApplied: result === 'applied' ? 1 : 0,
      LoadsFailed: result === 'failed' ? 1 : 0,
      RowsNotTaken: failures,
    },
  )

/** Nothing is published while there has never been a recovery point: an alarm takes missing data for a breach. */
export const reportRecoveryPoint = (standby: string, ageSeconds: number | undefined): void =>
  ageSeconds === undefined
    ? undefined
    : publish({ region: standby }, { RecoveryPointAge: ageSeconds }, MetricUnit.Seconds)
