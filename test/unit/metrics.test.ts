import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reportLane } from '../../shared/runtime/metrics.ts'
import type { LaneFigures } from '../../shared/sync/lane-figures.ts'

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
    expect(said.map(({ region }) => region)).toEqual(['eu-west-1', 'eu-west-1'])
    expect(said[0]).toMatchObject({ OptOutAge: [7, 8], EndpointsSent: 1_000 })
    expect(said[1]).toMatchObject({ lane: 'bulk', OldestMarkerAge: 9 })
  })
})
