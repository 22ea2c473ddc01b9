import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf } from '../../shared/endpoint/endpoint.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import type { Item } from '../../shared/sources/mapping.ts'
import { observe } from '../../shared/sync/lane/observe.ts'
import { planItems } from '../../shared/sync/lane/plan-items.ts'
import { tombstone } from '../../shared/sync/lane/plan-remove.ts'
import type { Plan } from '../../shared/sync/lane/plan.ts'
import customer from '../../mappings/customer.json' with { type: 'json' }
import { memoryTable } from './memory-table.ts'
import { PEOPLE } from './open-lanes.ts'

const CUSTOMERS = readMapping(customer)
const NOW = Date.parse('2026-06-01T00:00:00.000Z')

const open = (mapping = PEOPLE) => {
  const table = memoryTable()
  const memory = laneMemory(table, 'us-west-2')
  const consents = consentRegister(table)
  const items = new Map<string, Item>()
  const readItems = (keys: readonly string[]) =>
    Promise.resolve(
      new Map(keys.flatMap((key) => (items.has(key) ? [[key, items.get(key) ?? {}] as const] : []))),
    )
  const set = (...all: (Item & { readonly Id?: string })[]) => {
    for (const item of all) items.set(String(item[mapping.key]), item)
  }
  const think = async (keys: readonly string[], forced: readonly string[] = []) => {
    const observed = await observe(keys, { memory, consents, mapping, readItems }, NOW)
    const idsOf = (key: string) => mapping.idsOf(key)
    return planItems({ keys, observed, idsOf, now: NOW, forced: new Set(forced) })
  }
  /** As if all that was planned had been sent and applied, long ago. */
  const settle = async (keys: readonly string[]) => {
    const { mapped, sent, groups, thoughts, touched } = await think(keys)
    const after = thoughts.flatMap(({ plan }): [string, Sent][] =>
      plan.kind === 'send' ? [[plan.id, { ...plan.after, fence: 0 }]] : [],
    )
    await memory.note({ mapped, groups, sent: new Map([...sent].map(([id, note]) => [keyOf(id), note])) })
    await memory.note({ sent: new Map(after) })
    return touched
  }
  return { memory, consents, items, set, think, settle }
}

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const shared = (Id: string, Version: number, more: object = {}) =>
  row(Id, { Version, Address: 'shared@example.com', ...more })

const shown = (plan: Plan): string => `${plan.kind} ${plan.id}`
const plansOf = async (thinking: Promise<{ thoughts: readonly { plan: Plan }[] }>) =>
  (await thinking).thoughts.map(({ plan }) => shown(plan))
const endpointIn = (plans: readonly { plan: Plan }[], id: string) => {
  const found = plans.find(({ plan }) => plan.kind === 'send' && keyOf(plan.id) === id)?.plan
  return found?.kind === 'send' && found.change.kind === 'put' ? found.change.endpoint : undefined
}

