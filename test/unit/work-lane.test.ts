import { describe, expect, it } from 'vitest'
import { rejected } from '../../shared/endpoint/outcome.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import customer from '../../mappings/customer.json' with { type: 'json' }
import { openLanes } from './open-lanes.ts'

const SINCE = '2026-06-01T00:00:00.000Z'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const many = (count: number, from = 0) => Array.from({ length: count }, (_, at) => row(`e${from + at}`))

type Opened = ReturnType<typeof openLanes>
const rowsOf = ({ table }: Opened, prefix: string) =>
  [...table.rows.values()].filter(({ pk }) => pk.startsWith(prefix))

describe('working a lane', () => {
  it('reads the items once it has the lane, and sends what they are then', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { Attributes: { Plan: ['old'] } }))
    await lanes.turns().lease('another', lanes.clock.now(), lanes.clock.now() + 5_000)
    const { worked } = lanes.start()
    const changed = (async () => {
      await lanes.clock.sleep(4_000)
      expect(lanes.ports.reads).toEqual([])
      expect(lanes.region().calls).toEqual([])
      lanes.items.set('a', row('a', { Attributes: { Plan: ['new'] } }))
    })()
    await lanes.clock.during(Promise.all([worked, changed]))
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ Plan: ['new'] })
    expect(lanes.region().calls).toHaveLength(1)
  })

  it('has written down what it sends, and that nobody knows what becomes of it, before it sends it', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { OptOut: 'ALL', Attributes: { Plan: ['gold'] } }))
    const start = lanes.clock.now()
    lanes.region().answer = () => {
      expect(rowsOf(lanes, 'sent#')).toMatchObject([
        { state: 'unknown', optOut: 'ALL', fields: ['Attributes.Plan'], keys: ['a'] },
      ])
      expect(Number(rowsOf(lanes, 'sent#')[0]?.['fence'])).toBeGreaterThanOrEqual(start + 91_000)
      return { result: 'applied' }
    }
    expect((await lanes.work()).figures.sends).toBe(1)
    expect(rowsOf(lanes, 'sent#')).toMatchObject([{ state: 'applied', optOut: 'ALL' }])
  })

  it('makes one send of however many markers there are of a key', async () => {
    const lanes = openLanes()
    for (let time = 0; time < 10; time += 1)
      await lanes.write(row('a', { Attributes: { N: [String(time)] } }))
    const { figures, owed } = await lanes.work()
    expect(owed).toEqual([])
    expect(figures).toMatchObject({ marked: 10, items: 1, applied: 1, sends: 1 })
    expect(lanes.region().calls).toHaveLength(1)
    expect(lanes.region().stored.get('a')?.Attributes).toEqual({ N: ['9'] })
  })

  it('sends nothing for what is there already', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.settle()
    await lanes.write(row('a'))
    expect((await lanes.work()).figures).toMatchObject({ applied: 1, sends: 0 })
    await lanes.mark(['a'], { force: true })
    await lanes.settle()
    expect(lanes.region().sent('a')).toHaveLength(2)
  })

  it('fills its calls, and makes none of more than a hundred', async () => {
    const lanes = openLanes()
    await lanes.write(...many(60))
    await lanes.settle()
    // Of the next 250 the first 60 have nothing to say.
    await lanes.write(...many(250))
    await lanes.settle()
    const calls = lanes.region().calls.filter(({ kind }) => kind === 'apply')
    expect(calls.map(({ ids }) => ids.length)).toEqual([60, 100, 90])
  })

  it('leaves the lane free behind itself, also when the ledger fails', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    lanes.table.intrude = (operation) => {
      if (operation === 'getAll') throw new Error('the ledger does not answer')
    }
    const { owed, figures } = await lanes.work()
    expect(owed).toHaveLength(1)
    expect(figures).toMatchObject({ owed: 1, applied: 0 })
    lanes.table.intrude = () => undefined
    expect(await lanes.turns().lease('next', lanes.clock.now(), lanes.clock.now() + 1)).toBe(true)
    await lanes.turns().release('next')
    await lanes.settle()
    expect(lanes.region().stored.has('a')).toBe(true)
  })

  it('owes what it had no time for, and begins no call when its time is up', async () => {
    const lanes = openLanes()
    await lanes.write(...many(300))
    lanes.region().latency = 20_000
    const start = lanes.clock.now()
    const { figures } = await lanes.work()
    expect(figures).toMatchObject({ sends: 300, owed: 0 })
    lanes.queue().splice(0)
    await lanes.write(...many(300, 1_000))
    lanes.region().latency = 23_000
    const { figures: late, owed } = await lanes.work()
    expect(late).toMatchObject({ sends: 200, owed: 100 })
    expect(owed).toHaveLength(1)
    for (const { at } of lanes.region().calls.slice(0, 3)) expect(at).toBeLessThan(start + 45_000)
  })

  it('owes all of it while another sender has the lane, and calls nobody', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.turns().lease('another', lanes.clock.now(), lanes.clock.now() + 90_000)
    const { owed } = await lanes.work()
    expect(owed).toHaveLength(1)
    expect(lanes.region().calls).toEqual([])
  })

  it('postpones what it owes, ever longer: the urgent half a minute at most, the others five', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.mark(['a'], { kind: 'urgent' })
    lanes.region().answer = () => ({ result: 'failed', reason: 'TooManyRequestsException', effect: 'none' })
    for (const [kind, waits] of [
      ['bulk', [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
      ['urgent', [1, 2, 4, 8, 16, 30, 30]],
    ] as const) {
      for (const seconds of waits) {
        const [message] = lanes.queue(kind)
        lanes.clock.tick(Math.max(0, (message?.visibleAt ?? 0) - lanes.clock.now()))
        await lanes.work({ kind })
        expect((message?.visibleAt ?? 0) - lanes.clock.now()).toBe(seconds * 1000)
      }
    }
  })

  it('does not wait for the lane where there is nothing to do', async () => {
    const lanes = openLanes()
    await lanes.turns().lease('another', lanes.clock.now(), lanes.clock.now() + 90_000)
    lanes.put('{"v":9}')
    const start = lanes.clock.now()
    expect((await lanes.work()).owed).toHaveLength(1)
    expect(lanes.clock.now()).toBe(start)
  })
})

