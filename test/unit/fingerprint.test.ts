import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf, fingerprint } from '../../shared/endpoint/fingerprint.ts'

const endpoint = {
  Id: 'Abc',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  Location: { City: 'Lisbon', Latitude: 38.72 },
  Attributes: { Plan: ['gold'], Interests: ['books', 'films'] },
}

describe('a fingerprint', () => {
  it('is the same for what means the same', () => {
    const asRead = {
      ApplicationId: '0a',
      CohortId: '7',
      CreationDate: '2026-01-01T00:00:00Z',
      EffectiveDate: '2026-01-01T00:00:00Z',
      RequestId: 'r',
      OptOut: 'NONE',
      EndpointStatus: 'ACTIVE',
      Attributes: { Interests: ['books', 'films'], Plan: ['gold'], Gone: [] },
      Location: { Latitude: 38.7, City: 'Lisbon', PostalCode: '' },
      User: {},
      ChannelType: 'EMAIL',
      Address: 'ada@example.com',
      Id: 'abc',
    }
    expect(fingerprint(asRead)).toBe(fingerprint(endpoint))
  })

  it.each([
    ['an opt-out', { OptOut: 'ALL' }],
    ['a status', { EndpointStatus: 'INACTIVE' }],
    ['an address', { Address: 'bo@example.com' }],
    ['an attribute', { Attributes: { Plan: ['free'], Interests: ['books', 'films'] } }],
    ['a metric', { Metrics: { Orders: 0 } }],
  ])('differs by %s', (_what, difference) => {
    expect(fingerprint({ ...endpoint, ...difference })).not.toBe(fingerprint(endpoint))
  })
})

describe('the digest of many fingerprints', () => {
  it('is the same in every order, and another with one more or one less', () => {
    const prints = fc.array(
      fc.integer({ min: 1 }).map((n) => fingerprint({ Id: String(n) })),
      { minLength: 1 },
    )
    fc.assert(
      fc.property(prints, (list) => {
        expect(digestOf([...list].reverse())).toBe(digestOf(list))
        expect(digestOf(list.slice(1))).not.toBe(digestOf(list))
      }),
    )
  })
})
