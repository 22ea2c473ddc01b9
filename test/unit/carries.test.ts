import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carries } from '../../shared/endpoint/carries.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  Id: 'Ada',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  EndpointStatus: 'ACTIVE',
  ...more,
})

describe('what a Region holds', () => {
  it('carries what was said, and whatever was not said besides', () => {
    const said = endpoint({ Attributes: { Plan: ['gold'] }, Location: { City: 'Lisbon' } })
    const stored = {
      ...said,
      Id: 'ada',
      CohortId: '7',
      Attributes: { Plan: ['gold'], Other: ['x'] },
      Location: { City: 'Lisbon', Country: 'PT' },
    }
    expect(carries(stored, said)).toBe(true)
  })

  it.each([
    ['an address', { Address: 'eve@example.com' }],
    ['a status', { EndpointStatus: 'INACTIVE' as const }],
    ['a value', { Attributes: { Plan: ['gold', 'old'] } }],
    ['a list without one of its values', { Attributes: { Plan: [] } }],
    ['a place', { Location: { City: 'Porto' } }],
    ['a number', { Metrics: { Orders: 3 } }],
    ['a user', { User: { UserId: 'eve' } }],
    ['an opt-out', { OptOut: 'NONE' as const }],
  ])('does not carry another %s', (_what, change) => {
    const said = endpoint({
      OptOut: 'ALL',
      Attributes: { Plan: ['gold'] },
      Location: { City: 'Lisbon' },
      Metrics: { Orders: 2 },
      User: { UserId: 'ada' },
    })
    expect(carries(said, said)).toBe(true)
    expect(carries({ ...said, ...change }, said)).toBe(false)
  })

  it('carries a clear only where nothing is left', () => {
    const said = endpoint({ Attributes: { Plan: [] }, Location: { City: '' }, User: { UserId: '' } })
    expect(carries(endpoint(), said)).toBe(true)
    expect(carries(endpoint({ Attributes: { Plan: [] } }), said)).toBe(true)
    expect(carries(endpoint({ Attributes: { Plan: ['gold'] } }), said)).toBe(false)
    expect(carries(endpoint({ Location: { City: 'Lisbon' } }), said)).toBe(false)
    expect(carries(endpoint({ User: { UserId: 'ada' } }), said)).toBe(false)
  })

  it('counts an opt-out that was not said for nothing, and one that is not stored as NONE', () => {
    expect(carries(endpoint({ OptOut: 'ALL' }), endpoint())).toBe(true)
    expect(carries(endpoint(), endpoint({ OptOut: 'NONE' }))).toBe(true)
    expect(carries(endpoint(), endpoint({ OptOut: 'ALL' }))).toBe(false)
  })

  it('knows that Pinpoint keeps one decimal of a coordinate', () => {
    const at = (Latitude: number) => endpoint({ Location: { Latitude } })
    expect(carries(at(47.6), at(47.61))).toBe(true)
    expect(carries(at(47.6), at(47.51))).toBe(false)
  })

  it('is what every endpoint becomes that a Region takes', async () => {
    const lists = fc.dictionary(
      fc.constantFrom('A', 'B'),
      fc.array(fc.constantFrom('', 'x', 'y'), { maxLength: 2 }),
    )
    const texts = fc.record({ City: fc.constantFrom('', 'Lisbon') }, { requiredKeys: [] })
    const endpoints = fc.record(
      {
        Attributes: lists,
        Location: texts,
        User: fc.record({ UserId: fc.constantFrom('', 'ada'), UserAttributes: lists }, { requiredKeys: [] }),
        OptOut: fc.constantFrom('ALL' as const, 'NONE' as const),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(endpoints, endpoints, async (first, second) => {
        const region = memoryDestination('eu-west-1')
        for (const each of [first, second]) {
          await region.apply([{ kind: 'put', endpoint: endpoint(each) }])
          const stored = await region.read('ada')
          expect(stored && carries(stored, endpoint(each))).toBe(true)
        }
      }),
    )
  })
})