describe('a marker', () => {
  it.each(['{"v":3,"keys":["a"],"at":1}', '{"v":2,"at":1}', '{"v":2,"keys":[7],"at":1}', 'x', 'null', '[]'])(
    'of an unknown shape stays, and does not hold up the others: %s',
    async (body) => {
      const lanes = openLanes()
      lanes.put(body)
      await lanes.write(row('a'))
      const { owed } = await lanes.work()
      expect(owed).toHaveLength(1)
      expect(lanes.queue().map((message) => message.body)).toEqual([body])
      expect(lanes.region().stored.has('a')).toBe(true)
    },
  )

  it('stays as long as one of its keys is owed', async () => {
    const lanes = openLanes()
    let isBad = true
    lanes.region().answer = (change) =>
      isBad && change.kind === 'put' && change.endpoint.Id === 'b'
        ? { result: 'failed', reason: 'InternalServerErrorException', effect: 'unknown' }
        : { result: 'applied' }
    await lanes.write(row('a'), row('b'))
    await lanes.write(row('c'))
    expect((await lanes.work()).owed).toHaveLength(1)
    isBad = false
    await lanes.settle()
    expect([...lanes.region().stored.keys()].sort()).toEqual(['a', 'b', 'c'])
  })

  it('stays when the ledger cannot say which items its endpoints are of', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.settle()
    await lanes.markIds(['a'], { force: true })
    lanes.table.intrude = (operation, keys) => {
      if (operation === 'getAll' && keys.some(({ pk }) => pk.startsWith('sent#'))) throw new Error('no')
    }
    expect((await lanes.work()).owed).toHaveLength(1)
    lanes.table.intrude = () => undefined
    await lanes.settle()
    expect(lanes.region().sent('a')).toHaveLength(2)
  })

  it('of endpoints has their items looked at, in whatever case the ids are', async () => {
    const lanes = openLanes()
    await lanes.write(row('Ada', { Attributes: { Plan: ['old'] } }))
    await lanes.settle()
    lanes.items.set('Ada', row('Ada', { Attributes: { Plan: ['new'] } }))
    await lanes.markIds(['aDA'])
    await lanes.settle()
    expect(lanes.region().stored.get('ada')?.Attributes).toEqual({ Plan: ['new'] })
  })

  it('of an endpoint that no item wants any more takes away what has come back by another door', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.erase('a')
    await lanes.settle()
    expect(lanes.region().stored.has('a')).toBe(false)
    await lanes
      .region()
      .destination.apply([
        { kind: 'put', endpoint: { Id: 'a', Address: 'a@example.com', ChannelType: 'EMAIL' } },
      ])
    await lanes.markIds(['a'], { force: true })
    await lanes.settle()
    expect(lanes.region().stored.has('a')).toBe(false)
  })

  it('of an endpoint without an item concerns no other endpoint', async () => {
    const lanes = openLanes({ mapping: readMapping(customer) })
    lanes.items.set('c1', { CustomerId: 'c1', Email: 'ada@example.com', Phone: '+15550100' })
    await lanes.mark(['c1'])
    await lanes.settle()
    lanes.items.set('c1', { CustomerId: 'c1', Email: 'ada@example.com' })
    await lanes.mark(['c1'])
    await lanes.settle()
    lanes.region().calls.length = 0
    await lanes.markIds(['c1-phone'], { force: true })
    await lanes.settle()
    expect(lanes.region().calls.flatMap(({ ids }) => ids)).toEqual(['c1-phone'])
    expect([...lanes.region().stored.keys()]).toEqual(['c1-email'])
  })

  it('stays when what it asks for later cannot be put into the queue', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { OptOut: 'ALL' }))
    lanes.ports.isQueueFull = true
    const { owed } = await lanes.work()
    expect(owed).toHaveLength(1)
    lanes.ports.isQueueFull = false
    await lanes.settle()
    expect(await lanes.memory().sent(['a'])).not.toMatchObject(new Map([['a', { unproved: true }]]))
    expect(lanes.region().calls.filter(({ kind }) => kind === 'read')).toHaveLength(1)
  })

  it('is answered by no more than one of its own while something of its item is owed', async () => {
    const mapping = readMapping({
      key: 'Id',
      endpoints: [
        { each: 'Devices', id: '{Id}-{.D}', channel: 'GCM', address: '.D', optOut: { field: '.OptOut' } },
      ],
    })
    const lanes = openLanes({ mapping })
    await lanes.write({ Id: 'c', Devices: [{ D: 'a', OptOut: 'ALL' }, { D: 'b' }] })
    lanes.region().loses = () => true
    lanes.region().answer = (change) =>
      change.kind === 'put' && change.endpoint.Id === 'c-b'
        ? { result: 'failed', reason: 'TooManyRequestsException', effect: 'none' }
        : { result: 'applied' }
    await expect(lanes.settle(40)).rejects.toThrow('markers are left')
    expect([...lanes.queue('bulk'), ...lanes.queue('urgent')]).toHaveLength(1)
  })
})

