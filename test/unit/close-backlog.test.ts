import { describe, expect, it } from 'vitest'
import { applied, rejected } from '../../shared/endpoint/outcome.ts'
import { backlogRig, Died, RUN } from './backlog-rig.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const gold = { Attributes: { Plan: ['gold'] } }
const out = { OptOut: 'ALL', ConsentDate: '2026-05-01T00:00:00Z' }
const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, at) => row(`m${at}`, more))
const MINUTE = 60_000

/** A Region that has `before`, and a file that brings `after`. */
const staged = async (
  before: readonly ReturnType<typeof row>[],
  after: readonly ReturnType<typeof row>[],
) => {
  const lanes = openLanes()
  await lanes.write(...before)
  await lanes.settle()
  lanes.clock.tick(MINUTE)
  await lanes.write(...after)
  const rig = await backlogRig(lanes)
  await rig.stage()
  lanes.region().calls.length = 0
  return { lanes, rig, region: lanes.region() }
}

describe('while a job brings an endpoint', () => {
  it('the lane leaves it alone, and sends what is newer when the run is closed', async () => {
    const { lanes, rig, region } = await staged([row('a')], [row('a', gold)])
    await lanes.write(row('a', { Attributes: { Plan: ['free'] } }))
    for (let minute = 0; minute < 30; minute += 1) {
      await lanes.work()
      lanes.clock.tick(MINUTE)
    }
    expect(region.calls).toEqual([])
    await rig.importRows()
    expect(rig.seen('a')?.Attributes).toEqual({ Plan: ['gold'] })
    await rig.close()
    await lanes.settle()
    expect(region.sent('a')).toHaveLength(1)
    expect(rig.seen('a')?.Attributes).toEqual({ Plan: ['free'] })
  })

  it('who leaves and cannot be opted out is deleted, and deleted again when the job has brought the endpoint back', async () => {
    const { lanes, rig, region } = await staged([row('a')], [row('a', gold)])
    region.answer = ({ kind }) => (kind === 'put' ? rejected('BadRequestException') : applied)
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    expect(rig.seen('a')).toBeUndefined()
    await rig.importRows()
    expect(rig.seen('a')).toBeDefined()
    await rig.close()
    await lanes.settle()
    expect(rig.seen('a')).toBeUndefined()
    expect([...lanes.table.rows.values()].filter(({ pk }) => pk.startsWith('receipt#'))).toHaveLength(1)
  })

  it('it is looked at ever more rarely', async () => {
    const { lanes, rig } = await staged([], [row('a')])
    await lanes.mark(['a'])
    const delays: number[] = []
    for (let look = 0; look < 20; look += 1) {
      await lanes.work()
      const [message] = lanes.queue('bulk')
      delays.push(((message?.visibleAt ?? 0) - lanes.clock.now()) / 1000)
      lanes.clock.tick((message?.visibleAt ?? 0) - lanes.clock.now())
    }
    expect(delays[0]).toBe(30)
    expect(delays.at(-1)).toBe(900)
    expect(delays.every((delay, at) => at === 0 || delay >= (delays[at - 1] ?? 0))).toBe(true)
    expect(await rig.note('a')).toMatchObject({ state: 'unknown' })
  })

  it('an opt-out is said at once, and no row of the job takes it back', async () => {
    const { lanes, rig, region } = await staged([row('a')], [row('a', gold), row('b', gold)])
    await lanes.write(row('a', { ...gold, ...out }), row('b', { ...gold, ...out }))
    await lanes.work()
    expect(['a', 'b'].map((id) => rig.seen(id)?.OptOut)).toEqual(['ALL', 'ALL'])
    // Nobody at its address gives way to what is not whole.
    expect(['a', 'b'].map((id) => rig.seen(id)?.EndpointStatus)).toEqual(['INACTIVE', 'INACTIVE'])
    expect(rig.seen('a')?.Attributes).not.toEqual(gold.Attributes)
    await rig.importRows()
    expect(['a', 'b'].map((id) => [rig.seen(id)?.OptOut, rig.seen(id)?.EndpointStatus])).toEqual([
      ['ALL', 'ACTIVE'],
      ['ALL', 'ACTIVE'],
    ])
    await lanes.work({ kind: 'urgent' })
    expect(region.sent()).toHaveLength(2)
    await rig.close()
    await lanes.settle()
    for (const id of ['a', 'b']) {
      expect(rig.seen(id)).toMatchObject({ OptOut: 'ALL', EndpointStatus: 'ACTIVE', ...gold })
      expect(await rig.note(id)).toMatchObject({ state: 'applied', optOut: 'ALL' })
      expect((await rig.note(id))?.importing).toBeUndefined()
    }
  })

  it('an opt-out of one of its user is said at once too, and the rest of it waits', async () => {
    const user = { User: { UserId: 'u' } }
    const { lanes, rig, region } = await staged(
      [row('a', user), row('b', user)],
      [row('a', { ...user, ...gold })],
    )
    await lanes.write(row('b', { ...user, ...gold, ...out }))
    await lanes.work()
    expect(rig.seen('b')).toMatchObject({ OptOut: 'ALL', Attributes: {} })
    expect(region.sent()).toHaveLength(1)
    await rig.importRows()
    await rig.close()
    await lanes.settle()
    expect(rig.seen('b')).toMatchObject({ OptOut: 'ALL', ...gold })
  })

  it('an opt-out without an answer is said again', async () => {
    const { lanes, rig, region } = await staged([row('a')], [row('a', gold)])
    await lanes.write(row('a', { ...gold, ...out }))
    region.isDown = true
    await lanes.work()
    region.isDown = false
    lanes.clock.tick(MINUTE)
    await lanes.work()
    expect(rig.seen('a')?.OptOut).toBe('ALL')
    await rig.importRows()
    await rig.close()
    await lanes.settle()
    expect(rig.seen('a')).toMatchObject({ OptOut: 'ALL', ...gold })
  })

  it.each([
    ['that the Region has', [row('a')]],
    ['that the job brings', []],
  ])('a remove of one %s begins at once, and ends after the job', async (_what, before) => {
    const { lanes, rig, region } = await staged(before, [row('a', gold)])
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    expect(region.sent().map(({ change }) => change.kind)).toEqual(before.map(() => 'put'))
    await rig.importRows()
    lanes.clock.tick(MINUTE)
    await lanes.work({ kind: 'urgent' })
    expect(rig.seen('a')).toMatchObject({ OptOut: 'ALL' })
    expect(region.sent().some(({ change }) => change.kind === 'remove')).toBe(false)
    await rig.close()
    await lanes.settle()
    expect(rig.seen('a')).toBeUndefined()
    expect(await rig.note('a')).toMatchObject({ fingerprint: '', state: 'applied', keys: [] })
    expect([...lanes.table.rows.values()].filter(({ pk }) => pk.startsWith('receipt#'))).toHaveLength(1)
  })

  it('who is deleted and comes back meanwhile is there in the end, as the item says', async () => {
    const { lanes, rig } = await staged([row('a')], [row('a', gold)])
    await lanes.erase('a')
    await lanes.work({ kind: 'urgent' })
    await lanes.write(row('a', gold))
    await lanes.work()
    await rig.importRows()
    await rig.close()
    await lanes.settle()
    expect(rig.seen('a')).toMatchObject({ OptOut: 'NONE', EndpointStatus: 'ACTIVE', ...gold })
  })
})

