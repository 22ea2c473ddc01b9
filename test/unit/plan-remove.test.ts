import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import {
  deletion,
  farewell,
  isGone,
  isLeaving,
  planRemove,
  tombstone,
} from '../../shared/sync/lane/plan-remove.ts'
import type { Unwanted } from '../../shared/sync/lane/plan-remove.ts'
import type { Ask } from '../../shared/sync/lane/plan.ts'

const NOW = Date.parse('2026-06-01T00:00:00.000Z')
const DAY = 24 * 3_600_000

const there: Sent = {
  fingerprint: 'f',
  state: 'applied',
  fence: 0,
  fields: ['Attributes.Plan'],
  at: '2026-05-01T00:00:00.000Z',
  keys: ['k1'],
  address: 'address#1',
  user: 'user#1',
}
const stored: Endpoint = {
  Id: 'e1',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  EndpointStatus: 'ACTIVE',
  Attributes: { Plan: ['gold'] },
}
const plan = (more: Partial<Unwanted> = {}) =>
  planRemove({ id: 'e1', key: 'k1', before: there, isUnknown: false, now: NOW, force: false, ...more })

describe('a remove', () => {
  it('goes in three steps: opted out and INACTIVE, then deleted, then seen to be gone', () => {
    const first = plan()
    expect(first).toMatchObject({ kind: 'leave', note: there })
    const told = farewell(first as Ask, stored, NOW)
    expect(told.change).toEqual({
      kind: 'put',
      endpoint: {
        Id: 'e1',
        Address: 'ada@example.com',
        ChannelType: 'EMAIL',
        OptOut: 'ALL',
        EndpointStatus: 'INACTIVE',
      },
    })
    const second = plan({ before: told.after })
    expect(second).toMatchObject({ kind: 'send', change: { kind: 'remove', id: 'e1' } })
    const third = plan({ before: deletion({ id: 'e1', key: 'k1' }, told.after, NOW).after })
    expect(third).toMatchObject({ kind: 'prove', said: undefined, again: { change: { kind: 'remove' } } })
    expect(third.kind === 'prove' && isGone(third.proved)).toBe(true)
  })

  it('deletes nobody whom a row of a file may bring back, and looks again, the later the longer it has waited', () => {
    const told = farewell(plan() as Ask, stored, NOW).after
    const after = (minutes: number, loadingUntil: number) =>
      plan({ before: told, now: NOW + minutes * 60_000, loadingUntil })
    const HOUR = 3_600_000
    expect(after(0, NOW + HOUR)).toMatchObject({ kind: 'wait', until: NOW + 30_000 })
    expect(after(10, NOW + HOUR)).toMatchObject({ kind: 'wait', until: NOW + 15 * 60_000 })
    expect(after(59, NOW + HOUR)).toMatchObject({ kind: 'wait', until: NOW + HOUR })
    expect(after(60, NOW + HOUR)).toMatchObject({ kind: 'send', change: { kind: 'remove' } })
    expect(plan({ loadingUntil: NOW + HOUR })).toMatchObject({ kind: 'leave' })
  })

  it('waits, in each step, until what was sent before has taken effect', () => {
    const told = farewell(plan() as Ask, stored, NOW).after
    for (const before of [there, told, deletion({ id: 'e1', key: 'k1' }, told, NOW).after]) {
      const fence = NOW + 1
      expect(plan({ before: { ...before, fence } })).toEqual({
        kind: 'wait',
        id: 'e1',
        key: 'k1',
        until: fence,
      })
      expect(plan({ before: { ...before, fence: NOW } }).kind).not.toBe('wait')
    }
  })

  it('asks the Region again after a step of which nobody knows what became of it', () => {
    const told = farewell(plan() as Ask, stored, NOW)
    expect(plan({ before: told.during }).kind).toBe('leave')
    const deleted = deletion({ id: 'e1', key: 'k1' }, told.after, NOW)
    expect(deleted.during).toMatchObject({ state: 'unknown' })
    expect(plan({ before: deleted.during }).kind).toBe('leave')
  })

  it('has begun as soon as it is noted, and has ended only when the Region has been seen without it', () => {
    const told = farewell(plan() as Ask, stored, NOW)
    const deleted = deletion({ id: 'e1', key: 'k1' }, told.after, NOW)
    for (const note of [told.during, told.after, deleted.during, deleted.after]) {
      expect(isLeaving(note)).toBe(true)
      expect(isGone(note)).toBe(false)
      expect(note).not.toHaveProperty('expires')
    }
    expect(isGone(tombstone(NOW))).toBe(true)
    expect(isLeaving(tombstone(NOW))).toBe(false)
  })

  it('is done once, and again only when an operator insists', () => {
    expect(plan({ before: tombstone(NOW) }).kind).toBe('done')
    expect(plan({ before: tombstone(NOW), force: true }).kind).toBe('leave')
  })

  it('asks for what nothing is known of only where it may have come by another door', () => {
    expect(plan({ before: undefined }).kind).toBe('done')
    expect(plan({ before: undefined, isUnknown: true })).toMatchObject({ kind: 'leave', note: undefined })
  })

  it('leaves a stone behind for 35 days at least, with nothing of the person on it', () => {
    const stone = tombstone(NOW)
    expect((stone.expires ?? 0) * 1000).toBeGreaterThanOrEqual(NOW + 35 * DAY)
    expect(stone).toMatchObject({ fingerprint: '', fields: [], keys: [] })
    expect(stone).not.toHaveProperty('address')
    expect(stone).not.toHaveProperty('user')
  })
})
