import { describe, expect, it } from 'vitest'
import { planOf } from '../../sim/history/plan.ts'
import { FAULT_KINDS } from '../../sim/history/weather.ts'
import { keptSeeds } from '../../sim/runs/kept.ts'
import { replayed, seedsFrom, slice } from './slice.ts'

/** Two slices of a thousand seeds, of which this is the first: they run beside each other. */
describe('a thousand histories', () => {
  it('break no invariant, nor do those that once did', { timeout: 600_000 }, async () => {
    const kept = keptSeeds().map(({ seed }) => seed)
    const { broken, figures } = await slice([...kept, ...seedsFrom(1, 1_000)])
    expect(broken.join('\n')).toBe('')
    expect(figures.together).toEqual([])
    expect(figures.coverage.missing()).toEqual([])
  })
})

describe('a history', () => {
  it('is the same to the last bit each time its seed is run', { timeout: 120_000 }, async () => {
    const hashes = new Set<string>()
    for (const seed of seedsFrom(1, 20)) {
      const first = await replayed(seed)
      expect(await replayed(seed)).toEqual(first)
      hashes.add(first[0])
    }
    expect(hashes.size).toBe(20)
  })
  it('is of many kinds', () => {
    const plans = seedsFrom(1, 1_000).map(planOf)
    const share = (holds: (plan: ReturnType<typeof planOf>) => boolean) =>
      plans.filter(holds).length / plans.length
    expect(share(({ regions }) => regions.length > 2)).toBeGreaterThan(0.2)
    expect(share(({ shape }) => shape === 'customer')).toBeGreaterThan(0.3)
    expect(share(({ backlog }) => backlog > 0)).toBeGreaterThan(0.002)
    expect(FAULT_KINDS.length).toBeGreaterThanOrEqual(25)
  })
})