describe('a backlog that is closed', () => {
  it('after a whole job costs the Region no call', async () => {
    const { lanes, rig, region } = await staged([row('m1')], many(30, gold))
    await rig.importRows()
    expect((await rig.close()).closed).toEqual({ state: 'closed' })
    expect(await rig.note('m1')).toMatchObject({ state: 'applied' })
    await lanes.settle()
    // One in a hundred is read back.
    expect(region.calls.filter(({ kind }) => kind === 'apply')).toEqual([])
    expect(await rig.ledger.owed('us-west-2')).toEqual([])
    expect((await rig.ledger.get(RUN)).closedAt).toBeDefined()
    expect([...rig.objects.keys()]).toContain(`w/reports/${RUN}/report.json`)
  })

  it('proves the opt-outs that it has brought', async () => {
    const { lanes, rig, region } = await staged([], [row('a', out)])
    await rig.importRows()
    await rig.close()
    await lanes.settle()
    expect(region.calls.map(({ kind }) => kind)).toEqual(['read'])
    expect((await rig.note('a'))?.unproved).toBeUndefined()
  })

  it('after a job that left rows out sends them all by calls, and never again by a file', async () => {
    const { lanes, rig, region } = await staged([], many(30))
    await rig.importRows('done', ['m1', 'm2'])
    await rig.close()
    expect(await rig.note('m3')).toMatchObject({ state: 'unknown', byCall: true })
    await rig.reopen()
    await lanes.mark(['new'])
    lanes.items.set('new', row('new'))
    lanes.clock.tick(MINUTE)
    const { staged: again } = await rig.stage()
    expect(again.rows).toBe(0)
    await lanes.settle()
    expect(region.stored.size).toBe(31)
    expect((await rig.note('m3'))?.byCall).toBeUndefined()
  })

  it('after a job that failed sends what it may have brought, or not, once more', async () => {
    const { lanes, rig, region } = await staged([], many(30))
    await rig.importRows('failed', ['m1'])
    await rig.close()
    await lanes.settle()
    expect(region.sent()).toHaveLength(30)
    expect(region.stored.size).toBe(30)
  })

  it('without a job takes back what was noted, and the next file may bring it', async () => {
    const { lanes, rig } = await staged([], many(30))
    await rig.close()
    expect((await rig.note('m3'))?.byCall).toBeUndefined()
    lanes.clock.tick(MINUTE)
    await rig.reopen()
    expect((await rig.stage()).staged.rows).toBe(30)
  })

  it('waits while the job may still write', async () => {
    const { lanes, rig } = await staged([], [row('a')])
    await rig.importRows('running')
    expect((await rig.close()).closed).toEqual({ state: 'running' })
    expect(await rig.note('a')).toMatchObject({ importing: { run: RUN } })
    expect(lanes.queue('bulk')).toEqual([])
    expect(await rig.ledger.owed('us-west-2')).toHaveLength(1)
  })

  it('is closed although the run itself was never written down', async () => {
    const lanes = openLanes()
    const rig = await backlogRig(lanes)
    await lanes.table.delete({ pk: `run#${RUN}`, sk: 'run' })
    await rig.close()
    expect(await rig.ledger.owed('us-west-2')).toEqual([])
  })
})

