import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { applied, rejected } from '../../shared/endpoint/outcome.ts'
import { whileLeased } from '../../shared/sync/lane/lease.ts'
import { mendPart, NOTHING_MENDED } from '../../shared/sync/load/mend-part.ts'
import type { Mended } from '../../shared/sync/load/mend-part.ts'
import { memoryFiles } from './memory-files.ts'
import { openLanes } from './open-lanes.ts'

const REGION = 'us-west-2'
const LOAD = { run: 'r', region: REGION, attempt: 1, part: 1, slice: 0 }
const PREFIX = 'staging/r/1/1/'
const REJECTS = 'w/reports/r/rejects-us-west-2.jsonl'
const row = (Id: string, more: object = {}) => ({
  ...{ Id, Address: `${Id}@example.com`, ChannelType: 'EMAIL' },
  ...more,
})
const many = (count: number) => Array.from({ length: count }, (_, at) => row(`e${at}`))

/** A staged file of these rows, and a call of mend-part on it. */
const staged = (rows: readonly object[], lanes = openLanes()) => {
  const { files, objects } = memoryFiles()
  const write = (all: readonly object[]) =>
    objects.set(`b/${PREFIX}part-00001.json`, all.map((each) => `${JSON.stringify(each)}\n`).join(''))
  write(rows)
  const region = lanes.region()
  const droppedAt = new Date(lanes.clock.now()).toISOString()
  let owners = 0
  const call = (mended: Mended = NOTHING_MENDED, seconds = 180, load = LOAD) =>
    whileLeased(
      {
        turns: lanes.turns(),
        destination: region.destination,
        now: lanes.clock.now,
        sleep: lanes.clock.sleep,
      },
      { owner: `mend-${(owners += 1)}`, deadline: lanes.clock.now() + seconds * 1000, isEager: true },
      (hold) =>
        mendPart(
          {
            ...{ load, files, mended, destination: region.destination },
            from: { bucket: 'b', prefix: PREFIX },
            fresh: {
              droppedAt,
              consents: lanes.consents,
              memory: lanes.memory(),
              tell: () => Promise.resolve(),
            },
            work: { bucket: 'w', files },
          },
          hold,
        ),
    )
  const mend = (...task: Parameters<typeof call>) => lanes.clock.during(call(...task))
  const named = () =>
    (objects.get(REJECTS) ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Endpoint & { Samepoint: unknown })
  return { lanes, region, call, mend, named, objects, write }
}

