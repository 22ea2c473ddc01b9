import { describe, expect, it } from 'vitest'
import { checkJob, startJob, turnsIn, waitAfter } from '../../shared/sync/load/follow-job.ts'

const running = () =>
  Promise.resolve({ state: 'running' as const, processed: 1, failures: 0, failedPieces: 0 })
const busy = () => Promise.resolve('busy' as const)

describe('waiting for a job', () => {
  it('asks at once at first and every two minutes and a half at last', () => {
    const waits = Array.from({ length: 100 }, (_, turn) => waitAfter(turn))
    expect(waits.slice(0, 6)).toEqual([2, 2, 2, 3, 4, 5])
    expect(waits.every((wait, turn) => turn === 0 || wait >= (waits[turn - 1] ?? 0))).toBe(true)
    expect(waits.at(-1)).toBe(150)
  })

  it.each([1, 6, 10])('takes as many turns as make up %i hours', (hours) => {
    const waited = (turns: number) =>
      Array.from({ length: turns }, (_, turn) => waitAfter(turn)).reduce((sum, wait) => sum + wait, 0)
    expect(waited(turnsIn(hours))).toBeGreaterThanOrEqual(hours * 3_600)
    expect(waited(turnsIn(hours) - 1)).toBeLessThan(hours * 3_600)
  })

  it('gives a job up after its hours, and one without a place after its own', async () => {
    const last = turnsIn(2)
    expect(await checkJob(running, 'j', { turn: last - 1, hours: 2 })).toMatchObject({
      ...{ state: 'running', job: 'j', turn: last, wait: 150 },
    })
    expect(await checkJob(running, 'j', { turn: last, hours: 2 })).toMatchObject({
      ...{ state: 'failed', reason: 'NOT_OVER_IN_TIME' },
    })
    expect(await startJob(busy, { turn: last - 1, hours: 2 })).toMatchObject({ state: 'busy', turn: last })
    expect(await startJob(busy, { turn: last, hours: 2 })).toMatchObject({
      state: 'failed',
      reason: 'NO_PLACE',
    })
  })
})
