import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idOf } from '../../shared/endpoint/change.ts'
import type { Change } from '../../shared/endpoint/change.ts'
import { applied, rejected } from '../../shared/endpoint/outcome.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const at = (Id: string, Version: number, more: object = {}) =>
  row(Id, { Version, Address: 'shared@example.com', ...more })
const of = (Id: string, Version: number, UserAttributes?: object) =>
  row(Id, { Version, User: { UserId: 'u', ...(UserAttributes && { UserAttributes }) } })

type Opened = ReturnType<typeof openLanes>
const active = (lanes: Opened) =>
  [...lanes.region().stored].filter(([, { EndpointStatus }]) => EndpointStatus === 'ACTIVE').map(([id]) => id)
const written = async (lanes: Opened, ...rows: { Id: string }[]) => {
  await lanes.write(...rows)
  await lanes.settle()
  lanes.clock.tick(60_000)
}
/** As Pinpoint does, where all belong to one user. */
const refuseSixteenth = (lanes: Opened) => {
  const { stored } = lanes.region()
  const hasRoom = (change: Change) => change.kind === 'remove' || stored.has(idOf(change)) || stored.size < 15
  lanes.region().answer = (change) => (hasRoom(change) ? applied : rejected('BadRequestException'))
}

describe('endpoints of one address, in a Region', () => {
  it('have the newest row’s ACTIVE, in whatever order and company the items come', async () => {
    const rows = [at('a', 1), at('b', 4), at('c', 3), at('d', 2)]
    const orders = fc.shuffledSubarray(rows, { minLength: 4 })
    const pauses = fc.array(fc.constantFrom(-1, 0, 1_000, 10_000), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(orders, pauses, async (order, waits) => {
        const lanes = openLanes()
        for (const [number, each] of order.entries()) {
          await lanes.write(each)
          const wait = waits[number] ?? 0
          if (wait >= 0) await lanes.work()
          lanes.clock.tick(Math.max(0, wait))
        }
        await lanes.settle()
        expect(lanes.region().stored.size).toBe(4)
        expect(active(lanes)).toEqual(['b'])
      }),
      { numRuns: 60 },
    )
  })

  it('follow the rows: a newer one takes over, and the next takes the place of one that goes', async () => {
    const lanes = openLanes()
    await written(lanes, at('a', 1), at('b', 2))
    expect(active(lanes)).toEqual(['b'])
    await written(lanes, at('a', 3))
    expect(active(lanes)).toEqual(['a'])
    await lanes.erase('a')
    await lanes.settle()
    expect(active(lanes)).toEqual(['b'])
    await written(lanes, row('b', { Version: 5 }), at('c', 4))
    expect(active(lanes).sort()).toEqual(['b', 'c'])
  })

  it('have the loser sent before the winner, in one call', async () => {
    const lanes = openLanes()
    await lanes.write(at('b', 4), at('a', 1))
    await lanes.work()
    const [call] = lanes.region().calls
    expect(call?.ids).toEqual(['a', 'b'])
  })

  it('come to rest', async () => {
    const lanes = openLanes()
    await written(lanes, ...Array.from({ length: 20 }, (_, number) => at(`e${number}`, number)))
    const before = lanes.region().sent().length
    expect(before).toBeLessThanOrEqual(60)
    await lanes.mark(Array.from({ length: 20 }, (_, number) => `e${number}`))
    await lanes.settle()
    expect(lanes.region().sent()).toHaveLength(before)
    expect(active(lanes)).toEqual(['e19'])
  })
})

