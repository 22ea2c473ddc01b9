import { describe, expect, it } from 'vitest'
import { pace } from '../../shared/destinations/pace.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import { LaneBusy, whileLeased } from '../../shared/sync/lane/lease.ts'
import type { Hold, Turn } from '../../shared/sync/lane/lease.ts'
import { memoryTable } from './memory-table.ts'
import { turningClock } from './turning-clock.ts'

const SINCE = '2026-06-01T00:00:00.000Z'

const open = () => {
  const clock = turningClock(Date.parse('2026-06-01T00:00:00.000Z'))
  const table = memoryTable(clock.now)
  const turns = laneTurns(table, 'us-west-2')
  /** A host whose clock is `skew` ms ahead. */
  const host = (skew = 0) => {
    const now = () => clock.now() + skew
    const lane = {
      turns,
      destination: { pace: pace({ write: 2 }, { now, sleep: clock.sleep }) },
      now,
      sleep: clock.sleep,
    }
    const turn = (more: Partial<Turn> = {}): Turn => ({ owner: 'me', deadline: now() + 60_000, ...more })
    return {
      ...lane,
      turn,
      hold: <T>(work: (hold: Hold) => Promise<T>, more = {}) => whileLeased(lane, turn(more), work),
    }
  }
  return { clock, table, turns, host }
}

const nothing = () => Promise.resolve()

const within = (instant: number, from: number, to: number) => from <= instant && instant <= to

describe('a lane', () => {
  it('is one sender’s at a time, and the next one’s when that is done', async () => {
    const { clock, host } = open()
    const seen: string[] = []
    const work = (name: string) => async () => {
      seen.push(`${name} begins`)
      await clock.sleep(1_000)
      seen.push(`${name} ends`)
    }
    const [one, other] = [host(), host()]
    await clock.during(
      Promise.all([one.hold(work('a'), { owner: 'a' }), other.hold(work('b'), { owner: 'b' })]),
    )
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  })

  it('is free again when the work has failed', async () => {
    const { clock, host, turns } = open()
    await expect(clock.during(host().hold(() => Promise.reject(new Error('no'))))).rejects.toThrow('no')
    expect(await turns.lease('another', clock.now(), clock.now())).toBe(true)
  })

  it.each([
    ['does not say what the last sender left', 'query', false],
    ['takes the lease, and its answer is lost', 'put', true],
  ] as const)('is free again when the ledger %s', async (_, operation, isDone) => {
    const { clock, host, table, turns } = open()
    await turns.leave({ breaker: { failures: 2 }, leftAt: { ledger: 0, host: 0 } })
    let isLeased = false
    table.intrude = async (each, [key]) => {
      if (isLeased && each === operation) throw new Error('no answer')
      if (isLeased || each !== 'put' || key?.sk !== 'lease') return
      isLeased = !isDone
      if (!isDone) return
      table.intrude = () => undefined
      await turns.lease('me', clock.now(), clock.now() + 60_000)
      throw new Error('no answer')
    }
    await expect(clock.during(host().hold(nothing, { isUrgent: true }))).rejects.toThrow('no answer')
    table.intrude = () => undefined
    expect(await turns.lease('another', clock.now(), clock.now())).toBe(true)
    expect((await turns.look()).handover?.breaker).toEqual({ failures: 2 })
  })

  it('is nobody else’s before the invocation that has it would have been cut off', async () => {
    const { clock, host, turns } = open()
    let deadline = 0
    await clock.during(
      host().hold(async (hold) => {
        deadline = clock.now() + 60_000
        expect(hold.cutOff).toBeGreaterThanOrEqual(deadline)
        expect(await turns.lease('another', deadline, deadline + 1)).toBe(false)
      }),
    )
    expect(deadline).toBeGreaterThan(0)
  })

  it('is leased by the ledger’s clock, however wrong the host’s is', async () => {
    const { clock, host } = open()
    // The ledger tells the time to the second: what must not be too early is late, and the other way round.
    clock.tick(789)
    for (const skew of [-30_000, 0, 30_000]) {
      await clock.during(
        host(skew).hold((hold) => {
          const now = clock.now()
          expect(within(hold.cutOff, now + 60_000, now + 61_000)).toBe(true)
          expect(within(hold.after(31_000), now + 31_000, now + 32_000)).toBe(true)
          expect(within(hold.now(), now - 1_000, now)).toBe(true)
          expect(hold.until).toBe(now + skew + 45_000)
          return nothing()
        }),
      )
    }
  })

  it('is not waited for when no time would be left to work', async () => {
    const { clock, host, turns } = open()
    await turns.lease('another', clock.now(), clock.now() + 90_000)
    const start = clock.now()
    await expect(clock.during(host().hold(nothing))).rejects.toThrow(LaneBusy)
    expect(clock.now() - start).toBe(45_000)
    expect(await turns.lease('third', clock.now(), clock.now() + 1)).toBe(false)
  })

  it('comes back after a crash, once the dead sender would have been cut off', async () => {
    const { clock, host, turns } = open()
    await turns.lease('dead', clock.now(), clock.now() + 20_000)
    const start = clock.now()
    await clock.during(host().hold(nothing))
    expect(clock.now() - start).toBeGreaterThan(20_000)
    expect(clock.now() - start).toBeLessThan(21_000)
  })
})

