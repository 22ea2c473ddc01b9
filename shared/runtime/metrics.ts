/** What operators watch, as CloudWatch metrics in the log (EMF). Dimensions are Regions and doors, never ids. */
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics'
import type { LaneFigures } from '../sync/lane/lane-figures.ts'
import type { BacklogFigures } from '../sync/backlog/open-backlog.ts'

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

/** Lags with a value each, so that CloudWatch can make percentiles of them. */
export const reportLane = (region: string, figures: LaneFigures): void => {
  metrics.addDimensions({ region })
  const counts = {
    EndpointsSent: figures.sends,
    EndpointsRetried: figures.retries,
    ItemsApplied: figures.applied,
    EndpointsParked: figures.parked,
    ItemsOwed: figures.owed,
    ItemsMarked: figures.marked,
    ItemsLookedAt: figures.items,
    Calls: figures.calls,
    Throttles: figures.throttles,
    Proved: figures.proved,
    Lost: figures.lost,
    ConsentAssertions: figures.unlawful,
    BreakerOpen: figures.isBreakerOpen ? 1 : 0,
  }
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value)
  // Of marked items, the part that another marker had named already.
  if (figures.items > 0) metrics.addMetric('CoalesceRatio', MetricUnit.NoUnit, figures.marked / figures.items)
  metrics.publishStoredMetrics()
  reportAll({ region }, { Lag: figures.lags, OptOutAge: figures.optOutLags })
  publish({ region, lane: figures.kind }, { OldestMarkerAge: figures.oldest }, MetricUnit.Milliseconds)
}

/**
 * Values a metric may carry (CloudWatch user guide, "Embedded metric format specification": 100), less one: at the hundredth
 * Powertools publishes by itself, and what is added after that has lost its dimensions.
 */
const VALUES = 99

/** Every value, in as many lines as that takes: of the first ones alone, CloudWatch would make wrong percentiles. */
const reportAll = (dimensions: Record<string, string>, values: Record<string, readonly number[]>): void => {
  const lines = Math.max(...Object.values(values).map(({ length }) => Math.ceil(length / VALUES)))
  for (let line = 0; line < lines; line += 1) {
    metrics.addDimensions(dimensions)
    for (const [name, all] of Object.entries(values))
      for (const value of all.slice(line * VALUES, (line + 1) * VALUES))
        metrics.addMetric(name, MetricUnit.Milliseconds, value)
    metrics.publishStoredMetrics()
  }
}

export const reportFile = (counts: { accepted: number; rejected: number; superseded: number }): void =>
  publish(
    { door: 'csv-drop' },
    { RowsAccepted: counts.accepted, RowsRejected: counts.rejected, RowsSuperseded: counts.superseded },
  )

/** Dropped files that no event has told of. */
export const reportSweep = (found: number): void => publish({ door: 'csv-drop' }, { UnprocessedDrops: found })

/** Of one Region's bulk lane: what waits there, and from when on that goes by Import Job. */
export const reportBacklog = (region: string, { markers, keys, threshold, isOpen }: BacklogFigures): void =>
  publish(
    { region },
    {
      BacklogMarkers: markers,
      BacklogKeys: keys,
      BacklogThreshold: threshold,
      BacklogImports: isOpen ? 1 : 0,
    },
  )

export const reportStaged = (region: string, rows: number): void => publish({ region }, { BacklogRows: rows })

export const reportLoad = (region: string, result: 'applied' | 'failed', failures: number): void =>
  publish(
    { region },
    {
      LoadsApplied: result === 'applied' ? 1 : 0,
      LoadsFailed: result === 'failed' ? 1 : 0,
      RowsNotTaken: failures,
    },
  )

/** An Import Job that somebody had started and died before he could say so. */
export const reportAdopted = (region: string): void => publish({ region }, { JobsAdopted: 1 })

/** Rows of which an Import Job had left out some, and which a Region has taken by API. */
export const reportMended = (region: string, rows: number): void => publish({ region }, { RowsMended: rows })

/** Nothing is published while there has never been a recovery point: an alarm takes missing data for a breach. */
export const reportRecoveryPoint = (standby: string, ageSeconds: number | undefined): void =>
  ageSeconds === undefined
    ? undefined
    : publish({ region: standby }, { RecoveryPointAge: ageSeconds }, MetricUnit.Seconds)
