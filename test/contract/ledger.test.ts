import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { spellingOf } from '../../shared/ledger/id-hash.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { Table } from '../../shared/ledger/table.ts'
import { memoryTable } from '../unit/memory-table.ts'
import { openLedger } from './open-ledger.ts'
import type { OpenLedger } from './open-ledger.ts'

let ledger: OpenLedger
beforeEach(async () => {
  ledger = await openLedger()
})
afterEach(() => ledger.close())

const TABLES: readonly [string, () => Table][] = [
  ['on DynamoDB', () => ledger.table],
  ['in memory', () => memoryTable(() => Date.now())],
]

describe.each(TABLES)('the ledger table %s', (_where, open) => {
  const rows = Array.from({ length: 230 }, (_, at) => ({ pk: 'p', sk: String(at).padStart(3, '0'), at }))
  const keys = rows.map(({ pk, sk }) => ({ pk, sk }))

  it('reads, writes and deletes more rows than one call takes, and finds those of one key in order', async () => {
    const table = open()
    await table.putAll(rows)
    await table.put({ pk: 'q', sk: '0' })
    expect(await table.query('p')).toEqual(rows)
    expect(await table.getAll([...keys, { pk: 'p', sk: 'none' }])).toHaveLength(230)
    // Rows may be handed over as keys.
    await table.deleteAll(rows.slice(0, 200))
    expect(await table.query('p')).toEqual(rows.slice(200))
    await table.deleteAll(keys)
    expect(await table.query('p')).toEqual([])
    expect(await table.get({ pk: 'q', sk: '0' })).toEqual({ pk: 'q', sk: '0' })
  })

  it('has nothing to do for no rows', async () => {
    const table = open()
    await Promise.all([table.putAll([]), table.deleteAll([])])
    expect(await table.getAll([])).toEqual([])
  })

  it('refuses two writes of one row at once, and an item above 400 KB', async () => {
    const table = open()
    const key = { pk: 'p', sk: 's' }
    await expect(
      table.putAll([
        { ...key, at: 1 },
        { ...key, at: 2 },
      ]),
    ).rejects.toThrow()
    await expect(table.deleteAll([key, key])).rejects.toThrow()
    await expect(table.getAll([key, key])).rejects.toThrow()
    await expect(table.put({ ...key, text: 'x'.repeat(400 * 1024) })).rejects.toThrow()
    expect(await table.get(key)).toBeUndefined()
  })

  it('writes under a condition, or not at all', async () => {
    const table = open()
    const key = { pk: 'p', sk: 's' }
    const absent = { expression: 'attribute_not_exists(pk)' }
    const older = { expression: '#at < :at', names: { '#at': 'at' }, values: { ':at': 5 } }
    expect(await table.put({ ...key, at: 3, none: undefined }, absent)).toBe(true)
    expect(await table.put({ ...key, at: 4 }, absent)).toBe(false)
    expect(await table.get(key)).toEqual({ ...key, at: 3 })
    expect(await table.put({ ...key, at: 5 }, older)).toBe(true)
    expect(await table.delete(key, older)).toBe(false)
    expect(await table.delete(key, { ...older, values: { ':at': 6 } })).toBe(true)
    expect(await table.delete(key)).toBe(true)
    expect(await table.get(key)).toBeUndefined()
  })

  it('says what time it is, to the second and never ahead', async () => {
    const before = Date.now()
    const time = await open().time()
    expect(time % 1000).toBe(0)
    expect(time).toBeGreaterThan(before - 5_000)
    expect(time).toBeLessThanOrEqual(Date.now())
  })
})

