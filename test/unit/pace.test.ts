import { describe, expect, it } from 'vitest'
import { OutOfTime, pace } from '../../shared/destinations/pace.ts'
import { turningClock } from './turning-clock.ts'

const START = 1_000_000

const open = (perSecond = { write: 2, read: 10 }) => {
  const clock = turningClock(START)
  const turns = pace(perSecond, clock)
  /** ms after the start at which each of so many turns came. */
  const take = (count: number, operation: 'write' | 'read' = 'write', until = Infinity) =>
    clock.during(
      (async () => {
        const times: number[] = []
        for (let turn = 0; turn < count; turn += 1) {
          await turns.turn(operation, until)
          times.push(clock.now() - START)
        }
        return times
      })(),
    )
  return { clock, turns, take }
}

describe('the pace of a Region', () => {
  it('gives one turn each gap, after the most of one that was saved up', async () => {
    expect(await open().take(5)).toEqual([0, 125, 625, 1_125, 1_625])
  })

  it('gives as many turns as it is asked for at once, in their order', async () => {
    const { clock, turns } = open()
    const times: string[] = []
    const turn = async (name: string) => {
      await turns.turn('write', Infinity)
      times.push(`${name} ${clock.now() - START}`)
    }
    await clock.during(Promise.all(['a', 'b', 'c', 'd'].map(turn)))
    expect(times).toEqual(['a 0', 'b 125', 'c 625', 'd 1125'])
  })

  it('counts each operation for itself', async () => {
    const { take } = open()
    await take(4)
    expect(await take(3, 'read')).toEqual([1_125, 1_150, 1_250])
  })

  it('makes up for most of a turn that was missed, and for no more', async () => {
    const { clock, take } = open()
    await take(2)
    clock.tick(10_000)
    expect(await take(3)).toEqual([10_125, 10_250, 10_750])
  })

  it('never gives more turns in a while than its rate and one', async () => {
    const { clock, take } = open()
    const times: number[] = []
    for (const pause of [0, 130, 700, 1_100, 20, 499, 501, 3_000, 0, 0]) {
      clock.tick(pause)
      times.push(...(await take(1)))
    }
    for (const [at, from] of times.entries())
      for (const [more, to] of times.slice(at).entries())
        expect(more + 1).toBeLessThanOrEqual(((to - from) / 1000) * 2 + 2)
  })

  it('keeps below a quota that saves up one turn, though a call be late by a fifth of a gap', async () => {
    const { clock, take } = open()
    let [tokens, filled] = [2, 0]
    for (const late of [0, 100, 0, 1_300, 90, 0, 2_500, 100, 0, 0, 40, 0, 700, 100, 0, 0, 0]) {
      clock.tick(late > 100 ? late : 0)
      const [turn = 0] = await take(1)
      const arrival = turn + Math.min(late, 100)
      tokens = Math.min(2, tokens + ((arrival - filled) / 1000) * 2) - 1
      filled = arrival
      expect(tokens).toBeGreaterThanOrEqual(0)
    }
  })

  it('refuses the turn that would come too late, and gives it to nobody', async () => {
    const { clock, take, turns } = open()
    await take(2)
    await expect(take(1, 'write', START + 625)).rejects.toThrow(OutOfTime)
    expect(await take(1, 'write', START + 626)).toEqual([625])
    clock.tick(10_000)
    await expect(take(1, 'write', START + 9_000)).rejects.toThrow(OutOfTime)
    expect(turns.counts()).toEqual({ calls: 3, throttles: 0 })
  })

  it('halves its rate when the Region refuses, down to a crawl, and wins it back call by call', async () => {
    const { turns, take } = open()
    await take(2)
    turns.throttled()
    expect(turns.state().rate).toBe(0.5)
    const [one = 0, two = 0] = await take(2)
    expect(two - one).toBe(1_000)
    for (let more = 0; more < 20; more += 1) turns.throttled()
    expect(turns.state().rate).toBe(1 / 64)
    for (let more = 0; more < 19; more += 1) turns.answered()
    expect(turns.state().rate).toBeCloseTo(1 / 64 + 19 / 20)
    turns.answered()
    expect(turns.state().rate).toBe(1)
  })

  it('counts calls and refusals since it was last asked', async () => {
    const { turns, take } = open()
    await take(2)
    turns.throttled()
    expect(turns.counts()).toEqual({ calls: 2, throttles: 1 })
    expect(turns.counts()).toEqual({ calls: 0, throttles: 0 })
  })
})

describe('the pace that is handed over', () => {
  it('goes on at the same rate, where the other stopped, less the time in between', async () => {
    const first = open()
    await first.take(2)
    first.turns.throttled()
    await first.take(1)
    const state = first.turns.state()
    expect(state).toEqual({ rate: 0.5, waits: { write: 1_000 } })

    const second = open()
    second.turns.resume(state, 300)
    expect(second.turns.state()).toEqual({ rate: 0.5, waits: { write: 700 } })
    expect(await second.take(2)).toEqual([700, 1_700])
  })

  it('forgets the turns that this one had before', async () => {
    const { turns, take } = open()
    await take(6)
    turns.resume({ rate: 1, waits: {} }, 0)
    expect(turns.state().waits).toEqual({})
  })
})
