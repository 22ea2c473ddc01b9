import { describe, expect, it } from 'vitest'
import { backlogRig, RUN } from './backlog-rig.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const MAY = '2026-05-01T00:00:00Z'
const JUNE = '2026-06-01T00:00:30Z'

/** A Region that has `before`, and whose lane waits with `after`. */
const behind = async (
  before: readonly ReturnType<typeof row>[],
  after: readonly ReturnType<typeof row>[],
) => {
  const lanes = openLanes()
  await lanes.write(...before)
  await lanes.settle()
  lanes.clock.tick(60_000)
  await lanes.write(...after)
  lanes.region().calls.length = 0
  return { lanes, rig: await backlogRig(lanes) }
}
const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, at) => row(`m${at}`, more))

describe('a backlog that is staged', () => {
  it('becomes rows, without a status and silent about consent, and leaves the lane with nothing to do', async () => {
    const gold = { Attributes: { Plan: ['gold'] } }
    const { lanes, rig } = await behind(
      [row('a', { Attributes: { Old: ['x'] } })],
      [row('a', gold), row('b')],
    )
    const { staged } = await rig.stage()
    expect(staged).toEqual({ bucket: 'b', prefix: `staging/${RUN}/1/`, left: 0, rows: 2 })
    expect(rig.rows()).toEqual([
      {
        Id: 'a',
        Address: 'a@example.com',
        ChannelType: 'EMAIL',
        Attributes: { Old: [], Plan: ['gold'] },
      },
      { Id: 'b', Address: 'b@example.com', ChannelType: 'EMAIL' },
    ])
    expect(lanes.queue('bulk')).toEqual([])
    expect(lanes.region().calls).toEqual([])
    expect(await rig.note('a')).toMatchObject({ state: 'unknown', importing: { run: RUN }, keys: ['a'] })
    expect((await rig.ledger.get(RUN)).file).toMatchObject({ rows: 2, accepted: 2 })
  })

  it('says an opt-out where the Region does not know the endpoint, or has been told before', async () => {
    const out = { OptOut: 'ALL', ConsentDate: MAY }
    const plan = { Attributes: { Plan: ['gold'] } }
    const { rig } = await behind([row('told', out)], [row('told', { ...out, ...plan }), row('new', out)])
    await rig.stage()
    expect(rig.rows().map(({ Id, OptOut }) => [Id, OptOut])).toEqual([
      ['told', 'ALL'],
      ['new', 'ALL'],
    ])
  })

  it('leaves to the lane what a file cannot say, what must not wait for a job, and what may still be under way', async () => {
    const out = { OptOut: 'ALL', ConsentDate: MAY }
    const { lanes, rig } = await behind(
      [
        row('out'),
        row('in', out),
        row('user', { User: { UserId: 'u' } }),
        row('gone'),
        row('city', { Location: { City: 'Lisbon' } }),
      ],
      [
        ...many(20),
        row('out', out),
        row('in', { OptOut: 'NONE', ConsentDate: JUNE }),
        row('off', { EndpointStatus: 'INACTIVE' }),
        row('user'),
        row('city'),
        row('twin-1', { Address: 'twin@example.com', Version: 1 }),
        row('twin-2', { Address: 'twin@example.com', Version: 2 }),
        row('bad', { Address: 'nowhere' }),
      ],
    )
    lanes.items.delete('gone')
    await lanes.mark(['gone'])
    await rig.stage()
    expect(
      rig
        .rows()
        .map(({ Id }) => Id)
        .sort(),
    ).toEqual([...many(20).map(({ Id }) => Id), 'twin-2'].sort())
    const marked = (kind: 'urgent' | 'bulk') =>
      lanes.queue(kind).flatMap(({ body }) => (JSON.parse(body) as { keys: string[] }).keys)
    expect(new Set(marked('urgent'))).toEqual(new Set(['out', 'gone']))
    expect(new Set(marked('bulk'))).toEqual(new Set(['in', 'off', 'user', 'city', 'twin-1', 'bad']))
    await rig.close()
    await lanes.settle()
    expect(rig.seen('out')?.OptOut).toBe('ALL')
    expect(rig.seen('in')?.OptOut).toBe('NONE')
    expect(rig.seen('off')?.EndpointStatus).toBe('INACTIVE')
    expect(rig.seen('gone')).toBeUndefined()
  })

  it('brings endpoints of one user in several parts, and of one address at most one', async () => {
    const lanes = openLanes()
    const rig = await backlogRig(lanes)
    const user = { User: { UserId: 'u', UserAttributes: { Name: ['Ada'] } } }
    await lanes.write(row('a', user), row('twin-1', { Address: 'twin@example.com' }))
    const staging = rig.stage({ seconds: 120 })
    setTimeout(() => void lanes.write(row('b', user), row('twin-2', { Address: 'twin@example.com' })))
    await staging
    expect(rig.rows().map(({ Id }) => Id)).toEqual(['a', 'twin-1', 'b'])
  })

  it('does not give an address to another before whoever had it in the file has certainly left it', async () => {
    const { lanes, rig } = await behind([], many(30))
    await lanes.write(row('a', { Address: 'x@example.com' }))
    let isMoved = false
    lanes.table.intrude = async (operation, [key]) => {
      if (operation !== 'putAll' || !key?.pk.startsWith('sent#') || isMoved) return
      isMoved = true
      await lanes.write(row('a'), row('b', { Address: 'x@example.com' }))
    }
    await rig.stage()
    expect(rig.rows().filter(({ Id }) => !Id.startsWith('m'))).toMatchObject([
      { Id: 'a', Address: 'x@example.com' },
    ])
    await rig.importRows()
    await rig.close()
    await lanes.settle()
    expect(rig.seen('a')).toMatchObject({ Address: 'a@example.com', EndpointStatus: 'ACTIVE' })
    expect(rig.seen('b')).toMatchObject({ Address: 'x@example.com', EndpointStatus: 'ACTIVE' })
  })

  it('is looked at once, however many markers name it', async () => {
    const { lanes, rig } = await behind([], many(30))
    await lanes.mark(many(30).map(({ Id }) => Id))
    await lanes.mark(['m1', 'm2'])
    await rig.stage()
    expect(rig.rows()).toHaveLength(30)
    expect(lanes.queue('bulk')).toEqual([])
  })

  it('goes back to the lane when its markers name too few keys for a job', async () => {
    const { lanes, rig } = await behind([], [])
    for (let at = 0; at < 20; at += 1) await lanes.write(row(`m${at % 3}`))
    const { staged } = await rig.stage({ markers: 20, threshold: 1_000 })
    expect(staged.rows).toBe(0)
    expect(rig.rows()).toEqual([])
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(3)
  })

  it('goes back to the lane when most of it is the lane’s business', async () => {
    const { lanes, rig } = await behind([], [...many(5), ...many(30, { EndpointStatus: 'INACTIVE' })])
    const { staged } = await rig.stage()
    expect(staged.rows).toBe(0)
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(30)
  })

  it('is not staged when nearly all of it is there already', async () => {
    const { lanes, rig } = await behind(many(40), [row('new')])
    await lanes.mark(many(40).map(({ Id }) => Id))
    const { staged } = await rig.stage()
    expect(staged.rows).toBe(0)
    await lanes.settle()
    expect(lanes.region().sent('new')).toHaveLength(1)
    expect(lanes.region().sent('m1')).toEqual([])
  })

  it('lets the urgent go first', async () => {
    const { lanes, rig } = await behind([row('late')], many(30))
    const began = lanes.clock.now()
    let urgent: ReturnType<typeof lanes.start> | undefined
    lanes.table.intrude = async (operation, [key]) => {
      if (operation !== 'putAll' || !key?.pk.startsWith('sent#') || urgent) return
      await lanes.erase('late')
      urgent = lanes.start({ kind: 'urgent' })
    }
    await rig.stage()
    await urgent?.worked
    expect(lanes.region().sent('late')[0]?.at).toBeLessThan(began + 5_000)
    expect(rig.rows()).toHaveLength(30)
  })

  it('is not imported when an operator pauses the lane meanwhile', async () => {
    const { lanes, rig } = await behind([], many(30))
    lanes.table.intrude = async (operation, [key]) => {
      if (operation === 'putAll' && key?.pk.startsWith('sent#')) await lanes.turns().pause(true, JUNE)
    }
    const { staged } = await rig.stage()
    expect([staged.rows, rig.rows().length]).toEqual([0, 30])
  })

  it('is not added to once somebody has closed the run', async () => {
    const { lanes, rig } = await behind([], many(30))
    await rig.ledger.note({ ...(await rig.ledger.get(RUN)), closedAt: JUNE })
    await rig.stage()
    expect(rig.rows()).toEqual([])
    expect((await rig.ledger.get(RUN)).closedAt).toBe(JUNE)
    lanes.clock.tick(1_000_000)
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(30)
  })

  it('keeps a marker that no version of ours has written', async () => {
    const { lanes, rig } = await behind([], many(30))
    lanes.put('{"v":3}')
    await rig.stage()
    expect(lanes.queue('bulk').map(({ body }) => body)).toEqual(['{"v":3}'])
  })
})
