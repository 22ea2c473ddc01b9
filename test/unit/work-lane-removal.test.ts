import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { applied, failed, rejected } from '../../shared/endpoint/outcome.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const DAY = 24 * 3_600_000
const OUT = { OptOut: 'ALL', EndpointStatus: 'INACTIVE' } as const

type Opened = ReturnType<typeof openLanes>
const rowsOf = ({ table }: Opened, prefix: string) =>
  [...table.rows.values()].filter(({ pk }) => pk.startsWith(prefix))
/** What the Region was asked and told of one endpoint, in order. */
const told = (lanes: Opened, region?: string) =>
  lanes.region(region).calls.map(({ kind, changes: [change] }) => {
    if (kind === 'read') return 'read'
    if (change?.kind === 'remove') return 'delete'
    const { OptOut = '-', EndpointStatus = '-' } = change?.kind === 'put' ? change.endpoint : {}
    return `${OptOut} ${EndpointStatus}`
  })
const sentBefore = async (more: object = {}, regions?: string[]) => {
  const lanes = openLanes(regions ? { regions } : {})
  await lanes.write(row('a', more))
  await lanes.settle()
  lanes.clock.tick(60_000)
  for (const region of lanes.regions) lanes.region(region).calls.length = 0
  return lanes
}

describe('an item that has gone', () => {
  it('has its endpoint opted out and INACTIVE at once, then deleted, then seen to be gone', async () => {
    const lanes = await sentBefore()
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE'])
    expect(lanes.region().stored.get('a')).toMatchObject({ OptOut: 'ALL', EndpointStatus: 'INACTIVE' })
    await lanes.settle()
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete', 'read'])
    const times = lanes
      .region()
      .sent('a')
      .map(({ at }) => at)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(6_000)
    expect(lanes.region().calls.at(-1)?.at).toBeGreaterThanOrEqual((times[1] ?? 0) + 6_000)
    expect(lanes.region().stored.size).toBe(0)
  })

  it('is deleted only when no row of a file can bring it back, and opted out at once', async () => {
    const lanes = await sentBefore()
    await lanes.turns().beginLoad({ run: 'run', attempt: 1 }, lanes.clock.now() + DAY)
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    for (let minute = 0; minute < 30; minute += 1) {
      lanes.clock.tick(60_000)
      await lanes.work({ kind: 'urgent' })
    }
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE'])
    await lanes.turns().endLoad({ run: 'run', attempt: 1 })
    await lanes.settle()
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete', 'read'])
  })

  it('is opted out once more where nobody knows whether it was, while a row of a file may bring it back', async () => {
    const lanes = await sentBefore()
    await lanes.turns().beginLoad({ run: 'run', attempt: 1 }, lanes.clock.now() + DAY)
    lanes.region().answer = () => failed('TIMEOUT', 'unknown')
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    lanes.region().answer = () => applied
    lanes.region().stored.set('a', { ...lanes.region().stored.get('a'), ...OUT } as Endpoint)
    lanes.clock.tick(60_000)
    await lanes.work({ kind: 'urgent' })
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'read', 'ALL INACTIVE'])
  })

  it('goes on in the urgent lane', async () => {
    const lanes = await sentBefore()
    lanes.items.delete('a')
    await lanes.mark(['a'])
    await lanes.work()
    expect(lanes.queue('bulk')).toEqual([])
    expect(lanes.queue('urgent')).toHaveLength(1)
  })

  it('leaves a receipt in each Region, once it has been seen to be gone, with no value of the person’s in it', async () => {
    const lanes = await sentBefore({ Attributes: { Plan: ['gold'] } }, ['us-west-2', 'eu-west-1'])
    lanes.region('eu-west-1').isDown = true
    await lanes.erase('a')
    for (let minute = 0; minute < 5; minute += 1) {
      for (const region of lanes.regions) await lanes.work({ region, kind: 'urgent' })
      lanes.clock.tick(60_000)
    }
    expect(rowsOf(lanes, 'receipt#')).toMatchObject([{ region: 'us-west-2' }])
    lanes.region('eu-west-1').isDown = false
    await lanes.settle()
    const receipts = rowsOf(lanes, 'receipt#')
    expect(receipts.map(({ region }) => region).sort()).toEqual(['eu-west-1', 'us-west-2'])
    for (const receipt of receipts) {
      expect(Object.keys(receipt).sort()).toEqual(['pk', 'provedAt', 'region', 'sk'])
      expect(JSON.stringify(receipt)).not.toMatch(/example\.com|gold/)
    }
  })

  it('leaves a tombstone of 35 days and more, and nothing in its groups', async () => {
    const lanes = await sentBefore({ User: { UserId: 'u' } })
    await lanes.erase('a')
    await lanes.settle()
    const note = (await lanes.memory().sent(['a'])).get('a')
    expect(note).toMatchObject({ fingerprint: '', state: 'applied', keys: [], fields: [] })
    expect((note?.expires ?? 0) * 1000).toBeGreaterThan(lanes.clock.now() + 35 * DAY)
    expect(rowsOf(lanes, 'group#')).toEqual([])
  })

  it('is deleted at once when the Region refuses to opt it out, and not set aside', async () => {
    const lanes = await sentBefore()
    lanes.region().answer = ({ kind }) => (kind === 'put' ? rejected('BadRequestException') : applied)
    await lanes.erase('a')
    expect((await lanes.work({ kind: 'urgent' })).figures).toMatchObject({ parked: 0, owed: 0 })
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete'])
    await lanes.settle()
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete', 'read'])
    expect(rowsOf(lanes, 'parked#')).toEqual([])
    expect(rowsOf(lanes, 'receipt#')).toHaveLength(1)
  })

  it('is deleted again when the delete was accepted and lost', async () => {
    const lanes = await sentBefore()
    let isLost = true
    lanes.region().loses = (change) => {
      const loses = isLost && change.kind === 'remove'
      if (loses) isLost = false
      return loses
    }
    await lanes.erase('a')
    await lanes.settle()
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete', 'read', 'delete', 'read'])
    expect(rowsOf(lanes, 'receipt#')).toHaveLength(1)
  })

  it('is not called gone before it has been seen to be', async () => {
    const lanes = await sentBefore()
    lanes.region().loses = (change) => change.kind === 'remove'
    await lanes.erase('a')
    await expect(lanes.settle(30)).rejects.toThrow('markers are left')
    expect(rowsOf(lanes, 'receipt#')).toEqual([])
    expect((await lanes.memory().sent(['a'])).get('a')).not.toHaveProperty('expires')
  })

  it.each([1, 2, 3, 4, 5, 6])(
    'is brought to its end when the Region fails call number %i',
    async (number) => {
      const lanes = await sentBefore()
      let calls = 0
      lanes.region().answer = () => ((calls += 1) === number ? failed('TimeoutError') : applied)
      const read = lanes.region().destination.read.bind(lanes.region().destination)
      lanes.region().destination.read = (id, until) =>
        (calls += 1) === number ? Promise.reject(new Error('no answer')) : read(id, until)
      await lanes.erase('a')
      await lanes.settle()
      expect(lanes.region().stored.size).toBe(0)
      expect(rowsOf(lanes, 'receipt#')).toHaveLength(1)
    },
  )

  it('is brought to its end when its sender dies after each thing it does', async () => {
    for (const diesAfter of [
      'destination.read',
      'destination.apply',
      'table.putAll',
      'table.put',
      'queue.send',
    ]) {
      const lanes = await sentBefore()
      await lanes.erase('a')
      await lanes.crash({ kind: 'urgent', diesAfter })
      await lanes.settle()
      expect(lanes.region().stored.size).toBe(0)
      expect(rowsOf(lanes, 'receipt#')).toHaveLength(1)
    }
  })

  it('has nothing to remove where it never was', async () => {
    const lanes = openLanes()
    await lanes.erase('a')
    await lanes.settle()
    expect(told(lanes)).toEqual(['read'])
    expect(rowsOf(lanes, 'receipt#')).toHaveLength(1)
  })

  it('is removed once', async () => {
    const lanes = await sentBefore()
    for (let time = 0; time < 3; time += 1) {
      await lanes.erase('a')
      await lanes.settle()
      lanes.clock.tick(60_000)
    }
    expect(told(lanes)).toEqual(['read', 'ALL INACTIVE', 'delete', 'read'])
  })

  it('is not brought back by a marker that comes late', async () => {
    const lanes = await sentBefore()
    await lanes.mark(['a'])
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    await lanes.settle()
    expect(
      lanes
        .region()
        .sent('a')
        .map(({ change }) => change.kind),
    ).toEqual(['put', 'remove'])
    expect(lanes.region().stored.size).toBe(0)
  })
})

