import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/endpoint/change.ts'
import { applied, failed, rejected } from '../../shared/endpoint/outcome.ts'
import type { Outcome } from '../../shared/endpoint/outcome.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import type { Destination } from '../../shared/destinations/destination.ts'
import { sendLane } from '../../shared/sync/send-lane.ts'
import type { Lane } from '../../shared/sync/send-lane.ts'
import { memoryLane } from './memory-lane.ts'

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
    readItems: (ids) =>
      Promise.resolve(new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id) ?? {}]] : [])))),
    now: () => time,
    sleep: (ms) => {
      time += ms
      return Promise.resolve()
    },
  }
  const send = (ids: string[], owner = 'me') => sendLane(ids, lane, { owner, deadline: time + 120_000 })
  return { rows, calls, memory, lane, send, region, tick: (ms: number) => (time += ms) }
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
    expect((await send(['a'])).get('a')).toEqual(failed('LANE_BUSY'))
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

  it('begins no chunk that it may not be able to end', async () => {
    const { rows, send, tick } = open(() => {
      tick(1_000)
      return applied
    })
    for (let at = 0; at < 150; at += 1) rows.set(`e${at}`, row(`e${at}`))
    const outcomes = [...(await send([...rows.keys()].slice(0, 101))).values()]
    expect(outcomes.filter(({ result }) => result === 'applied')).toHaveLength(100)
    expect(outcomes.at(-1)).toEqual(failed('OUT_OF_TIME'))
  })
})
