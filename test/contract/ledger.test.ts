import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { runs } from '../../shared/ledger/runs.ts'
import { openLedger } from './open-ledger.ts'
import type { OpenLedger } from './open-ledger.ts'

let ledger: OpenLedger
beforeEach(async () => {
  ledger = await openLedger()
})
afterEach(() => ledger.close())

describe('the ledger table', () => {
  it('reads and writes more rows than one call takes, and finds those of one key in order', async () => {
    const rows = Array.from({ length: 230 }, (_, at) => ({ pk: 'p', sk: String(at).padStart(3, '0'), at }))
    await ledger.table.putAll(rows)
    expect(await ledger.table.query('p')).toEqual(rows)
    expect(
      await ledger.table.getAll([...rows, { pk: 'p', sk: 'none' }].map(({ pk, sk }) => ({ pk, sk }))),
    ).toHaveLength(230)
  })
})

describe('the lease of a lane', () => {
  it('is one owner’s until it is given back or has run out', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    expect(await memory.lease('a', 1_000, 2_000)).toBe(true)
    expect(await memory.lease('a', 1_100, 2_100)).toBe(true)
    expect(await memory.lease('b', 1_500, 9_000)).toBe(false)
    expect(await laneMemory(ledger.table, 'eu-west-1').lease('b', 1_500, 9_000)).toBe(true)
    expect(await memory.lease('b', 2_101, 9_000)).toBe(true)
    await memory.release('a')
    expect(await memory.lease('a', 3_000, 4_000)).toBe(false)
    await memory.release('b')
    expect(await memory.lease('a', 3_000, 4_000)).toBe(true)
  })
})

describe('the memory of a lane', () => {
  it('knows an id in any case, in its own Region, and keeps no id as it is', async () => {
    const memory = laneMemory(ledger.table, 'us-west-2')
    const sent = {
      fingerprint: 'f',
      state: 'applied',
      fields: ['Attributes.Plan'],
      at: '2026-01-01T00:00:00.000Z',
    } as const
    await memory.noteSent(new Map([['Ada@example.com', sent]]))
    expect((await memory.sent(['ada@EXAMPLE.com', 'bob'])).get('ada@EXAMPLE.com')).toMatchObject(sent)
    expect((await laneMemory(ledger.table, 'eu-west-1').sent(['ada@example.com'])).size).toBe(0)
  })
})

describe('the consent register', () => {
  const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`
  it('takes the newer consent, and of two at one instant the opt-out, in whatever order they come', async () => {
    const register = consentRegister(ledger.table)
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