describe('endpoints of one user, in a Region', () => {
  const name = (text: string) => ({ Name: [text] })

  it('have the attributes of the newest row, in whatever order the items come', async () => {
    const rows = [of('a', 1, name('Ada')), of('b', 3, name('Grace')), of('c', 2, name('Edith'))]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: 3 }), fc.boolean(), async (order, isApart) => {
        const lanes = openLanes()
        for (const each of order) {
          await lanes.write(each)
          if (isApart) await lanes.settle()
        }
        await lanes.settle()
        for (const id of ['a', 'b', 'c'])
          expect(lanes.region().stored.get(id)?.User).toEqual({ UserId: 'u', UserAttributes: name('Grace') })
      }),
      { numRuns: 30 },
    )
  })

  it('lose an attribute that the newest row does not have', async () => {
    const lanes = openLanes()
    await written(lanes, of('a', 1, { Name: ['Ada'], City: ['Lisbon'] }))
    await written(lanes, of('b', 2, name('Ada')))
    for (const id of ['a', 'b'])
      expect(lanes.region().stored.get(id)?.User?.UserAttributes).toEqual(name('Ada'))
  })

  it('are fifteen at most: the sixteenth waits, set aside, for a seat', async () => {
    const lanes = openLanes()
    const isParked = (key: string) =>
      [...lanes.table.rows.values()].some((each) => each.pk.startsWith('parked#') && each['key'] === key)
    await written(lanes, ...Array.from({ length: 15 }, (_, number) => of(`e${number}`, number + 10)))
    await written(lanes, of('late', 1))
    expect(lanes.region().stored.has('late')).toBe(false)
    expect(isParked('late')).toBe(true)
    await lanes.erase('e5')
    await lanes.settle()
    expect(lanes.region().stored.has('late')).toBe(true)
    expect(isParked('late')).toBe(false)
  })

  it('are never more than fifteen there, while one gives its seat to another', async () => {
    const lanes = openLanes()
    await written(lanes, ...Array.from({ length: 15 }, (_, number) => of(`e${number}`, number + 10)))
    const most: number[] = []
    lanes.region().answer = () => {
      most.push(lanes.region().stored.size)
      return applied
    }
    await written(lanes, of('new', 50), of('newer', 51))
    await lanes.settle()
    expect(lanes.region().stored.size).toBe(15)
    expect(['new', 'newer'].every((id) => lanes.region().stored.has(id))).toBe(true)
    // Before each put of one that is not there yet, another has gone.
    const isNew = ({ change }: { change: { kind: string } }) => change.kind === 'put'
    for (const id of ['new', 'newer']) expect(lanes.region().sent(id).filter(isNew)).toHaveLength(1)
    expect(Math.max(...most)).toBeLessThanOrEqual(15)
  })

  it('are never more than fifteen there, in whatever company sixteen and more come', async () => {
    const rows = Array.from({ length: 17 }, (_, number) => of(`e${number}`, number + 10))
    const orders = fc.shuffledSubarray(rows, { minLength: 17 })
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 16 }), async (order, first) => {
        const lanes = openLanes()
        refuseSixteenth(lanes)
        await lanes.write(...order.slice(0, first))
        await lanes.work()
        await lanes.write(...order.slice(first))
        await lanes.settle()
        expect([...lanes.region().stored.keys()].sort()).toEqual(
          rows
            .slice(2)
            .map(({ Id }) => Id)
            .sort(),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('that share one address by the thousand have a row in the ledger that has an end', async () => {
    const lanes = openLanes()
    const sharing = { Address: 'none@example.com' }
    const many = Array.from({ length: 1_200 }, (_, number) => ({
      ...row(`n${number}`, sharing),
      Version: number,
    }))
    for (let at = 0; at < many.length; at += 100) await written(lanes, ...many.slice(at, at + 100))
    const sizes = [...lanes.table.rows.values()].map(
      (each) => Object.keys((each['members'] as object | undefined) ?? {}).length,
    )
    expect(Math.max(...sizes)).toBe(1_000)
    expect(active(lanes)).toEqual(['n1199'])
  })

  it('have the oldest row’s removed for a newer one, which comes back when it may', async () => {
    const lanes = openLanes()
    await written(lanes, ...Array.from({ length: 15 }, (_, number) => of(`e${number}`, number + 10)))
    await written(lanes, of('new', 50))
    await lanes.settle()
    expect(lanes.region().stored.has('new')).toBe(true)
    expect(lanes.region().stored.has('e0')).toBe(false)
    await lanes.erase('e9')
    await lanes.settle()
    expect(lanes.region().stored.has('e0')).toBe(true)
    expect(lanes.region().stored.get('e0')).toMatchObject({ OptOut: 'NONE', EndpointStatus: 'ACTIVE' })
  })
})

describe('an endpoint without a seat', () => {
  it('leaves its place at its address to the next one', async () => {
    const lanes = openLanes()
    const sharing = { Address: 'shared@example.com' }
    await written(lanes, { ...of('first', 1), ...sharing }, row('z', sharing))
    expect(active(lanes)).toEqual(['first'])
    await written(lanes, ...Array.from({ length: 15 }, (_, number) => of(`e${number}`, number + 10)))
    await lanes.settle()
    expect(lanes.region().stored.has('first')).toBe(false)
    expect(lanes.region().stored.get('z')?.EndpointStatus).toBe('ACTIVE')
  })
})