const mustHaveDied = (error: unknown): undefined => {
  if (!(error instanceof Died)) throw error
}

describe('whoever dies, wherever', () => {
  const before = [
    ...many(4),
    row('gone'),
    row('in', out),
    row('twin-1', { Address: 'twin@example.com', Version: 1 }),
  ]
  const after = [
    ...many(8, gold),
    row('in', { OptOut: 'NONE', ConsentDate: '2026-06-01T00:00:30Z' }),
    row('off', { EndpointStatus: 'INACTIVE' }),
    row('out', out),
    row('twin-2', { Address: 'twin@example.com', Version: 2 }),
    row('bad', { Address: 'nowhere' }),
  ]

  const begin = async () => {
    const lanes = openLanes()
    await lanes.write(...before)
    await lanes.settle()
    lanes.clock.tick(MINUTE)
    await lanes.write(...after)
    lanes.items.delete('gone')
    await lanes.mark(['gone'])
    return { lanes, rig: await backlogRig(lanes) }
  }
  const mustAgree = async ({ lanes, rig }: Awaited<ReturnType<typeof begin>>) => {
    lanes.clock.tick(1_000_000)
    await lanes.settle(300)
    const seen = (id: string) => {
      const { OptOut, EndpointStatus, Attributes } = rig.seen(id) ?? {}
      return [OptOut, EndpointStatus, Attributes]
    }
    for (const { Id } of many(8)) expect(seen(Id)).toEqual(['NONE', 'ACTIVE', gold.Attributes])
    expect(['in', 'off', 'out', 'twin-1', 'twin-2'].map((id) => seen(id).slice(0, 2))).toEqual([
      ['NONE', 'ACTIVE'],
      ['NONE', 'INACTIVE'],
      ['ALL', 'ACTIVE'],
      ['NONE', 'INACTIVE'],
      ['NONE', 'ACTIVE'],
    ])
    expect(['gone', 'bad'].map((id) => rig.seen(id))).toEqual([undefined, undefined])
    const notes = [...lanes.table.rows.values()].filter(({ pk }) => pk.startsWith('sent#'))
    expect(notes.filter(({ importing }) => importing !== undefined)).toEqual([])
    expect(await rig.ledger.owed('us-west-2')).toEqual([])
  }

  it('in staging: what was noted is taken back, and the lane does the rest', async () => {
    const { steps } = await (await begin()).rig.stage()
    expect(steps).toBeGreaterThan(20)
    for (let diesAt = 1; diesAt <= steps; diesAt += 1) {
      const world = await begin()
      const done = await world.rig.stage({ diesAt }).catch(mustHaveDied)
      // Its lease ends with the invocation.
      world.lanes.clock.tick(1_000_000)
      if (done) await world.rig.importRows()
      await world.rig.close()
      await mustAgree(world)
    }
  })

  it.each([
    ['a whole job', 'done' as const, undefined],
    ['a broken one', 'failed' as const, ['m1', 'm5']],
  ])('in closing after %s: whoever comes back does it all again', async (_what, end, names) => {
    const world = await begin()
    await world.rig.stage()
    await world.rig.importRows(end, names)
    const { steps } = await world.rig.close()
    await mustAgree(world)
    for (let diesAt = 1; diesAt <= steps; diesAt += 1) {
      const again = await begin()
      await again.rig.stage()
      await again.rig.importRows(end, names)
      await expect(again.rig.close({ diesAt })).rejects.toThrow(Died)
      again.lanes.clock.tick(1_000_000)
      await again.rig.close()
      await mustAgree(again)
    }
  })
})
