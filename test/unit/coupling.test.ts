import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  activeOf,
  compareVersions,
  newestOf,
  seatedOf,
  SEATS,
  touchedTwins,
  touchedUsers,
} from '../../shared/endpoint/coupling.ts'
import type { Member, Members } from '../../shared/endpoint/coupling.ts'

const member = (version?: number | string, more: Partial<Member> = {}): Member => ({
  key: 'k',
  active: true,
  ...(version !== undefined && { version }),
  ...more,
})

const versions = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('1', '2', '10'),
  fc.constant(undefined),
)
const groups = fc.dictionary(
  fc.constantFrom(...'abcdefghijklmnopqrst'),
  fc
    .record({ version: versions, active: fc.boolean() })
    .map(({ version, active }) => member(version, { active })),
)
const shuffled = (members: Members): Members => Object.fromEntries(Object.entries(members).reverse())

describe('versions', () => {
  it('are compared as numbers or as texts, and none is older than any', () => {
    const sorted = ['b', 10, undefined, '10', 9, 'a', '9'].sort(compareVersions)
    expect(sorted).toEqual([9, 10, '10', '9', 'a', 'b', undefined])
    // Array.sort puts undefined last by itself.
    expect(compareVersions(undefined, 0)).toBe(-1)
    expect(compareVersions('a', undefined)).toBe(1)
    expect(compareVersions(undefined, undefined)).toBe(0)
  })

  it('have one order', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

describe('endpoints of one address', () => {
  it('have one that is ACTIVE: the newest row’s that wants to be, of equals the lowest id', () => {
    expect(activeOf({ a: member(1), b: member(3), c: member(2) })).toBe('b')
    expect(activeOf({ c: member(3), b: member(3) })).toBe('b')
    expect(activeOf({ a: member(1), b: member(3, { active: false }) })).toBe('a')
    expect(activeOf({ a: member(undefined), b: member(0) })).toBe('b')
    expect(activeOf({ a: member(1, { active: false }) })).toBeUndefined()
    expect(activeOf({})).toBeUndefined()
  })

  it('are chosen alike whatever order they come in', () => {
    fc.assert(
      fc.property(groups, (members) => {
        expect(activeOf(shuffled(members))).toBe(activeOf(members))
        expect(newestOf(shuffled(members))).toBe(newestOf(members))
        expect(seatedOf(shuffled(members))).toEqual(seatedOf(members))
      }),
    )
  })

  it('are looked at again, but for those of the item itself, when another one is to be ACTIVE', () => {
    const before = { a: member(1, { key: 'A' }), b: member(0, { key: 'B' }) }
    expect(touchedTwins(before, { ...before, c: member(2, { key: 'C' }) }, 'C')).toEqual(['A'])
    expect(touchedTwins(before, { b: before.b }, 'A')).toEqual(['B'])
    expect(touchedTwins(before, { ...before, c: member(0, { key: 'C' }) }, 'C')).toEqual([])
  })
})

describe('endpoints of one user', () => {
  const crowd = (size: number): Members =>
    Object.fromEntries(
      Array.from({ length: size }, (_, at) => [
        `e${String(at).padStart(2, '0')}`,
        member(at, { key: `k${at}` }),
      ]),
    )

  it('have fifteen seats, for the newest rows', () => {
    expect(SEATS).toBe(15)
    expect(seatedOf(crowd(15))).toHaveLength(15)
    expect(seatedOf(crowd(17))).not.toContain('e01')
    expect(seatedOf(crowd(17))).toContain('e02')
  })

  it('are all looked at again when the newest row, what it says of the user, or a seat changes', () => {
    const print = (of: string): Partial<Member> => ({ print: of })
    const before = { a: member(1, { key: 'A', ...print('x') }), b: member(2, { key: 'B', ...print('y') }) }
    expect(touchedUsers(before, before, 'A')).toEqual([])
    expect(touchedUsers(before, { ...before, b: { ...before.b, ...print('z') } }, 'B')).toEqual(['A'])
    expect(touchedUsers(before, { ...before, a: { ...before.a, ...print('z') } }, 'A')).toEqual([])
    expect(touchedUsers(before, { ...before, a: { ...before.a, version: 3 } }, 'A')).toEqual(['B'])
    const full = crowd(15)
    expect(touchedUsers(full, { ...full, zz: member(-1, { key: 'Z' }) }, 'Z')).toEqual([])
    expect(touchedUsers(full, { ...full, zz: member(0.5, { key: 'Z' }) }, 'Z')).toContain('k0')
  })
})