describe('a lane that an operator has stopped', () => {
  it('keeps its markers, and goes on with them when it may', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'))
    await lanes.turns().pause(true, SINCE)
    const { owed, figures } = await lanes.work()
    expect(owed).toHaveLength(1)
    expect(figures).toMatchObject({ owed: 1, sends: 0 })
    expect(lanes.region().calls).toEqual([])
    expect(lanes.ports.reads).toEqual([])
    await lanes.turns().pause(false, SINCE)
    await lanes.settle()
    expect(lanes.region().stored.has('a')).toBe(true)
  })

  it.each(['urgent', 'bulk'] as const)('is not worked by a sender (%s) that waited for it', async (kind) => {
    const lanes = openLanes()
    await lanes.turns().lease('another', lanes.clock.now(), lanes.clock.now() + 20_000)
    lanes.items.set('a', row('a'))
    await lanes.mark(['a'], { kind })
    const { worked } = lanes.start({ kind })
    const paused = lanes.clock.sleep(1_000).then(() => lanes.turns().pause(true, SINCE))
    await lanes.clock.during(Promise.all([worked, paused]))
    expect((await worked).figures).toMatchObject({ owed: 1, sends: 0 })
    expect(lanes.region().calls).toEqual([])
    await lanes.turns().pause(false, SINCE)
    await lanes.settle()
    expect(lanes.region().stored.has('a')).toBe(true)
  })

  it('stops between two calls', async () => {
    const lanes = openLanes()
    await lanes.write(...many(250))
    lanes.region().answer = () => {
      void lanes.turns().pause(true, SINCE)
      return { result: 'applied' }
    }
    expect((await lanes.work()).figures).toMatchObject({ sends: 100, owed: 150 })
  })
})

describe('the figures of a lane', () => {
  it('count what was marked, sent, set aside and owed, and how long it took', async () => {
    const lanes = openLanes()
    await lanes.write(row('a'), row('b'), row('c'))
    await lanes.write(row('a'), { Id: 'd', Address: 'nobody' })
    lanes.region().answer = (change) =>
      change.kind === 'put' && change.endpoint.Id === 'b'
        ? rejected('BadRequestException')
        : { result: 'applied' }
    lanes.clock.tick(2_000)
    lanes.region().latency = 1_000
    const { figures } = await lanes.work()
    expect(figures).toMatchObject({
      kind: 'bulk',
      marked: 5,
      items: 4,
      sends: 3,
      applied: 2,
      parked: 2,
      owed: 0,
      lags: [3_000, 3_000],
      oldest: 3_000,
      retries: 0,
      isBreakerOpen: false,
    })
  })

  it('count an opt-out’s time until the Region has been seen to hold it', async () => {
    const lanes = openLanes()
    await lanes.write(row('a', { OptOut: 'ALL' }))
    const first = await lanes.work()
    expect(first.figures).toMatchObject({ lags: [], optOutLags: [], proved: 0 })
    lanes.clock.tick(7_000)
    const second = await lanes.work({ kind: 'urgent' })
    expect(second.figures).toMatchObject({ proved: 1, optOutLags: [7_000] })
  })

  it('name nobody', async () => {
    const lanes = openLanes()
    await lanes.write(row('canary', { Attributes: { Plan: ['canary'] } }))
    expect(JSON.stringify(await lanes.work())).not.toContain('canary')
  })
})