describe('the urgent', () => {
  it('go first: a bulk sender gives way between two pieces of work, and goes on afterwards', async () => {
    const { clock, host } = open()
    const seen: string[] = []
    const bulk = host().hold(
      async (hold) => {
        for (let piece = 1; piece <= 3; piece += 1) {
          seen.push(`bulk ${piece}`)
          await clock.sleep(1_000)
          expect(await hold.giveWay()).toBe(true)
        }
      },
      { owner: 'bulk', isUrgent: false },
    )
    const urgent = (async () => {
      await clock.sleep(1_500)
      await host().hold(
        async () => {
          seen.push('urgent')
          await clock.sleep(5_000)
          seen.push('urgent ends')
        },
        { owner: 'urgent', isUrgent: true },
      )
    })()
    await clock.during(Promise.all([bulk, urgent]))
    expect(seen).toEqual(['bulk 1', 'bulk 2', 'urgent', 'urgent ends', 'bulk 3'])
  })

  it('do not give way to one another', async () => {
    const { clock, host, turns } = open()
    await clock.during(
      host().hold(
        async (hold) => {
          await turns.want(clock.now() + 10_000)
          const start = clock.now()
          expect(await hold.giveWay()).toBe(true)
          expect(clock.now()).toBe(start)
        },
        { isUrgent: true },
      ),
    )
  })

  it('keep the others from beginning as long as they want the lane, and no longer', async () => {
    const { clock, host, turns } = open()
    const start = clock.now()
    await turns.want(start + 2_000)
    await clock.during(host().hold(nothing, { isUrgent: false }))
    expect(clock.now() - start).toBeGreaterThanOrEqual(2_000)
    expect(clock.now() - start).toBeLessThan(2_500)
  })

  it('take the lane from whoever gives way for as long as they need it: that one comes to no end', async () => {
    const { clock, host, turns } = open()
    const work = host().hold(
      async (hold) => {
        await turns.want(clock.now() + 120_000)
        await hold.giveWay()
      },
      { isUrgent: false },
    )
    await expect(clock.during(work)).rejects.toThrow(LaneBusy)
  })
})

describe('a lane that an operator has stopped', () => {
  it('is given back between two pieces of work', async () => {
    const { clock, host, turns } = open()
    await clock.during(
      host().hold(async (hold) => {
        expect(await hold.giveWay()).toBe(true)
        await turns.pause(true, SINCE)
        expect(await hold.giveWay()).toBe(false)
        await turns.pause(false, SINCE)
        expect(await hold.giveWay()).toBe(true)
      }),
    )
  })
})

describe('what one sender hands to the next', () => {
  it('is whether the Region answers', async () => {
    const { clock, host } = open()
    await clock.during(host().hold((hold) => hold.setBreaker({ failures: 3, probeAt: 17 })))
    await clock.during(
      host().hold((hold) => {
        expect(hold.breaker()).toMatchObject({ failures: 3, probeAt: 17 })
        return nothing()
      }),
    )
  })

  it('is seen by others at once, so that they do not try either', async () => {
    const { clock, host, turns } = open()
    await clock.during(
      host().hold(async (hold) => {
        await hold.setBreaker({ failures: 3, probeAt: 17 })
        expect((await turns.look()).handover?.breaker).toMatchObject({ failures: 3, probeAt: 17 })
      }),
    )
  })

  it('is the pace, less the time in between, by whichever clock tells it', async () => {
    for (const [skew, waited] of [
      [0, 2_000],
      // A host whose clock is far off is believed no more than the ledger allows, which is a second coarse.
      [600_000, 3_000],
      [-600_000, 1_000],
    ] as const) {
      const { clock, host } = open()
      const first = host()
      const slowly = async () => {
        for (let more = 0; more < 4; more += 1) first.destination.pace.throttled()
        for (let turn = 0; turn < 3; turn += 1) await first.destination.pace.turn('write', Infinity)
      }
      await clock.during(first.hold(slowly))
      const wait = first.destination.pace.state().waits['write'] ?? 0
      clock.tick(2_000)
      const second = host(skew)
      await clock.during(second.hold(nothing))
      expect(second.destination.pace.state().rate).toBe(1 / 16)
      const left = second.destination.pace.state().waits['write'] ?? 0
      expect(wait - left).toBe(waited)
    }
  })

  it('is not what somebody says who no longer has the lane', async () => {
    const { clock, host, turns } = open()
    const late = host().hold(
      async (hold) => {
        await turns.want(clock.now() + 1_000)
        const taken = (async () => {
          await clock.sleep(100)
          await turns.lease('urgent', clock.now(), clock.now() + 200_000)
          await turns.leave({ breaker: { failures: 5, probeAt: 99 }, leftAt: { ledger: 0, host: 0 } })
        })()
        await hold.giveWay().finally(() => taken)
      },
      { owner: 'bulk', isUrgent: false },
    )
    await expect(clock.during(late)).rejects.toThrow(LaneBusy)
    expect((await turns.look()).handover?.breaker).toEqual({ failures: 5, probeAt: 99 })
  })
})
