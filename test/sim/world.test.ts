import { describe, expect, it } from 'vitest'
import { holds } from '../../sim/aws/conditions.ts'
import { hostOf } from '../../sim/clock/host.ts'
import type { Ended, Host } from '../../sim/clock/host.ts'
import { randomOf } from '../../sim/clock/random.ts'
import { schedulerFrom } from '../../sim/clock/scheduler.ts'
import type { Scheduler } from '../../sim/clock/scheduler.ts'

describe('virtual time', () => {
  it('lets all that follows from an event come before the next one', async () => {
    const scheduler = schedulerFrom(1_000)
    const seen: string[] = []
    const wake = (name: string, ms: number) =>
      new Promise<void>((resolve) => {
        scheduler.after(ms, () => {
          scheduler.stirred()
          resolve()
        })
      }).then(async () => {
        seen.push(`${name} ${scheduler.now()}`)
        await Promise.resolve()
        seen.push(`${name} still ${scheduler.now()}`)
      })
    void wake('late', 20)
    void wake('early', 10)
    await scheduler.run(() => false)
    expect(seen).toEqual(['early 1010', 'early still 1010', 'late 1020', 'late still 1020'])
  })
})

describe('chance', () => {
  it('is the same for one seed and name, and another for another', () => {
    const draws = (seed: number, name: string) => {
      const random = randomOf(seed, name)
      return [random.next(), random.int(1, 6), random.pick(['a', 'b', 'c'])]
    }
    expect(draws(1, 'x')).toEqual(draws(1, 'x'))
    expect(draws(1, 'x')).not.toEqual(draws(2, 'x'))
    expect(draws(1, 'x')).not.toEqual(draws(1, 'y'))
  })
})

describe('a sandbox', () => {
  const hostIn = (scheduler: Scheduler, dies: () => boolean = () => false): Host =>
    hostOf({ name: 'h', scheduler, random: randomOf(1, 'h'), skew: 5_000, dies, stalls: () => 0 })
  const question = (host: Host, scheduler: Scheduler, ms: number) =>
    host.ask<string>(({ ok }) => scheduler.after(ms, () => ok('answer')))

  it('has a clock of its own, and comes to its end', async () => {
    const scheduler = schedulerFrom(0)
    const host = hostIn(scheduler)
    const ends: Ended<number>[] = []
    host.invoke(
      async (deadline) => {
        await host.sleep(10)
        return deadline - host.now()
      },
      60_000,
      (end) => ends.push(end),
    )
    await scheduler.run(() => false)
    expect(ends).toEqual([{ how: 'done', value: 59_990 }])
  })
  it('never goes on once its time is up, whatever was still to come', async () => {
    const scheduler = schedulerFrom(0)
    const host = hostIn(scheduler)
    const ends: string[] = []
    let wentOn = false
    const work = async () => {
      await question(host, scheduler, 70_000)
      wentOn = true
    }
    host.invoke(work, 60_000, ({ how }) => ends.push(how))
    await scheduler.run(() => false)
    expect([ends, wentOn, host.isAlive(), scheduler.now()]).toEqual([['timed out'], false, false, 70_000])
  })
  it('dies where it is told to, and says so once', async () => {
    const scheduler = schedulerFrom(0)
    let asked = 0
    const host = hostIn(scheduler, () => (asked += 1) === 2)
    const ends: string[] = []
    const work = async () => {
      await question(host, scheduler, 10)
      await question(host, scheduler, 10)
    }
    host.invoke(work, 60_000, ({ how }) => ends.push(how))
    await scheduler.run(() => false)
    expect(ends).toEqual(['crashed'])
  })
  it('sees what came in its sleep when it is next at work', async () => {
    const scheduler = schedulerFrom(0)
    const host = hostIn(scheduler)
    const seen: string[] = []
    const leave = () => {
      void question(host, scheduler, 50).then(() => seen.push(`seen at ${scheduler.now()}`))
      return Promise.resolve()
    }
    host.invoke(leave, 60_000, () => undefined)
    scheduler.after(100, () =>
      host.invoke(
        () => host.sleep(1),
        60_000,
        () => undefined,
      ),
    )
    await scheduler.run(() => false)
    expect(seen).toEqual(['seen at 100'])
  })
})

describe('condition expressions', () => {
  const item = { until: 5, owner: 'me', at: '2026-01-01' }
  const given = { names: { '#until': 'until' }, values: { ':now': 6, ':me': 'me', ':you': 'you' } }

  it.each([
    ['attribute_not_exists(pk) OR #until < :now', true],
    ['attribute_exists(owner) AND #until >= :now', false],
    ['owner = :you OR owner = :me AND #until < :now', true],
    ['(owner = :you OR owner = :me) AND NOT #until < :now', false],
    ['owner IN (:you, :me)', true],
    ['owner <> :you', true],
    ['#until BETWEEN :now AND :now', false],
    ['begins_with(owner, :me)', true],
    ['missing < :now', false],
    ['owner < :now', false],
  ])('%s', (expression, expected) => {
    expect(holds(expression, item, given)).toBe(expected)
  })
  it('are refused where they are none', () => {
    expect(() => holds('owner =', item, given)).toThrow('expected a name or a value')
    expect(() => holds('owner = :me owner', item, given)).toThrow('expected no more')
    expect(() => holds('owner = :nobody', item, given)).toThrow('no value for :nobody')
  })
})
