import { beforeAll, describe, expect, it } from 'vitest'
import { SLICE, percentApart, playBoth } from './both-outages.ts'
import type { Both } from './both-outages.ts'
import { hoursOf } from './outage.ts'
import type { RegionFigures } from './outage-figures.ts'

const HOURS = hoursOf(SLICE)

/** Hours of virtual time in a minute or two of real time, with the outage and without it side by side. */
const LIMIT = 600_000

/** A slice of `npm run outage`, which is a day long. */
describe('three Regions, of which one is down for hours of updates', () => {
  let both: Both
  let dead: RegionFigures
  beforeAll(async () => {
    both = await playBoth(SLICE)
    dead = regionOf(both.disturbed, both.disturbed.standby)
  }, LIMIT)

  const regionOf = ({ regions }: Both['disturbed'], region: string): RegionFigures => {
    const found = regions[region]
    if (!found) throw new Error(`${region} has no figures`)
    return found
  }
  const everyRegion = () =>
    [both.undisturbed, both.disturbed].flatMap(({ regions }) => Object.values(regions))
  /** The figures of a Region that is never down, without the outage and with it. */
  const pairs = () =>
    both.disturbed.others.map(
      (region) => [regionOf(both.undisturbed, region), regionOf(both.disturbed, region)] as const,
    )

  it('end with every Region as the table is, whichever was down', () => {
    expect(everyRegion().map(({ different }) => different)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('lose no update: each has arrived, or was overtaken by a delete that left nothing to send', () => {
    for (const { lost, needless, lag, afterReturn } of everyRegion()) {
      expect(lost).toBe(0)
      expect(lag.count + afterReturn.count + needless).toBe(SLICE.updates)
    }
    const whileDown = (SLICE.updates * SLICE.hoursDown) / HOURS.quiet
    expect(dead.afterReturn.count + dead.needless).toBeGreaterThan(whileDown * 0.9)
  })

  it('are never sent, and never show, an older version after a newer one', () => {
    expect(everyRegion().map(({ backwards }) => backwards)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('give nothing up, and no function fails', () => {
    for (const { deadLetters, failures } of [both.undisturbed, both.disturbed]) {
      expect({ deadLetters, failures }).toEqual({ deadLetters: 0, failures: {} })
    }
  })

  it('have, where they are not down, the lag that they have without the outage, within 5 %', () => {
    for (const [before, now] of pairs()) {
      expect(now.lag.count).toBe(before.lag.count)
      expect(percentApart(now.lag.p50, before.lag.p50)).toBeLessThanOrEqual(5)
      expect(percentApart(now.lag.p99, before.lag.p99)).toBeLessThanOrEqual(5)
      expect(percentApart(now.optOutLag.p99, before.optOutLag.p99)).toBeLessThanOrEqual(5)
    }
  })

  it('opt customers out within a minute where they are not down', () => {
    for (const [, now] of pairs()) {
      expect(now.optOutLag.count).toBeGreaterThan(25)
      expect(now.optOutLag.p99).toBeLessThanOrEqual(60_000)
    }
  })

  it('ask the one that is down now and then, not by every update that waits for it', () => {
    expect(dead.callsWhileDown).toBeLessThanOrEqual(SLICE.hoursDown * 120 + 3)
    expect(dead.callsWhileDown).toBeGreaterThan(SLICE.hoursDown)
    expect(dead.leastGapWhileDown).toBeGreaterThanOrEqual(30_000)
  })

  it('show what is owed to the one that is down, and to no other', () => {
    const [first = 0, last = 0] = [dead.owedByHour[HOURS.down], dead.owedByHour[HOURS.up - 1]]
    expect(first).toBeGreaterThan(0)
    expect(last).toBeGreaterThan(2 * first)
    for (const [, { owedByHour }] of pairs()) expect(Math.max(...owedByHour)).toBeLessThan(first)
  })

  it('catch up within minutes of its return, opt-outs within five, many updates of one customer with one call', () => {
    expect(dead.optOutsAfterReturn.count).toBeGreaterThan(25)
    expect(dead.optOutsAfterReturn.max).toBeLessThanOrEqual(300_000)
    expect(dead.afterReturn.max).toBeLessThanOrEqual(600_000)
    expect(both.disturbed.endedAtHour).toBeLessThan(HOURS.quiet + 1)
    expect(dead.calls - dead.callsWhileDown).toBeLessThan(dead.afterReturn.count / 2)
  })
})
