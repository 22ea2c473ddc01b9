import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/endpoint/change.ts'
import { applied, failed, rejected } from '../../shared/endpoint/outcome.ts'
import type { Outcome } from '../../shared/endpoint/outcome.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import type { Destination } from '../../shared/destinations/destination.ts'
import { sendLane } from '../../shared/sync/send-lane.ts'
import type { Lane } from '../../shared/sync/send-lane.ts'
import { memoryConsents, memoryLane } from './memory-lane.ts'

const row = (Id: string, more: object = {}) => ({
  Id,
  Address: `${Id}@example.com`,
  ChannelType: 'EMAIL',
  ...more,
})

const open = (answer?: (change: Change) => Outcome) => {
  const rows = new Map<string, Record<string, unknown>>()
  const calls: Change[][] = []
  const memory = memoryLane()
  const consents = memoryConsents()
  const region = memoryDestination('us-west-2')
  const destination: Destination = {
    ...region,
    async apply(changes) {
      calls.push([...changes])
      const outcomes = changes.map(answer ?? (() => applied))
      await region.apply(changes.filter((_, at) => outcomes[at]?.result === 'applied'))
      return outcomes
    },
  }
  let time = Date.parse('2026-06-01T00:00:00Z')
  const lane: Lane = {
    destination,
    memory,
    consents,
    readItems: (ids) =>
      Promise.resolve(new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id) ?? {}]] : [])))),
    now: () => time,
    sleep: (ms) => {
      time += ms
      return Promise.resolve()
    },
  }
  const send = (ids: string[], owner = 'me') => sendLane(ids, lane, { owner, deadline: time + 120_000 })
  return { rows, calls, memory, consents, lane, send, region, tick: (ms: number) => (time += ms) }
}