describe('a file of which a job has left out rows', () => {
  it('goes by calls of a hundred; who is refused singly is named with the reason, and can be dropped again', async () => {
    const { region, mend, named } = staged(many(250))
    region.answer = (change) =>
      change.kind === 'put' && change.endpoint.Id === 'e120' ? rejected('BadRequestException') : applied
    const { isOver, mended } = await mend()
    expect(isOver).toBe(true)
    expect(mended).toEqual({ rows: 250, taken: 249, refused: 1, left: 0 })
    expect(region.calls.map(({ ids }) => ids.length)).toEqual([100, 100, 50])
    expect(region.stored.size).toBe(249)
    const expected = 'an endpoint that the Region accepts'
    expect(named()).toEqual([
      { ...row('e120'), Samepoint: { problems: [{ rule: 'BadRequestException', field: '', expected }] } },
    ])
  })

  it('opts out whom the Region refuses singly all the same, with no more than the address', async () => {
    const { lanes, region, mend } = staged([row('x', { OptOut: 'ALL', Attributes: { Odd: ['one'] } })])
    region.stored.set('x', row('x') as never)
    await lanes.consents.note('x', { value: 'ALL', at: '2026-06-01T00:00:00.000Z' })
    // The Region takes the bare opt-out, and not the attributes.
    region.answer = (change) =>
      change.kind === 'put' && change.endpoint.Attributes ? rejected('BadRequestException') : applied
    const { mended } = await mend()
    expect(mended).toMatchObject({ refused: 1 })
    await lanes.settle()
    expect(region.stored.get('x')?.OptOut).toBe('ALL')
  })

  it('names nobody, and makes no report, where the Region takes them all', async () => {
    const { mend, objects } = staged(many(3))
    expect((await mend()).mended).toEqual({ rows: 3, taken: 3, refused: 0, left: 0 })
    expect([...objects.keys()].filter((key) => key.startsWith('w/reports/'))).toEqual([])
  })

  it('is silent of consent, but for who is opted out by now', async () => {
    const { lanes, region, mend } = staged([
      row('in', { OptOut: 'ALL' }),
      row('out'),
      row('both', { OptOut: 'ALL' }),
    ])
    const at = new Date(lanes.clock.now()).toISOString()
    await lanes.consents.note('in', { value: 'NONE', at })
    for (const id of ['out', 'both']) await lanes.consents.note(id, { value: 'ALL', at })
    await mend()
    const said = region.sent().map(({ change }) => change.kind === 'put' && change.endpoint.OptOut)
    expect(said).toEqual([undefined, 'ALL', 'ALL'])
  })

  it('says so of whoever opts out in the very moment before the call', async () => {
    const { lanes, region, mend } = staged(many(3))
    let looks = 0
    lanes.table.intrude = async (operation, keys) => {
      if (operation !== 'getAll' || !keys.some(({ pk }) => pk.startsWith('consent#'))) return
      looks += 1
      if (looks === 2) await lanes.consents.note('e1', { value: 'ALL', at: '2026-06-01T00:00:00.000Z' })
    }
    expect((await mend()).mended).toMatchObject({ rows: 3, taken: 3 })
    expect(region.stored.get('e1')?.OptOut).toBe('ALL')
    for (const { change } of region.sent('e1')) expect(change).toMatchObject({ endpoint: { OptOut: 'ALL' } })
  })

  it('leaves out what the lane has sent since the drop, and who was removed', async () => {
    const lanes = openLanes()
    await lanes.write(row('gone'), row('old'))
    await lanes.settle()
    await lanes.erase('gone')
    await lanes.settle()
    lanes.clock.tick(60_000)
    const { region, mend } = staged([row('gone'), row('newer'), row('old'), row('new')], lanes)
    lanes.clock.tick(1_000)
    await lanes.write(row('newer', { Attributes: { Plan: ['gold'] } }))
    await lanes.settle()
    region.calls.length = 0
    expect((await mend()).mended).toEqual({ rows: 4, taken: 2, refused: 0, left: 2 })
    expect(region.calls.flatMap(({ ids }) => ids)).toEqual(['old', 'new'])
    expect(region.stored.get('newer')?.Attributes).toEqual({ Plan: ['gold'] })
  })

  it('is gone on with where the time ran out, and all that was named is in one file', async () => {
    const { region, mend, named } = staged(many(450))
    // Twenty seconds a call: of those that a call of 75 seconds may begin within 60 there are three.
    region.latency = 20_000
    region.answer = (change) =>
      change.kind === 'put' && /^e(50|399)$/.test(change.endpoint.Id)
        ? rejected('BadRequestException')
        : applied
    const first = await mend(NOTHING_MENDED, 75)
    expect(first).toEqual({ isOver: false, mended: { rows: 300, taken: 299, refused: 1, left: 0 } })
    expect(named()).toEqual([])
    expect(await mend(first.mended, 75)).toEqual({
      isOver: true,
      mended: { rows: 450, taken: 448, refused: 2, left: 0 },
    })
    expect(named().map(({ Id }) => Id)).toEqual(['e50', 'e399'])
  })

  it('names those of an earlier file of the attempt as well, and not those of an attempt that is over', async () => {
    const { region, mend, named, write } = staged([row('a')])
    region.answer = () => rejected('BadRequestException')
    await mend()
    write([row('b')])
    await mend(NOTHING_MENDED, 180, { ...LOAD, part: 2 })
    expect(named().map(({ Id }) => Id)).toEqual(['a', 'b'])
    write([row('c')])
    await mend(NOTHING_MENDED, 180, { ...LOAD, attempt: 2 })
    expect(named().map(({ Id }) => Id)).toEqual(['c'])
  })

  it('says the same again where a call died before it could say how far it was', async () => {
    const { lanes, region, call, mend, named } = staged(many(150))
    region.answer = (change) =>
      change.kind === 'put' && change.endpoint.Id === 'e7' ? rejected('BadRequestException') : applied
    region.latency = 1_000
    let isDead = false
    lanes.table.intrude = () => {
      if (isDead) throw new Error('it has died')
    }
    const dying = call()
    await lanes.clock.during(lanes.clock.sleep(500))
    isDead = true
    await expect(lanes.clock.during(dying)).rejects.toThrow('it has died')
    isDead = false
    lanes.clock.tick(400_000)
    expect((await mend()).mended).toEqual({ rows: 150, taken: 149, refused: 1, left: 0 })
    expect(named().map(({ Id }) => Id)).toEqual(['e7'])
  })

  it('fails under the Region’s own reason while the Region does not answer', async () => {
    const { region, mend } = staged(many(3))
    region.isDown = true
    await expect(mend()).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('lets an opt-out of the lane go between its calls, and comes in front of the rest', async () => {
    const { lanes, region, call } = staged(many(400))
    region.latency = 5_000
    await lanes.write(row('urgent', { OptOut: 'ALL', ConsentDate: '2026-05-01T00:00:00Z' }))
    const [message] = lanes.queue('bulk').splice(0)
    lanes.put(message?.body ?? '', 'urgent')
    const mending = call()
    await lanes.clock.during(lanes.clock.sleep(1_000))
    const urgent = lanes.start({ kind: 'urgent' })
    const { isOver } = await lanes.clock.during(mending)
    await lanes.clock.during(urgent.worked)
    expect(isOver).toBe(true)
    const order = region.calls.map(({ ids }) => (ids[0] === 'urgent' ? 'urgent' : 'rows'))
    expect(order.indexOf('urgent')).toBeGreaterThan(0)
    expect(order.indexOf('urgent')).toBeLessThan(order.lastIndexOf('rows'))
  })
})