describe.each(TABLES)('the turns of a lane %s', (_where, open) => {
  it('are one owner’s until they are given back or have run out', async () => {
    const table = open()
    const turns = laneTurns(table, 'us-west-2')
    expect(await turns.lease('a', 1_000, 2_000)).toBe(true)
    expect(await turns.lease('a', 1_100, 2_100)).toBe(true)
    expect(await turns.lease('b', 1_500, 9_000)).toBe(false)
    expect(await turns.lease('b', 2_100, 9_000)).toBe(false)
    expect(await laneTurns(table, 'eu-west-1').lease('b', 1_500, 9_000)).toBe(true)
    expect(await turns.lease('b', 2_101, 9_000)).toBe(true)
    await turns.release('a')
    expect(await turns.lease('a', 3_000, 4_000)).toBe(false)
    await turns.release('b')
    await turns.release('b')
    expect(await turns.lease('a', 3_000, 4_000)).toBe(true)
  })

  it('are one owner’s when two ask at once', async () => {
    const turns = laneTurns(open(), 'us-west-2')
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => turns.lease(owner, 1_000, 2_000)))
    expect(asked.filter((isTaken) => isTaken)).toHaveLength(1)
  })

  it('show, without being taken, who wants the lane, whether it is stopped, and what was handed over', async () => {
    const turns = laneTurns(open(), 'us-west-2')
    expect(await turns.look()).toEqual({ isPaused: false, wantedUntil: 0, handover: undefined })
    const handover = {
      breaker: { failures: 3, probeAt: 17 },
      pace: { rate: 0.5, waits: { UpdateEndpointsBatch: -3.5 } },
      leftAt: { ledger: 1_000, host: 1_234 },
    }
    await turns.leave(handover)
    await turns.want(5_000)
    await turns.pause(true, '2026-06-01T00:00:00.000Z')
    expect(await turns.look()).toMatchObject({ isPaused: true, wantedUntil: 5_000, handover })
    await turns.leave({ breaker: { failures: 0 }, leftAt: { ledger: 2_000, host: 2_000 } })
    await turns.pause(false, '2026-06-01T00:00:01.000Z')
    const { handover: last, isPaused } = await turns.look()
    expect(isPaused).toBe(false)
    expect(last?.breaker).toEqual({ failures: 0 })
    expect(last).not.toHaveProperty('pace')
  })

  it('show until when rows of files may still come: as long as the last load that is not over', async () => {
    const turns = laneTurns(open(), 'us-west-2')
    await turns.beginLoad({ run: 'one', attempt: 1 }, 9_000)
    await turns.beginLoad({ run: 'two', attempt: 1 }, 4_000)
    await turns.beginLoad({ run: 'one', attempt: 1 }, 5_000)
    expect(await turns.look()).toMatchObject({ loadingUntil: 5_000 })
    await turns.endLoad({ run: 'one', attempt: 1 })
    expect(await turns.look()).toMatchObject({ loadingUntil: 4_000 })
    await turns.endLoad({ run: 'two', attempt: 1 })
    await turns.endLoad({ run: 'two', attempt: 1 })
    expect(await turns.look()).not.toHaveProperty('loadingUntil')
  })

  it('tell the ledger’s time', async () => {
    const turns = laneTurns(open(), 'us-west-2')
    expect(Math.abs((await turns.time()) - Date.now())).toBeLessThan(5_000)
  })
})