describe('sending a lane', () => {
  it('sends what the table says now, each id once, removes last', async () => {
    const { rows, calls, send } = open()
    rows.set('a', row('a')).set('b', row('b'))
    const outcomes = await send(['gone', 'a', 'b', 'a', 'a'])
    expect(outcomes).toEqual(
      new Map([
        ['gone', applied],
        ['a', applied],
        ['b', applied],
      ]),
    )
    expect(calls.map((call) => call.map(({ kind }) => kind))).toEqual([['put', 'put', 'remove']])
  })

  it('makes no call for what comes twice', async () => {
    const { rows, calls, send } = open()
    rows.set('a', row('a'))
    await send(['a', 'gone'])
    expect(await send(['a', 'gone'])).toEqual(
      new Map([
        ['a', applied],
        ['gone', applied],
      ]),
    )
    expect(calls.flat()).toHaveLength(2)
  })

  it('keeps a debt for what the Region did not take, and pays it with the newest row', async () => {
    let down = true
    const { rows, send, region } = open(() => (down ? failed('TimeoutError') : applied))
    rows.set('a', row('a', { Attributes: { Plan: ['free'] } }))
    expect((await send(['a'])).get('a')).toEqual(failed('TimeoutError'))
    rows.set('a', row('a', { Attributes: { Plan: ['gold'] } }))
    down = false
    expect((await send(['a'])).get('a')).toEqual(applied)
    expect((await region.read('a'))?.Attributes).toEqual({ Plan: ['gold'] })
  })

  it('parks what no Region can take, and sends the others', async () => {
    const { rows, memory, send } = open((change) =>
      change.kind === 'put' && change.endpoint.Id === 'c' ? rejected('BadRequestException') : applied,
    )
    rows.set('a', row('a')).set('b', { Id: 'b', Address: 'b', ChannelType: 'EMAIL' }).set('c', row('c'))
    const outcomes = await send(['a', 'b', 'c'])
    expect([...outcomes.values()].map(({ result }) => result).sort()).toEqual([
      'applied',
      'rejected',
      'rejected',
    ])
    expect([...memory.parked.keys()].sort()).toEqual(['b', 'c'])
  })

  it('lets one sender at a time have the lane, and leaves it free behind itself', async () => {
    const { rows, calls, memory, send, lane } = open()
    rows.set('a', row('a'))
    await memory.lease('another', lane.now(), lane.now() + 600_000)
    expect((await send(['a'])).get('a')).toEqual(failed('LaneBusy'))
    expect(calls).toHaveLength(0)
    await memory.release('another')
    expect((await send(['a'])).get('a')).toEqual(applied)
    expect(await memory.lease('third', lane.now(), lane.now() + 1)).toBe(true)
  })

  it('reads the row only once it has the lane', async () => {
    const { rows, memory, lane, send, region } = open()
    rows.set('a', row('a', { Attributes: { Plan: ['old'] } }))
    await memory.lease('another', lane.now(), lane.now() + 1_000)
    const sending = send(['a'])
    rows.set('a', row('a', { Attributes: { Plan: ['new'] } }))
    await sending
    expect((await region.read('a'))?.Attributes).toEqual({ Plan: ['new'] })
  })

  it('begins no chunk when its time is up', async () => {
    const { rows, send, tick } = open(() => {
      tick(1_100)
      return applied
    })
    for (let at = 0; at < 150; at += 1) rows.set(`e${at}`, row(`e${at}`))
    const outcomes = [...(await send([...rows.keys()].slice(0, 101))).values()]
    expect(outcomes.filter(({ result }) => result === 'applied')).toHaveLength(100)
    expect(outcomes.at(-1)).toEqual(failed('OUT_OF_TIME'))
  })

  it('notes what it will send before it sends it', async () => {
    const { rows, memory, send } = open(() => {
      throw new Error('the function is killed here')
    })
    rows.set('a', row('a', { Attributes: { Plan: ['gold'] }, OptOut: 'ALL' }))
    expect((await send(['a'])).get('a')).toEqual(failed('Error'))
    expect(memory.notes.get('a')).toMatchObject({
      state: 'unknown',
      optOut: 'ALL',
      fields: ['Attributes.Plan'],
    })
  })

  it('goes on with the next chunk when the ledger fails one', async () => {
    const { rows, memory, send } = open()
    for (let at = 0; at < 150; at += 1) rows.set(`e${at}`, row(`e${at}`))
    const whole = memory.sent.bind(memory)
    memory.sent = (ids) => (ids.includes('e0') ? Promise.reject(new Error('throttled')) : whole(ids))
    const outcomes = [...(await send([...rows.keys()])).values()]
    expect(outcomes.filter(({ result }) => result === 'applied')).toHaveLength(50)
    expect(outcomes.filter(({ result }) => result === 'failed')).toHaveLength(100)
  })

  it('remembers an opt-out when the row was deleted and is written anew', async () => {
    const { rows, send, region } = open()
    rows.set('a', row('a', { OptOut: 'ALL' }))
    await send(['a'])
    rows.delete('a')
    await send(['a'])
    rows.set('a', row('a'))
    await send(['a'])
    expect((await region.read('a'))?.OptOut).toBe('ALL')
  })

  it('plans again when somebody else has noted a newer consent meanwhile', async () => {
    const { rows, calls, consents, send } = open()
    rows.set('a', row('a', { OptOut: 'NONE', ConsentDate: '2026-05-01T00:00:00Z' }))
    await consents.note('a', { value: 'ALL', at: '2026-05-02T00:00:00.000Z' })
    const known = consents.of.bind(consents)
    consents.of = () => Promise.resolve(new Map())
    expect((await send(['a'])).get('a')).toEqual(failed('CONSENT_MOVED'))
    expect(calls.flat()).toEqual([])
    consents.of = known
    await send(['a'])
    expect(calls.flat()).toMatchObject([{ endpoint: { OptOut: 'ALL' } }])
  })

  it('sends one of two rows whose ids differ only by case, parks the other, and goes on', async () => {
    const { rows, memory, send, region } = open()
    rows.set('Ada', row('Ada')).set('ada', row('ada')).set('bob', row('bob'))
    const outcomes = await send(['Ada', 'ada', 'bob', 'ADA'])
    expect(outcomes.get('ada')).toEqual(applied)
    expect(outcomes.get('Ada')).toEqual(rejected('ID_CASE'))
    expect(outcomes.get('bob')).toEqual(applied)
    expect([...memory.parked.keys()]).toEqual(['Ada'])
    rows.delete('Ada')
    await send(['Ada'])
    expect(await region.read('ada')).toBeDefined()
  })
})
