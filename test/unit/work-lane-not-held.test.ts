import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/endpoint/change.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const out = { OptOut: 'ALL', ConsentDate: '2026-05-02T00:00:00.000Z' }
const back = { OptOut: 'NONE', ConsentDate: '2026-05-03T00:00:00.000Z' }
const NOT_HELD = { rule: 'NOT_HELD', expected: 'an endpoint that the Region keeps as it was sent' }
const HOUR = 3_600_000

type Opened = ReturnType<typeof openLanes>
const parked = ({ table }: Opened) => [...table.rows.values()].filter(({ pk }) => pk.startsWith('parked#'))
const marked = (lanes: Opened) => [...lanes.queue('urgent'), ...lanes.queue('bulk')]
const gaps = (lanes: Opened) => {
  const times = lanes
    .region()
    .sent('a')
    .map(({ at }) => at)
  return times.slice(1).map((at, before) => Math.round((at - (times[before] ?? 0)) / 1000))
}
const pass = async (lanes: Opened, ms: number) => {
  const end = lanes.clock.now() + ms
  let rang = 0
  while (lanes.clock.now() < end) {
    for (const kind of ['urgent', 'bulk'] as const)
      if (lanes.queue(kind).some(({ visibleAt }) => visibleAt <= lanes.clock.now()))
        rang += (await lanes.work({ kind })).figures.parked
    lanes.clock.tick(1_000)
  }
  return rang
}
/** A Region that has the endpoint, and from now on keeps addresses in a spelling of its own. */
const respelling = async () => {
  const lanes = openLanes()
  await lanes.write(row('a'))
  await lanes.settle()
  lanes.clock.tick(60_000)
  lanes.region().calls.length = 0
  const region = lanes.region().destination
  const read = region.read.bind(region)
  region.read = async (id, until) => {
    const found = await read(id, until)
    return found && { ...found, Address: found.Address.toUpperCase() }
  }
  return lanes
}
/** A Region that has the endpoint, and from now on accepts such changes and does nothing. */
const losing = async (isMeant: (change: Change) => boolean, more: object = {}) => {
  const lanes = openLanes()
  await lanes.write(row('a', more))
  await lanes.settle()
  lanes.clock.tick(60_000)
  lanes.region().calls.length = 0
  lanes.region().loses = isMeant
  return lanes
}

describe('an endpoint that the Region accepts and keeps otherwise', () => {
  it('is sent ever more slowly, and then set aside; the opt-out is there all the same', async () => {
    const lanes = await respelling()
    await lanes.write(row('a', out))
    expect(await pass(lanes, HOUR)).toBe(1)
    expect(gaps(lanes)).toHaveLength(5)
    for (const [at, gap] of gaps(lanes).entries()) expect(gap).toBeGreaterThanOrEqual(5 * 2 ** at)
    expect(lanes.region().calls.length).toBeLessThanOrEqual(12)
    expect(parked(lanes)).toMatchObject([{ key: 'a', problems: [NOT_HELD] }])
    expect(marked(lanes)).toEqual([])
    expect(lanes.region().stored.get('a')?.OptOut).toBe('ALL')
  })

  it('is set aside still when it is marked again, without a call', async () => {
    const lanes = await respelling()
    await lanes.write(row('a', out))
    await pass(lanes, HOUR)
    lanes.region().calls.length = 0
    await lanes.mark(['a'])
    await pass(lanes, HOUR)
    expect(lanes.region().calls).toEqual([])
    expect(parked(lanes)).toHaveLength(1)
  })

  it('is sent anew when it has changed, and is set aside no more', async () => {
    const lanes = await respelling()
    await lanes.write(row('a', out))
    await pass(lanes, HOUR)
    lanes.region().destination.read = (id) => Promise.resolve(lanes.region().stored.get(id))
    await lanes.write(row('a', { ...out, Attributes: { Plan: ['gold'] } }))
    await lanes.settle()
    expect(lanes.region().stored.get('a')).toMatchObject({ OptOut: 'ALL', Attributes: { Plan: ['gold'] } })
    expect(parked(lanes)).toEqual([])
  })

  it('does not wait for a slow look when it changes meanwhile', async () => {
    const lanes = await respelling()
    await lanes.write(row('a', out))
    await pass(lanes, 200_000)
    const before = lanes.region().sent('a').length
    await lanes.write(row('a', { ...out, Attributes: { Plan: ['gold'] } }))
    await pass(lanes, 10_000)
    expect(lanes.region().sent('a').length).toBeGreaterThan(before)
    expect((await lanes.memory().sent(['a'])).get('a')?.lost ?? 0).toBeLessThanOrEqual(1)
  })
})

describe('an opt-in that the Region always loses', () => {
  it('is given up, and the next change says it again', async () => {
    let isLost = true
    const lanes = await losing((change) => isLost && change.kind === 'put', out)
    await lanes.write(row('a', back))
    await pass(lanes, HOUR)
    expect(parked(lanes)).toMatchObject([{ problems: [NOT_HELD] }])
    expect(lanes.region().sent('a')).toHaveLength(6)
    isLost = false
    await lanes.write(row('a', { ...back, Attributes: { Plan: ['gold'] } }))
    await lanes.settle()
    expect(lanes.region().stored.get('a')).toMatchObject({ OptOut: 'NONE', Attributes: { Plan: ['gold'] } })
  })
})

describe.each([
  ['an opt-out', async (lanes: Opened) => lanes.write(row('a', out))],
  ['an opt-out of an unfit item', async (lanes: Opened) => lanes.write({ Id: 'a', Address: 'x', ...out })],
  ['a remove', async (lanes: Opened) => lanes.erase('a')],
] as const)('%s that the Region always loses', (name, say) => {
  it('is never given up, but said ever more slowly, and somebody hears of it', async () => {
    let isLost = true
    const lanes = await losing(({ kind }) => isLost && (name !== 'a remove' || kind === 'remove'))
    await say(lanes)
    await pass(lanes, 2 * HOUR)
    expect(lanes.region().sent('a').length).toBeLessThanOrEqual(20)
    expect(parked(lanes)).toMatchObject([{ key: 'a', problems: [NOT_HELD] }])
    expect(await pass(lanes, 2 * HOUR)).toBeGreaterThanOrEqual(7)
    expect(gaps(lanes).at(-1)).toBeGreaterThanOrEqual(900)
    expect(gaps(lanes).at(-1)).toBeLessThanOrEqual(905)
    isLost = false
    await lanes.settle()
    expect(lanes.region().stored.get('a')?.OptOut).toBe(name === 'a remove' ? undefined : 'ALL')
    if (name !== 'an opt-out of an unfit item') expect(parked(lanes)).toEqual([])
  })
})
