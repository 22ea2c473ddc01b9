import { describe, expect, it } from 'vitest'
import { applied, failed, rejected } from '../../shared/endpoint/outcome.ts'
import type { Outcome } from '../../shared/endpoint/outcome.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const plan = (name: string) => ({ Attributes: { Plan: [name] } })
const many = (count: number) => Array.from({ length: count }, (_, at) => row(`e${at}`))

type Opened = ReturnType<typeof openLanes>
const parked = ({ table }: Opened) => [...table.rows.values()].filter(({ pk }) => pk.startsWith('parked#'))
const gaps = (lanes: Opened, id: string) => {
  const times = lanes
    .region()
    .sent(id)
    .map(({ at }) => at)
  return times.slice(1).map((at, before) => at - (times[before] ?? 0))
}
/** The first answers, then `applied`. */
const answers =
  (...first: Outcome[]) =>
  () =>
    first.shift() ?? applied
const unknown = failed('InternalServerErrorException', 'unknown')
const throttled = failed('TooManyRequestsException', 'none')

describe('an endpoint', () => {
  it('is not sent again before what was sent has taken effect, and then as it is', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', plan('one')))
    await lanes.work()
    for (const name of ['two', 'three', 'four']) {
      lanes.clock.tick(1_000)
      await lanes.write(row('a', plan(name)))
      await lanes.work()
    }
    expect(lanes.region().sent('a')).toHaveLength(1)
    await lanes.settle()
    expect(lanes.region().sent('a')).toHaveLength(2)
    expect(gaps(lanes, 'a')[0]).toBeGreaterThanOrEqual(6_000)
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['four'] })
  })

  it('of which nobody knows what became is sent again, half a minute later', async () => {
    const lanes = openLanes()
    lanes.region().answer = answers(unknown)
    await lanes.write(row('a', plan('one')))
    expect((await lanes.work()).owed).toHaveLength(1)
    lanes.items.set('a', row('a', plan('two')))
    await lanes.settle()
    expect(gaps(lanes, 'a')).toHaveLength(1)
    expect(gaps(lanes, 'a')[0]).toBeGreaterThanOrEqual(31_000)
    expect(gaps(lanes, 'a')[0]).toBeLessThan(40_000)
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['two'] })
  })

  it('is counted as sent again when nobody knows what became of it', async () => {
    const lanes = openLanes()
    lanes.region().answer = answers(unknown)
    await lanes.write(row('a'))
    expect((await lanes.work()).figures.retries).toBe(0)
    lanes.clock.tick(40_000)
    expect((await lanes.work()).figures).toMatchObject({ retries: 1, sends: 1, applied: 1 })
  })

  it('that the Region certainly did not take is sent again without waiting', async () => {
    const lanes = openLanes()
    lanes.region().answer = answers(throttled)
    await lanes.write(row('a'))
    expect((await lanes.work()).owed).toHaveLength(1)
    await lanes.settle()
    expect(gaps(lanes, 'a')).toEqual([1_000])
  })

  it('is as it was before, for the ledger, when the Region did not take a change', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', plan('one')))
    await lanes.settle()
    lanes.clock.tick(10_000)
    const before = (await lanes.memory().sent(['a'])).get('a')
    lanes.region().answer = answers(throttled)
    await lanes.write(row('a', plan('two')))
    await lanes.work()
    expect((await lanes.memory().sent(['a'])).get('a')).toEqual(before)
  })

  it('is not sent while a sender that has died may still have a call under way', async () => {
    for (const diesAfter of ['destination.apply', 'table.putAll']) {
      const lanes = openLanes()
      await lanes.write(row('a', plan('one')))
      const start = lanes.clock.now()
      await lanes.crash({ diesAfter })
      lanes.items.set('a', row('a', plan('two')))
      await lanes.mark(['a'])
      await lanes.settle()
      const times = lanes
        .region()
        .sent('a')
        .map(({ at }) => at - start)
      expect(times.filter((at) => at > 0 && at < 60_000)).toEqual([])
      if (diesAfter === 'destination.apply') expect(times.filter((at) => at > 0 && at < 91_000)).toEqual([])
      expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['two'] })
    }
  })

  it('is sent after the fence, however wrong the clocks of the hosts are', async () => {
    const [ahead, behind] = [openLanes({ skew: 30_000 }), openLanes({ skew: -30_000 })]
    for (const lanes of [ahead, behind]) {
      lanes.region().answer = answers(unknown)
      await lanes.write(row('a'))
      await lanes.settle()
      expect(gaps(lanes, 'a')[0]).toBeGreaterThanOrEqual(31_000)
      expect(gaps(lanes, 'a')[0]).toBeLessThan(40_000)
    }
  })

  it('is sent again, what has vanished too, when a change was accepted and lost that took something away', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { Attributes: { Plan: ['gold'], Old: ['x'] } }))
    await lanes.settle()
    lanes.clock.tick(10_000)
    let isLost = true
    lanes.region().loses = () => isLost
    await lanes.write(row('a', plan('gold')))
    await lanes.work()
    expect(lanes.region().stored.get('a')?.Attributes).toHaveProperty('Old')
    isLost = false
    await lanes.settle()
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['gold'] })
    await lanes.write(row('a', plan('free')))
    await lanes.settle()
    expect(lanes.region().sent('a').at(-1)?.change).not.toMatchObject({
      endpoint: { Attributes: { Old: [] } },
    })
  })

  it('has what vanished cleared when nobody knows what became of the change that did so', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { Attributes: { Plan: ['gold'], Old: ['x'] } }))
    await lanes.settle()
    lanes.clock.tick(10_000)
    lanes.region().answer = answers(unknown)
    await lanes.write(row('a', plan('gold')))
    await lanes.settle()
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['gold'] })
  })
})