describe('the endpoints of an item', () => {
  const ada = {
    CustomerId: 'c1',
    Email: 'ada@example.com',
    Phone: '+15550100',
    Devices: [{ DeviceId: 'd1', Platform: 'ios', Token: 'token-1' }],
  }

  it('are sent, and those that have vanished from it are removed', async () => {
    const { set, think, settle } = open(CUSTOMERS)
    set(ada)
    expect(await plansOf(think(['c1']))).toEqual(['send c1-email', 'send c1-phone', 'send c1-device-d1'])
    await settle(['c1'])
    set({ ...ada, Phone: undefined, Devices: [] })
    expect(await plansOf(think(['c1']))).toEqual(['done c1-email', 'leave c1-phone', 'leave c1-device-d1'])
  })

  it('are all removed with the item, those too that only its key tells of', async () => {
    const { set, items, think, settle } = open(CUSTOMERS)
    set({ ...ada, Phone: undefined })
    await settle(['c1'])
    items.delete('c1')
    expect(await plansOf(think(['c1']))).toEqual(['leave c1-email', 'leave c1-device-d1', 'leave c1-phone'])
  })

  it('stay while the item cannot be read well enough to know them', async () => {
    const { set, think, settle } = open(CUSTOMERS)
    set(ada)
    await settle(['c1'])
    set({ ...ada, Email: undefined, Devices: [{ Platform: 'ios', Token: 'token-1' }] })
    expect(await plansOf(think(['c1']))).toEqual(['done c1-phone', 'park '])
    expect((await think(['c1'])).mapped.get('c1')).toMatchObject({
      ids: ['c1-email', 'c1-phone', 'c1-device-d1'],
      parked: true,
    })
  })

  it('are noted where they are news, and only there', async () => {
    const { set, think, settle } = open()
    set(row('a'))
    expect((await think(['a'])).mapped.get('a')).toMatchObject({ key: 'a', ids: ['a'] })
    expect((await think(['a'])).groups.size).toBe(1)
    await settle(['a'])
    set(row('a', { Version: 2, Attributes: { Plan: ['gold'] } }))
    const again = await think(['a'])
    expect(again.thoughts.map(({ plan }) => plan.kind)).toEqual(['send'])
    expect([again.mapped.size, again.sent.size, again.groups.size]).toEqual([0, 0, 0])
  })

  it('are set aside with the item’s problems, and no longer once it is mended', async () => {
    const { set, think, settle } = open()
    set({ Id: 'a', Address: 'nobody' })
    const { thoughts, mapped } = await think(['a'])
    expect(thoughts).toMatchObject([{ plan: { kind: 'park', problems: [{ rule: 'EMAIL_SYNTAX' }] } }])
    expect(mapped.get('a')).toMatchObject({ parked: true })
    await settle(['a'])
    set(row('a'))
    expect((await think(['a'])).mapped.get('a')).not.toHaveProperty('parked')
  })

  it('are sent once where the item has one twice, and the opt-out of either is heard', async () => {
    const { set, think, settle } = open(CUSTOMERS)
    const device = (DeviceId: string, OptOut?: boolean) => ({ DeviceId, Platform: 'ios', Token: 't', OptOut })
    set({ CustomerId: 'c1', Devices: [device('D'), device('d')] })
    await settle(['c1'])
    for (const OptOut of [undefined, true]) {
      set({ CustomerId: 'c1', Devices: [device('D', OptOut), device('d', true)] })
      const { thoughts } = await think(['c1'])
      expect(thoughts.map(({ plan }) => shown(plan)).slice(1)).toEqual(['park c1-device-d'])
      expect(thoughts[1]).toMatchObject({ consent: { value: 'ALL' } })
    }
  })

  it('are removed with an item that has gone, and the next item is not concerned', async () => {
    const { set, items, think, settle } = open()
    set(row('ada'))
    await settle(['ada'])
    items.delete('ada')
    set(row('bob'))
    expect(await plansOf(think(['ada', 'bob']))).toEqual(['leave ada', 'send bob'])
  })
})

describe('an endpoint that two items want', () => {
  it('is the one’s whose key is the last in order of spelling; the other is set aside', async () => {
    const { set, think, settle } = open()
    set(row('Ada'), row('ada'))
    await settle(['ada'])
    const { thoughts, sent } = await think(['Ada'])
    expect(thoughts).toMatchObject([{ plan: { kind: 'park', key: 'Ada', problems: [{ rule: 'ID_TAKEN' }] } }])
    expect(sent.get('ada')).toMatchObject({ keys: ['Ada', 'ada'], state: 'applied' })
  })

  it('is the other’s, which is looked at again, when a later one comes', async () => {
    const { set, think, settle } = open()
    const address = { Address: 'ada@example.com' }
    set(row('Ada', address))
    await settle(['Ada'])
    set(row('ada', address))
    // It says the same: there is nothing to send, and yet something to know.
    const same = await think(['ada'])
    expect(same.thoughts).toMatchObject([{ plan: { kind: 'done' } }])
    expect(same.sent.get('ada')).toMatchObject({ keys: ['Ada', 'ada'] })
    expect([...same.touched]).toEqual(['Ada'])
    set(row('ada', { Address: 'ada@example.com', Attributes: { Plan: ['gold'] } }))
    expect((await think(['ada'])).thoughts).toMatchObject([
      { plan: { kind: 'send', after: { keys: ['Ada', 'ada'] } } },
    ])
  })

  it('is sent once a call', async () => {
    const { set, think } = open()
    set(row('Ada'), row('ada'))
    for (const keys of [
      ['Ada', 'ada'],
      ['ada', 'Ada'],
    ]) {
      const sends = (await think(keys)).thoughts.filter(({ plan }) => plan.kind === 'send')
      expect(sends.map(({ plan }) => plan.key)).toEqual(['ada'])
    }
  })

  it('becomes the other’s when the one has gone, and is not removed', async () => {
    const { set, items, think, settle } = open()
    set(row('Ada'))
    await settle(['Ada'])
    set(row('ada'))
    await settle(['ada'])
    items.delete('ada')
    const { thoughts, touched, sent } = await think(['ada'])
    expect(thoughts).toMatchObject([{ plan: { kind: 'done' } }])
    expect([...touched]).toEqual(['Ada'])
    expect(sent.get('ada')).toMatchObject({ keys: ['Ada'] })
  })

  it('is one row of the ledger, in however many spellings it is noted', async () => {
    const { set, think, settle } = open()
    set(row('Ada'), row('ADA'), row('AdA'))
    const { sent } = await think(['Ada', 'ADA', 'AdA'])
    expect([...sent.keys()]).toEqual(['ada'])
    await expect(settle(['Ada', 'ADA', 'AdA'])).resolves.toBeDefined()
  })
})

