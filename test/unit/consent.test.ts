import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hear, join, optOutToSend } from '../../shared/endpoint/consent.ts'
import type { Consent } from '../../shared/endpoint/consent.ts'

const consent = fc.option(
  fc.record({
    value: fc.constantFrom('ALL' as const, 'NONE' as const),
    at: fc.integer({ min: 0, max: 5 }).map((day) => `2026-01-0${day + 1}T00:00:00.000Z`),
  }),
  { nil: undefined },
)

describe('the join of two consents', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(consent, consent, consent, (a, b, c) => {
        expect(join(a, b)).toEqual(join(b, a))
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)))
        expect(join(a, a)).toEqual(a)
      }),
    )
  })

  it('takes the newer, and of two at one instant the opt-out', () => {
    const optIn: Consent = { value: 'NONE', at: '2026-01-02T00:00:00.000Z' }
    expect(join({ value: 'ALL', at: '2026-01-01T00:00:00.000Z' }, optIn)).toEqual(optIn)
    expect(join({ value: 'ALL', at: optIn.at }, optIn)).toEqual({ value: 'ALL', at: optIn.at })
  })
})

describe('the OptOut of a write', () => {
  const at = '2026-01-01T00:00:00.000Z'
  it('says ALL while the customer is opted out, however often it has been said', () => {
    expect(optOutToSend({ value: 'ALL', at }, undefined)).toBe('ALL')
    expect(optOutToSend({ value: 'ALL', at }, 'ALL')).toBe('ALL')
  })
  it('says NONE only to take back an ALL that we sent', () => {
    expect(optOutToSend({ value: 'NONE', at }, 'ALL')).toBe('NONE')
    expect(optOutToSend({ value: 'NONE', at }, undefined)).toBeUndefined()
    expect(optOutToSend({ value: 'NONE', at }, 'NONE')).toBeUndefined()
  })
  it('says nothing where nothing is known', () => {
    expect(optOutToSend(undefined, 'ALL')).toBeUndefined()
  })
})

describe('an opt-in that is dated anew', () => {
  it('still takes back what the first one took back: not every Region may have heard it', () => {
    const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`
    const first = hear({ value: 'ALL', at: day(1) }, { value: 'NONE', at: day(2) })
    const again = hear(first, { value: 'NONE', at: day(3) })
    expect(again).toEqual({ value: 'NONE', at: day(3), takesBack: true })
    expect(optOutToSend(again, undefined)).toBe('NONE')
    expect(hear(again, { value: 'ALL', at: day(4) })).toEqual({ value: 'ALL', at: day(4) })
  })
})