describe('many items that have gone', () => {
  it('have their endpoints removed however slowly the Region answers', async () => {
    const each = { each: 'Devices', id: '{Id}-{.D}', channel: 'GCM', address: '.D' }
    const lanes = openLanes({ mapping: readMapping({ key: 'Id', endpoints: [each] }) })
    const Devices = ['1', '2', '3', '4', '5', '6'].map((D) => ({ D }))
    const items = Array.from({ length: 100 }, (_, at) => ({ Id: `c${at}`, Devices }))
    await lanes.write(...items)
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(600)
    // More than a whole invocation for looking at each.
    lanes.region().latency = 100
    await lanes.erase(...items.map(({ Id }) => Id))
    lanes.clock.tick(60_000)
    const { figures } = await lanes.work({ kind: 'urgent' })
    expect(figures.sends).toBeGreaterThan(100)
    expect(figures.owed).toBeGreaterThan(0)
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(0)
  })
})

describe('an item that is written anew', () => {
  it.each([0, 7_000, 14_000, 21_000])('comes back clean when its remove began %i ms ago', async (since) => {
    const lanes = await sentBefore({ Attributes: { Old: ['x'] } })
    await lanes.erase('a')
    const start = lanes.clock.now()
    await lanes.work({ kind: 'urgent' })
    while (lanes.clock.now() < start + since) {
      lanes.clock.tick(7_000)
      await lanes.work({ kind: 'urgent' })
    }
    await lanes.write(row('a', { Attributes: { Plan: ['gold'] } }))
    await lanes.settle()
    expect(lanes.region().stored.get('a')).toMatchObject({
      OptOut: 'NONE',
      EndpointStatus: 'ACTIVE',
      Attributes: { Plan: ['gold'] },
    })
    expect((await lanes.memory().sent(['a'])).get('a')).not.toHaveProperty('expires')
  })

  it('comes back opted out when the person had opted out', async () => {
    const lanes = await sentBefore({ OptOut: 'ALL' })
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    await lanes.write(row('a', { Attributes: { Plan: ['gold'] } }))
    await lanes.settle()
    expect(lanes.region().stored.get('a')).toMatchObject({ OptOut: 'ALL', Attributes: { Plan: ['gold'] } })
  })

  it('does not ask every second whether it may come back', async () => {
    const lanes = await sentBefore()
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    await lanes.write(row('a'))
    const before = lanes.ports.reads.length
    await lanes.settle()
    expect(lanes.ports.reads.length - before).toBeLessThan(10)
  })
})
