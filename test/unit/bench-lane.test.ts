import { describe, expect, it } from 'vitest'
import type { Call } from '../../bench/lane/calls.ts'
import { burstFigures, loopFigures } from '../../bench/lane/figures.ts'
import { verdictsOf } from '../../bench/lane/goals.ts'
import type { Measured } from '../../bench/lane/goals.ts'

const batch = (at: number, items = 100, status = 202): Call => ({
  ...{ region: 'eu-west-1', operation: 'UpdateEndpointsBatch', at, status, items },
})
const single = (at: number, status = 202): Call => ({
  ...{ region: 'eu-west-1', operation: 'UpdateEndpoint', at, status, items: 0 },
})
const every = (gap: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => from + at * gap)

/** Ten thousand endpoints, with the whole quota. */
const burst = (calls: readonly Call[], share = 1) =>
  burstFigures(calls, { share, endpoints: 10_000, startedAt: 0 })

describe('the figures of a burst', () => {
  it('are those of the whole quota where a call goes out at each of its turns', () => {
    // What was saved up, and then two a second.
    const calls = [batch(1_000), ...every(500, 99, 1_000).map((at) => batch(at))]
    expect(burst(calls)).toEqual({
      ...{ calls: 100, neededCalls: 100, allowedCalls: 100, used: 1, throttled: 0, throttledOnceSteady: 0 },
      ...{ itemsPerCall: 100, itemsPerCallInAll: 100, endpointsPerSecond: 202.04 },
      ...{ firstCallAfterSeconds: 1, wallSeconds: 50 },
    })
  })

  it('are lower for every turn that passes unused while there is work', () => {
    const late = every(500, 100).map((at, index) => batch(index < 50 ? at : at + 2_000))
    expect(burst(late).used).toBeCloseTo(100 / (2 * (1 + 51.5)), 3)
    expect(burst(every(550, 100).map((at) => batch(at))).used).toBeLessThan(0.92)
  })

  it('do not count what comes after the last call that was needed as work', () => {
    const calls = every(500, 100).map((at) => batch(at, 99))
    const tail = [batch(90_000, 60), batch(96_000, 40)]
    const { used, itemsPerCall, itemsPerCallInAll, wallSeconds } = burst([...calls, ...tail])
    expect(used).toBe(burst(calls).used)
    expect([itemsPerCall, itemsPerCallInAll, wallSeconds]).toEqual([99, 98.04, 96])
  })

  it('count half empty calls as calls: they are all it takes to have used the quota, and are seen in what they carry', () => {
    const { used, itemsPerCall, endpointsPerSecond } = burst(every(500, 200).map((at) => batch(at, 50)))
    expect(used).toBeCloseTo(0.99, 2)
    expect(itemsPerCall).toBe(50)
    expect(endpointsPerSecond).toBe(100)
  })

  it('hold refusals of the first seconds apart from later ones', () => {
    const calls = every(500, 100).map((at) => batch(at))
    const refused = [batch(4_999, 100, 429), batch(5_001, 100, 429), single(9_000, 429)]
    expect(burst([...calls, ...refused])).toMatchObject({ calls: 100, throttled: 3, throttledOnceSteady: 2 })
  })

  it('are those of a share of the quota', () => {
    const calls = every(1_000, 100).map((at) => batch(at))
    expect(burst(calls, 0.5).used).toBe(1)
    expect(burst(calls, 1).used).toBe(0.5)
  })
})

describe('the figures of the loop', () => {
  it('leave out the first seconds, in which it spends what was saved up', () => {
    const atOnce = every(50, 10).map((at) => single(at))
    const steady = every(100, 596, 500).flatMap((at) => [single(at), single(at + 50, 429)])
    const { endpointsPerSecond, ...others } = loopFigures([...atOnce, ...steady])
    expect(endpointsPerSecond).toBeCloseTo(10, 1)
    expect(others).toEqual({ calls: 1_202, throttled: 596, seconds: 60.05 })
  })
})

describe('the verdict', () => {
  const calls = [batch(0), ...every(500, 99).map((at) => batch(at))]
  const inRegion = burst(calls)
  const good: Measured = {
    bursts: [0.7, 1].map((share) => ({
      ...{ share, endpoints: 10_000, regions: { 'eu-west-1': inRegion, 'us-west-2': inRegion } },
      ...{ writeSeconds: 1, wallSeconds: 60, isComplete: true },
    })),
    loop: {
      regions: Object.fromEntries(
        ['eu-west-1', 'us-west-2'].map((region) => [
          region,
          { calls: 600, throttled: 0, endpointsPerSecond: 10, seconds: 60, failed: 0 },
        ]),
      ),
    },
    optOuts: {
      ...{
        waiting: 1_000_000,
        leftWaiting: 990_000,
        optOuts: 90,
        missing: 0,
        p50Seconds: 10,
        p99Seconds: 20,
      },
      ...{ maxSeconds: 22, inEffectP99Seconds: 9, backlogPerSecond: 250, realSeconds: 200 },
    },
  }
  const missed = (measured: Measured) =>
    verdictsOf(measured)
      .filter(({ isMet }) => !isMet)
      .map(({ what }) => what)
  const withBurst = (more: Partial<typeof inRegion>): Measured => ({
    ...good,
    bursts: good.bursts.map((each) => ({
      ...each,
      regions: { ...each.regions, ...(each.share === 1 && { 'us-west-2': { ...inRegion, ...more } }) },
    })),
  })

  it('is good when every goal is met in every Region', () => {
    expect(missed(good)).toEqual([])
  })

  it.each([
    ['share 1: calls used of those allowed', withBurst({ used: 0.979 })],
    ['share 1: calls used of those allowed', withBurst({ used: NaN })],
    ['share 1: 429 once steady', withBurst({ throttledOnceSteady: 1 })],
    ['share 1: items a call', withBurst({ itemsPerCall: 94.9 })],
    ['lane with the whole quota, times the plain loop', withBurst({ endpointsPerSecond: 189 })],
    ['lane with the whole quota, times the plain loop', { ...good, loop: { regions: {} } }],
    [
      'opt-out p99 with a million ids waiting, s',
      { ...good, optOuts: { ...good.optOuts, p99Seconds: 60.1 } },
    ],
    ['opt-outs that did not arrive', { ...good, optOuts: { ...good.optOuts, missing: 1 } }],
  ])('names what a single Region missed: %s', (what, measured) => {
    expect(missed(measured)).toEqual([what])
  })

  it('names a Region that does not hold everything', () => {
    const bursts = good.bursts.map((each) => ({ ...each, isComplete: each.share === 1 }))
    expect(missed({ ...good, bursts })).toEqual(['share 0.7: every Region holds everything'])
  })
})