describe('an item that the ledger cannot take', () => {
  const odd = (keys: readonly { pk: string }[]) =>
    keys.some((row) => 'key' in row && row.key === 'odd' && row.pk.startsWith('item#'))
  it('holds up no other of its hundred', async () => {
    const lanes = openLanes()
    lanes.table.intrude = (operation, keys) => {
      if (operation === 'putAll' && odd(keys))
        throw new Error('Number 1763720000123456800 is greater than it may be')
    }
    await lanes.write(...Array.from({ length: 99 }, (_, at) => row(`p${at}`)), row('odd'))
    const { owed } = await lanes.work()
    expect(owed).toHaveLength(1)
    await lanes.settle(5).catch(() => undefined)
    expect(lanes.region().stored.size).toBe(99)
  })

  it('is not looked for where the ledger takes nothing at all', async () => {
    const lanes = openLanes()
    let tries = 0
    lanes.table.intrude = (operation, keys) => {
      if (operation !== 'putAll' || !keys.some(({ pk }) => pk.startsWith('sent#'))) return
      tries += 1
      throw new Error('ProvisionedThroughputExceeded')
    }
    await lanes.write(...Array.from({ length: 50 }, (_, at) => row(`p${at}`)))
    await lanes.work()
    expect(tries).toBeLessThanOrEqual(4)
  })
})

describe('an item that the Region refuses', () => {
  it('is set aside with the reason, and the other 99 go', async () => {
    const lanes = openLanes()
    lanes.region().answer = (change) =>
      change.kind === 'put' && change.endpoint.Id === 'e42' ? rejected('BadRequestException') : applied
    await lanes.write(...many(100))
    expect((await lanes.work()).figures).toMatchObject({ parked: 1, owed: 0 })
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(99)
    expect(parked(lanes)).toMatchObject([{ key: 'e42', problems: [{ rule: 'BadRequestException' }] }])
    expect(JSON.stringify(parked(lanes))).not.toContain('@example.com')
  })

  it('comes back when it is mended, and is set aside no more', async () => {
    const lanes = openLanes()
    lanes.region().answer = answers(rejected('BadRequestException'))
    await lanes.write(row('a'))
    await lanes.settle()
    expect(parked(lanes)).toHaveLength(1)
    await lanes.write(row('a', plan('gold')))
    await lanes.settle()
    expect(parked(lanes)).toEqual([])
    expect(lanes.region().stored.has('a')).toBe(true)
  })

  it('is not there for an item that cannot be read either, until it can', async () => {
    const lanes = openLanes()
    await lanes.write({ Id: 'a', Address: 'nobody' })
    await lanes.settle()
    expect(parked(lanes)).toMatchObject([
      { key: 'a', problems: [{ rule: 'EMAIL_SYNTAX', field: 'Address' }] },
    ])
    expect(lanes.region().calls).toEqual([])
    await lanes.write(row('a'))
    await lanes.settle()
    expect(parked(lanes)).toEqual([])
    expect(lanes.region().stored.has('a')).toBe(true)
  })

  it('is set aside no more when it has gone', async () => {
    const lanes = openLanes()
    await lanes.write({ Id: 'a', Address: 'nobody' })
    await lanes.settle()
    await lanes.erase('a')
    await lanes.settle()
    expect(parked(lanes)).toEqual([])
  })
})