describe('an endpoint that comes back while it is being removed', () => {
  it('waits for the end of the remove, and is looked at again', async () => {
    const { set, memory, think } = open()
    set(row('a'))
    const leaving: Sent = { ...tombstone(NOW), leaving: true, fingerprint: 'f', optOut: 'ALL' }
    await memory.note({ sent: new Map([['a', leaving]]) })
    expect((await think(['a'])).thoughts).toMatchObject([
      { plan: { kind: 'send', change: { kind: 'remove' } }, dueAt: NOW },
    ])
    await memory.note({ sent: new Map([['a', { ...leaving, fence: NOW + 3_000 }]]) })
    const [thought] = (await think(['a'])).thoughts
    expect(thought).toEqual({
      plan: { kind: 'wait', id: 'a', key: 'a', until: NOW + 3_000 },
      dueAt: NOW + 3_000,
    })
  })

  it('comes back clean when that has ended', async () => {
    const { set, memory, think } = open()
    set(row('a'))
    await memory.note({ sent: new Map([['a', tombstone(NOW)]]) })
    const { thoughts } = await think(['a'])
    expect(endpointIn(thoughts, 'a')).not.toHaveProperty('OptOut')
    expect(thoughts).toMatchObject([{ plan: { after: { state: 'applied' } } }])
    expect(thoughts[0]?.plan.kind === 'send' && thoughts[0].plan.after).not.toHaveProperty('expires')
  })
})

