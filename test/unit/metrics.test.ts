import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reportLane } from '../../shared/runtime/metrics.ts'
import type { LaneFigures } from '../../shared/sync/lane/lane-figures.ts'

// Else Powertools writes past the console, or nothing at all.
vi.hoisted(() => {
  process.env['POWERTOOLS_DEV'] = 'true'
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false'
})

const figures: LaneFigures = {
  ...{ kind: 'bulk', marked: 1_000, items: 1_000, applied: 1_000, parked: 0, owed: 0 },
  lags: Array.from({ length: 1_000 }, (_, at) => at),
  optOutLags: [7, 8],
  ...{ oldest: 9, sends: 1_000, calls: 10, throttles: 0, retries: 0, proved: 2, lost: 0, unlawful: 0 },
  isBreakerOpen: false,
}

/** A line of the embedded metric format; the values stand beside it. */
interface Line {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Dimensions: unknown }[] }
  readonly Lag?: readonly number[]
  readonly OptOutAge?: readonly number[]
}

describe('the metrics of a lane', () => {
  let lines: string[]
  beforeEach(() => {
    lines = []
    vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text))
  })
  afterEach(() => vi.restoreAllMocks())

  it('all name the Region, however much there is to say', () => {
    reportLane('eu-west-1', figures)
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(new Set(said.map(({ region }) => region))).toEqual(new Set(['eu-west-1']))
    expect(said[0]).toMatchObject({ EndpointsSent: 1_000 })
    expect(said.at(-1)).toMatchObject({ lane: 'bulk', OldestMarkerAge: 9 })
  })

  it('say every lag, the longest too, by the same dimensions and no more in a line than CloudWatch reads', () => {
    reportLane('eu-west-1', figures)
    const lagging = lines.map((line) => JSON.parse(line) as Line).filter(({ Lag }) => Lag !== undefined)
    expect(lagging.flatMap(({ Lag }) => Lag)).toEqual(figures.lags)
    expect(lagging.flatMap(({ OptOutAge = [] }) => OptOutAge)).toEqual([7, 8])
    for (const { _aws, Lag = [] } of lagging) {
      expect(Lag.length).toBeLessThan(100)
      expect(_aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'region']])
    }
  })
})
