import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cursors } from '../../shared/ledger/cursors.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { receiptsOf } from '../../shared/ledger/receipts.ts'
import { laneTraces } from '../../shared/ledger/scan.ts'
import type { Page, Place, Trace } from '../../shared/ledger/scan.ts'
import { customerKeys } from '../../shared/runtime/customer-keys.ts'
import { openLedger } from './open-ledger.ts'
import type { OpenLedger } from './open-ledger.ts'

let ledger: OpenLedger
beforeEach(async () => {
  ledger = await openLedger()
})
afterEach(() => ledger.close())

const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`
const sent = (at: string, ...keys: string[]): Sent => ({
  fingerprint: 'f',
  state: 'applied',
  fence: 0,
  fields: [],
  at,
  keys,
})

/** All pages, and how many there were. */
const all = async <T>(read: (from: Place | undefined) => Promise<Page<T>>) => {
  const found: T[] = []
  let pages = 0
  for (let from: Place | undefined; pages === 0 || from; pages += 1) {
    const page = await read(from)
    found.push(...page.found)
    from = page.next
  }
  return { found, pages }
}

const said = (traces: readonly Trace[]) =>
  traces.map(({ region, keys }) => `${region}: ${keys.join(' ')}`).sort()

describe('what lanes have noted', () => {
  beforeEach(async () => {
    const west = laneMemory(ledger.table, 'us-west-2')
    const east = laneMemory(ledger.table, 'us-east-1')
    await west.note({
      mapped: new Map([
        ['ada', { key: 'ada', ids: ['ada-email'], at: day(1) }],
        ['bob', { key: 'bob', ids: ['bob-email'], at: day(3) }],
      ]),
      sent: new Map([
        ['ada-email', sent(day(2), 'ada', 'Ada')],
        ['gone', sent(day(2))],
        ['never', sent('', 'cyd')],
      ]),
      groups: new Map([['user#u', { members: { 'ada-email': { key: 'ada', active: true } } }]]),
    })
    await west.park('dan', [{ rule: 'R', field: 'F', expected: 'e' }], day(2))
    await west.receipt('eve', 'eve-email', { provedAt: day(2) })
    await east.note({ mapped: new Map([['bob', { key: 'bob', ids: ['bob-email'], at: day(2) }]]) })
  })

  it('is found by item, with its Region, and nothing else is', async () => {
    const { found } = await all((from) => laneTraces(ledger.documents, 'ledger').items(from))
    expect(said(found)).toEqual(['us-east-1: bob', 'us-west-2: ada', 'us-west-2: bob'])
  })

  it('is found by when it was noted, both ends included', async () => {
    const within = (from: string, to: string) =>
      all((place) => laneTraces(ledger.documents, 'ledger').within({ from, to }, place)).then(({ found }) =>
        said(found),
      )
    expect(await within(day(2), day(2))).toEqual([
      'us-east-1: bob',
      'us-west-2: ',
      'us-west-2: ada Ada',
      'us-west-2: dan',
    ])
    expect(await within(day(1), '2026-01-01T12:00:00.000Z')).toEqual(['us-west-2: ada'])
    expect(await within(day(3), day(9))).toEqual(['us-west-2: bob'])
    expect(await within(day(4), day(9))).toEqual([])
  })

  it('is found to the end when it is more than a page', async () => {
    const long = 'x'.repeat(1_900)
    const mapped = Array.from(
      { length: 1_200 },
      (_, at) => [`${at}`, { key: `${long}${at}`, ids: [], parked: true, at: day(5) }] as const,
    )
    await laneMemory(ledger.table, 'us-east-1').note({ mapped: new Map(mapped) })
    const { found, pages } = await all((from) => laneTraces(ledger.documents, 'ledger').items(from))
    expect(pages).toBeGreaterThan(1)
    expect(found).toHaveLength(1_203)
    expect(new Set(found.flatMap(({ keys }) => keys)).size).toBe(1_202)
  })
})

describe('the receipts of an item', () => {
  it('are its own, from all Regions, and know their endpoint', async () => {
    await laneMemory(ledger.table, 'us-west-2').receipt('Eve', 'Eve-email', { provedAt: day(2) })
    await laneMemory(ledger.table, 'us-east-1').receipt('Eve', 'Eve-phone', { provedAt: day(3) })
    await laneMemory(ledger.table, 'us-east-1').receipt('eve', 'eve-other', { provedAt: day(4) })
    const received = await receiptsOf(ledger.table, 'Eve')
    expect(received.map(({ region, provedAt }) => [region, provedAt])).toEqual([
      ['us-east-1', day(3)],
      ['us-west-2', day(2)],
    ])
    const [east] = received
    expect([east?.isOf('EVE-PHONE'), east?.isOf('Eve-email')]).toEqual([true, false])
    expect(await receiptsOf(ledger.table, 'nobody')).toEqual([])
  })
})

describe('a cursor', () => {
  it('is found again by its token, by the verb that left it, and forgotten in a week', async () => {
    const stops = cursors<{ readonly place: Place }>(ledger.table, 'replay')
    await stops.leave('t', { place: { pk: 'item#r#x', sk: 'item' } }, Date.parse(day(1)))
    expect(await stops.find('t')).toEqual({ place: { pk: 'item#r#x', sk: 'item' } })
    expect(await stops.find('other')).toBeUndefined()
    expect(await cursors(ledger.table, 'reconcile').find('t')).toBeUndefined()
    const row = await ledger.table.get({ pk: 'cursor#replay#t', sk: 'cursor' })
    expect(row?.['expires']).toBe(Date.parse(day(8)) / 1000)
  })
})

describe('the keys of a table', () => {
  it('are read page by page, and asked for, without the rest of the items', async () => {
    // Any table will do: this one's partition key stands for the customers'.
    const rows = Array.from({ length: 600 }, (_, at) => ({
      pk: `k${at}`,
      sk: 's',
      Name: 'x'.repeat(2_000),
    }))
    await ledger.table.putAll(rows)
    const customers = customerKeys(ledger.asked, 'pk')
    const { found, pages } = await all((from) => customers.page(from))
    expect(pages).toBeGreaterThan(1)
    expect([...found].sort()).toEqual(rows.map(({ pk }) => pk).sort())
  })
})