describe('endpoints of one address', () => {
  it('have the newest row’s ACTIVE, in whatever order the items come', async () => {
    const rows = [shared('a', 1), shared('b', 3), shared('c', 2, { EndpointStatus: 'INACTIVE' })]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: 3 }), fc.boolean(), async (order, atOnce) => {
        const { set, settle, memory, think } = open()
        set(...rows)
        const keys = order.map(({ Id }) => Id)
        const due = new Set(keys)
        if (atOnce) for (const key of await settle(keys)) due.add(key)
        else for (const key of keys) for (const touched of await settle([key])) due.add(touched)
        for (const key of due) await settle([key])
        const notes = await memory.sent(['a', 'b', 'c'])
        for (const { plan } of (await think(keys, keys)).thoughts)
          if (plan.kind === 'send')
            expect(endpointIn([{ plan }], plan.id)?.EndpointStatus).toBe(
              plan.id === 'b' ? 'ACTIVE' : 'INACTIVE',
            )
        // Nothing is left to say: what was sent last is what is to be.
        expect((await plansOf(think(keys))).every((plan) => !plan.startsWith('send'))).toBe(true)
        expect(notes.size).toBe(3)
      }),
      { numRuns: 30 },
    )
  })

  it('have the one looked at again that is ACTIVE no more', async () => {
    const { set, settle, think } = open()
    set(shared('a', 1))
    await settle(['a'])
    set(shared('b', 2))
    const { thoughts, touched } = await think(['b'])
    expect(endpointIn(thoughts, 'b')?.EndpointStatus).toBe('ACTIVE')
    expect([...touched]).toEqual(['a'])
  })

  it('are compared by what their items say now, not by what they said when they were sent', async () => {
    const { set, settle, think } = open()
    set(shared('a', 1))
    await settle(['a'])
    set(shared('a', 5), shared('b', 3))
    expect(endpointIn((await think(['b'])).thoughts, 'b')?.EndpointStatus).toBe('INACTIVE')
  })

  it('have the next one looked at when the ACTIVE one goes, or moves', async () => {
    for (const change of [undefined, row('b', { Version: 2 })]) {
      const { set, items, settle, think } = open()
      set(shared('a', 1), shared('b', 2))
      await settle(['a', 'b'])
      if (change) set(change)
      else items.delete('b')
      const { touched } = await think(['b'])
      expect([...touched]).toEqual(['a'])
      await settle(['b'])
      expect(endpointIn((await think(['a'])).thoughts, 'a')?.EndpointStatus).toBe('ACTIVE')
    }
  })

  it('have whoever has it now looked at when another one takes its place, not who had it before', async () => {
    const { set, settle, memory, think } = open()
    const user = { User: { UserId: 'u' } }
    set(shared('B', 1), row('e', user))
    await settle(['B', 'e'])
    const notes = await memory.sent(['b', 'e'])
    const changed = (id: string, more: Partial<Sent>) =>
      [id, { ...(notes.get(id) as Sent), ...more }] as const
    // The endpoint is b’s by now, and waits for another one of its user.
    const sent = [changed('b', { keys: ['B', 'b'] }), changed('e', { fence: NOW + 4_000 })]
    await memory.note({ sent: new Map(sent) })
    set(shared('b', 2, user), shared('c', 3))
    const { thoughts, touched } = await think(['b', 'c'])
    expect(thoughts.map(({ plan }) => shown(plan))).toEqual(['done b', 'send c'])
    expect([...touched]).toContain('b')
  })

  it('wait for one another: what was sent to one may still make the other INACTIVE', async () => {
    const { set, settle, memory, think } = open()
    set(shared('a', 1))
    await settle(['a'])
    const note = (await memory.sent(['a'])).get('a') as Sent
    await memory.note({ sent: new Map([['a', { ...note, fence: NOW + 4_000 }]]) })
    set(shared('b', 2))
    expect((await think(['b'])).thoughts).toMatchObject([{ plan: { kind: 'wait', until: NOW + 4_000 } }])
  })
})

describe('endpoints of one user', () => {
  const of = (Id: string, Version: number, name?: string) =>
    row(Id, { Version, User: { UserId: 'u', ...(name && { UserAttributes: { Name: [name] } }) } })

  it('have the attributes of the newest row, whichever is sent', async () => {
    const { set, settle, think } = open()
    set(of('a', 1, 'Ada'), of('b', 2, 'Grace'))
    const touched = await settle(['a', 'b'])
    expect([...touched]).toContain('a')
    const { thoughts } = await think(['a', 'b'], ['a', 'b'])
    for (const id of ['a', 'b'])
      expect(endpointIn(thoughts, id)?.User).toMatchObject({
        UserId: 'u',
        UserAttributes: { Name: ['Grace'] },
      })
  })

  it('keep fifteen: the sixteenth is set aside, and comes when a seat is free', async () => {
    const { set, items, settle, think } = open()
    const ids = Array.from({ length: 15 }, (_, at) => `e${at}`)
    set(...ids.map((id, at) => of(id, at + 10)), of('late', 1))
    await settle(ids)
    const { thoughts } = await think(['late'])
    expect(thoughts).toMatchObject([{ plan: { kind: 'park', problems: [{ rule: 'USER_ENDPOINTS' }] } }])
    await settle(['late'])
    items.delete('e7')
    expect([...(await settle(['e7']))]).toContain('late')
    expect(await plansOf(think(['late']))).toEqual(['send late'])
  })

  it('give the oldest row’s seat to a newer one', async () => {
    const { set, settle, think } = open()
    const ids = Array.from({ length: 15 }, (_, at) => `e${at}`)
    set(...ids.map((id, at) => of(id, at + 10)), of('new', 50))
    await settle(ids)
    // The Region would refuse a sixteenth.
    expect(await plansOf(think(['new']))).toEqual(['wait new'])
    expect([...(await settle(['new']))]).toContain('e0')
    expect((await think(['e0'])).thoughts).toMatchObject([
      { plan: { kind: 'leave', id: 'e0' }, problems: [{ rule: 'USER_ENDPOINTS' }] },
    ])
  })
})