describe('the memory of a lane', () => {
  const at = '2026-01-01T00:00:00.000Z'
  const sent: Sent = {
    fingerprint: 'f',
    state: 'applied',
    fence: 17,
    fields: ['Attributes.Plan'],
    at,
    keys: ['Ada'],
  }
  const rowsUnder = async (...pks: string[]) =>
    (await Promise.all(pks.map((pk) => ledger.table.query(pk)))).flat()

  it('knows an id in any case, in its own Region', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    await memory.note({ sent: new Map([['Ada@example.com', sent]]) })
    expect((await memory.sent(['ada@EXAMPLE.com', 'bob'])).get('ada@EXAMPLE.com')).toMatchObject(sent)
    expect([...(await memory.sent(['ADA@example.com', 'ada@example.com'])).keys()]).toHaveLength(2)
    expect((await laneMemory(ledger.table, 'eu-west-1').sent(['ada@example.com'])).size).toBe(0)
  })

  it('knows an item by its very spelling', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    await memory.note({ mapped: new Map([['Ada', { key: 'Ada', ids: ['a', 'b'], at }]]) })
    const mapped = await memory.mapped(['Ada', 'ada'])
    expect([...mapped.keys()]).toEqual(['Ada'])
    expect(mapped.get('Ada')).toMatchObject({ ids: ['a', 'b'], at })
  })

  it('keeps a note as it is written the second time, and nothing of the first', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    await memory.note({ sent: new Map([['a', { ...sent, expires: 5, unproved: true }]]) })
    const read = (await memory.sent(['a'])).get('a') as Sent
    const { expires: _, unproved: __, ...rest } = read
    await memory.note({ sent: new Map([['a', rest]]) })
    const again = (await memory.sent(['a'])).get('a')
    expect(again).not.toHaveProperty('expires')
    expect(again).not.toHaveProperty('unproved')
    // What is read may be noted for another endpoint: the row’s own key is no part of it.
    await memory.note({ sent: new Map([['b', read]]) })
    expect((await memory.sent(['b'])).size).toBe(1)
    expect((await memory.sent(['a'])).get('a')).not.toHaveProperty('expires')
  })

  it('forgets an item without endpoints and a group without members, unless something is left to know', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    const members = { a: { key: 'Ada', version: 3, active: true, print: 'p' } }
    await memory.note({
      mapped: new Map([['Ada', { key: 'Ada', ids: ['a'], at }]]),
      groups: new Map([['address#1', { members }]]),
    })
    expect((await memory.groups(['address#1', 'user#1'])).get('address#1')).toMatchObject({ members })
    await memory.note({
      mapped: new Map([['Ada', { key: 'Ada', ids: [], at }]]),
      groups: new Map([['address#1', { members: {} }]]),
    })
    expect((await memory.mapped(['Ada'])).size).toBe(0)
    expect((await memory.groups(['address#1'])).size).toBe(0)
    await memory.note({ mapped: new Map([['Ada', { key: 'Ada', ids: [], at, parked: true }]]) })
    expect((await memory.mapped(['Ada'])).get('Ada')).toMatchObject({ parked: true })
  })

  it('sets items aside, each once, and takes them up again', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    const problem = (rule: string) => ({ rule, field: 'Address', expected: 'name@domain' })
    await memory.park('Ada', [problem('EMAIL_SYNTAX')], at)
    await memory.park('Ada', [problem('ADDRESS_MISSING')], at)
    await memory.park('bob', [problem('EMAIL_SYNTAX')], at)
    expect(await rowsUnder('parked#us-west-2')).toHaveLength(2)
    await memory.unpark('Ada')
    expect(await rowsUnder('parked#us-west-2')).toMatchObject([{ key: 'bob', at }])
  })

  it('keeps a receipt of each Region together with the others of the item, and no id as it is', async () => {
    const receipt = { provedAt: at }
    for (const region of ['us-west-2', 'eu-west-1'])
      await laneMemory(ledger.table, region).receipt('Ada', 'ada@example.com', receipt)
    const found = await rowsUnder(`receipt#${spellingOf('Ada')}`)
    expect(found).toMatchObject([
      { region: 'eu-west-1', provedAt: at },
      { region: 'us-west-2', provedAt: at },
    ])
    expect(JSON.stringify(found)).not.toContain('ada@example.com')
  })
})

describe.each(TABLES)('the consent register %s', (_where, open) => {
  const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`
  it('takes the newer consent, and of two at one instant the opt-out, in whatever order they come', async () => {
    const register = consentRegister(open())
    const note = (value: 'ALL' | 'NONE', n: number) => register.note('a', { value, at: day(n) })
    expect(await note('NONE', 2)).toBe(true)
    expect(await note('ALL', 1)).toBe(false)
    expect(await note('NONE', 2)).toBe(true)
    expect(await note('ALL', 2)).toBe(true)
    expect(await note('ALL', 2)).toBe(true)
    expect(await note('NONE', 2)).toBe(false)
    expect((await register.of(['A'])).get('A')).toMatchObject({ value: 'ALL', at: day(2) })
    expect(await note('NONE', 3)).toBe(true)
    expect((await register.of(['a', 'b'])).get('a')).toMatchObject({ value: 'NONE', at: day(3) })
  })
})

describe('the recovery point', () => {
  it('never moves back', async () => {
    const ledgerRuns = runs(ledger.table)
    const point = (hour: number) => ({
      run: 'r',
      exportStartedAt: `2026-01-01T0${hour}:00:00.000Z`,
      completedAt: '',
    })
    await ledgerRuns.noteRecoveryPoint('us-west-2', point(2))
    await ledgerRuns.noteRecoveryPoint('us-west-2', point(1))
    expect(await ledgerRuns.recoveryPoint('us-west-2')).toMatchObject(point(2))
    expect(await ledgerRuns.recoveryPoint('eu-west-1')).toBeUndefined()
  })
})