describe('a Region that does not answer', () => {
  const down = async () => {
    const lanes = openLanes()
    lanes.region().isDown = true
    for (let at = 0; at < 3; at += 1) {
      await lanes.write(row(`e${at}`))
      await lanes.work()
    }
    return lanes
  }

  it('is left alone after three calls, whatever is marked meanwhile', async () => {
    const lanes = await down()
    expect(lanes.region().calls).toHaveLength(3)
    await lanes.write(...many(300))
    const { figures, owed } = await lanes.work()
    expect(figures).toMatchObject({ isBreakerOpen: true, owed: 300 })
    expect(owed.length).toBeGreaterThan(0)
    expect(lanes.region().calls).toHaveLength(3)
  })

  it('is tried once every half minute, by whichever lane comes', async () => {
    const lanes = await down()
    const start = lanes.clock.now()
    await lanes.mark(['e0', 'e1', 'e2'], { kind: 'urgent' })
    for (let second = 0; second < 300; second += 1) {
      lanes.clock.tick(1_000)
      await lanes.write(row(`late${second}`))
      await lanes.work()
      await lanes.work({ kind: 'urgent' })
    }
    const tries = lanes.region().calls.filter(({ at }) => at > start)
    expect(tries.length).toBeLessThanOrEqual(10)
    expect(tries.length).toBeGreaterThanOrEqual(8)
    for (const [at, call] of tries.entries())
      if (at > 0) expect(call.at - (tries[at - 1]?.at ?? 0)).toBeGreaterThanOrEqual(30_000)
  })

  it.each([
    ['for the number of calls', 'TooManyRequestsException', 429],
    ['for us', 'ForbiddenException', 403],
    ['for the question', 'BadRequestException', 400],
  ])('is not one that refuses to be read %s: what there is to say is said', async (_, name, status) => {
    const lanes = openLanes()
    await lanes.write(...many(5))
    await lanes.settle()
    const region = lanes.region().destination
    const read = region.read.bind(region)
    const refusal = Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } })
    region.read = () => Promise.reject(refusal)
    for (let at = 0; at < 4; at += 1) {
      lanes.clock.tick(10_000)
      await lanes.erase(`e${at}`)
      const { figures } = await lanes.work({ kind: 'urgent' })
      expect(figures).toMatchObject({ isBreakerOpen: false, parked: 0 })
      expect(figures.owed).toBeGreaterThan(0)
    }
    await lanes.write(row('new'))
    expect((await lanes.work()).figures).toMatchObject({ applied: 1, owed: 0 })
    expect(lanes.region().stored.has('new')).toBe(true)
    region.read = read
    await lanes.settle()
    expect([...lanes.region().stored.keys()].sort()).toEqual(['e4', 'new'])
  })

  it('is asked no more, and told no more, by whoever has had no answer from it', async () => {
    const lanes = openLanes()
    const opted = (OptOut: string, day: number) => ({ OptOut, ConsentDate: `2026-05-0${day}T00:00:00.000Z` })
    await lanes.write(row('a', opted('ALL', 1)), row('b', opted('ALL', 1)))
    await lanes.settle()
    lanes.clock.tick(60_000)
    lanes.region().calls.length = 0
    lanes.region().isDown = true
    await lanes.write(row('a', opted('NONE', 2)), row('b', opted('NONE', 2)), row('c'))
    expect((await lanes.work()).owed).toHaveLength(1)
    expect(lanes.region().calls.map(({ kind }) => kind)).toEqual(['read'])
  })

  it('has everything as soon as it answers again', async () => {
    const lanes = await down()
    await lanes.write(...many(50))
    lanes.clock.tick(3_600_000)
    await lanes.work()
    lanes.region().isDown = false
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(50)
    expect((await lanes.turns().look()).handover?.breaker).toEqual({ failures: 0 })
  })

  it('is still to be tried when the markers that came had nothing to ask it', async () => {
    const lanes = openLanes()
    await lanes.write(row('done'))
    await lanes.settle()
    lanes.region().isDown = true
    for (let time = 0; time < 3; time += 1) {
      await lanes.write(row(`e${time}`))
      await lanes.work()
    }
    lanes.queue().splice(0)
    lanes.clock.tick(31_000)
    await lanes.mark(['done'])
    expect((await lanes.work()).owed).toEqual([])
    lanes.region().isDown = false
    await lanes.write(row('next'))
    expect((await lanes.work()).owed).toEqual([])
    expect(lanes.region().stored.has('next')).toBe(true)
  })

  it('does not concern the other Regions', async () => {
    const lanes = openLanes({ regions: ['us-west-2', 'eu-west-1'] })
    lanes.region('us-west-2').isDown = true
    for (let at = 0; at < 5; at += 1) {
      await lanes.write(row(`e${at}`))
      await lanes.work({ region: 'us-west-2' })
      expect((await lanes.work({ region: 'eu-west-1' })).owed).toEqual([])
    }
    expect(lanes.region('eu-west-1').stored.size).toBe(5)
  })
})

describe('the urgent', () => {
  it('go between two calls of the others', async () => {
    const lanes = openLanes()
    lanes.region().latency = 1_000
    await lanes.write(...many(600))
    const bulk = lanes.start().worked
    const urgent = (async () => {
      await lanes.clock.sleep(1_500)
      lanes.items.set('now', row('now', { OptOut: 'ALL' }))
      await lanes.mark(['now'], { kind: 'urgent' })
      await lanes.start({ kind: 'urgent' }).worked
    })()
    await lanes.clock.during(Promise.all([bulk, urgent]))
    const order = lanes
      .region()
      .calls.filter(({ kind }) => kind === 'apply')
      .map(({ ids }) => ids.length)
    expect(order.slice(0, 4)).toEqual([100, 100, 1, 100])
    expect(order.reduce((sum, each) => sum + each, 0)).toBe(601)
  })
})