describe('items whose endpoint differs only by case', () => {
  const plan = (text: string) => ({ Attributes: { Plan: [text] } })

  it('have the endpoint of the last in spelling, whichever comes first', async () => {
    for (const order of [
      ['Ada', 'ada'],
      ['ada', 'Ada'],
    ]) {
      const lanes = openLanes()
      for (const Id of order) await written(lanes, row(Id, { Address: 'ada@example.com', ...plan(Id) }))
      expect(lanes.region().stored.size).toBe(1)
      expect(lanes.region().stored.get('ada')?.Attributes).toEqual(plan('ada').Attributes)
    }
  })

  it('have the endpoint of the one that is left, when one of them goes', async () => {
    for (const [gone, left] of [
      ['ada', 'Ada'],
      ['Ada', 'ada'],
    ] as const) {
      const lanes = openLanes()
      for (const Id of ['Ada', 'ada']) await written(lanes, row(Id, { Address: 'ada@example.com' }))
      await lanes.erase(gone)
      await lanes.settle()
      expect(lanes.region().stored.has('ada')).toBe(true)
      await written(lanes, row(left, plan(left)))
      await lanes.settle()
      expect(lanes.region().stored.get('ada')?.Attributes).toEqual(plan(left).Attributes)
      await lanes.erase(left)
      await lanes.settle()
      expect(lanes.region().stored.size).toBe(0)
    }
  })

  it('have it so when both come in one marker, in whatever order, at once or while it has to wait', async () => {
    for (const order of [
      ['Ada', 'ada'],
      ['ada', 'Ada'],
    ])
      for (const isHeldUp of [false, true]) {
        const lanes = openLanes()
        // A twin that has just been sent.
        if (isHeldUp) {
          await lanes.write(
            row('z', { Address: 'Ada@example.com' }),
            row('y', { Address: 'ada@example.com' }),
          )
          await lanes.work()
        }
        await written(lanes, ...order.map((Id) => row(Id, plan(Id))))
        expect(lanes.region().stored.get('ada')?.Attributes).toEqual(plan('ada').Attributes)
        await lanes.erase('ada')
        await lanes.settle()
        expect(lanes.region().stored.get('ada')?.Attributes).toEqual(plan('Ada').Attributes)
        await lanes.erase('Ada')
        await lanes.settle()
        expect(lanes.region().stored.has('ada')).toBe(false)
      }
  })

  it('have it so when one goes and the other changes, or comes, in one marker', async () => {
    for (const [gone, left] of [
      ['ada', 'Ada'],
      ['Ada', 'ada'],
    ] as const)
      for (const order of [
        [gone, left],
        [left, gone],
      ])
        for (const isNew of [true, false]) {
          const lanes = openLanes()
          await written(lanes, row(gone))
          if (!isNew) await written(lanes, row(left))
          lanes.items.delete(gone)
          lanes.items.set(left, row(left, plan('new')))
          await lanes.mark(order)
          await lanes.settle()
          expect(lanes.region().stored.get('ada')?.Attributes).toEqual(plan('new').Attributes)
          expect((await lanes.memory().sent(['ada'])).get('ada')?.keys).toEqual([left])
        }
  })

  it('have it so when one comes while the other is being removed, or has to wait for a twin', async () => {
    for (const isLeaving of [true, false])
      for (const order of [
        ['a', 'A'],
        ['A', 'a'],
      ]) {
        const lanes = openLanes()
        await written(lanes, row('a', plan('a')))
        lanes.items.delete('a')
        if (isLeaving) {
          await lanes.mark(['a'], { kind: 'urgent' })
          await lanes.work({ kind: 'urgent' })
          lanes.queue('urgent').splice(0)
        } else {
          await lanes.write(at('z', 1))
          await lanes.work()
        }
        lanes.items.set('A', at('A', 2, plan('A')))
        await lanes.mark(order)
        await lanes.settle()
        expect(lanes.region().stored.get('a')?.Attributes).toEqual(plan('A').Attributes)
        expect((await lanes.memory().sent(['a'])).get('a')?.keys).toEqual(['A'])
      }
  })

  it('leave it to who comes later, when the one that never was sent has gone', async () => {
    const lanes = openLanes()
    await lanes.erase('a')
    await lanes.settle()
    // Set aside behind the other, which goes before it was sent.
    await lanes.write(at('z', 1))
    await lanes.work()
    await lanes.write(at('a', 2))
    await lanes.work()
    await lanes.write(at('A', 3))
    await lanes.work()
    lanes.items.delete('A')
    await lanes.erase('a')
    await lanes.settle()
    await written(lanes, at('A', 4, plan('A')))
    expect(lanes.region().stored.get('a')?.Attributes).toEqual(plan('A').Attributes)
  })

  it('have the others of their marker sent', async () => {
    const lanes = openLanes()
    await written(lanes, row('Ada'), row('ADA'), row('AdA'), row('bob'))
    expect(lanes.region().stored.has('bob')).toBe(true)
  })
})
