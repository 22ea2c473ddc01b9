import { describe, expect, it } from 'vitest'
import { readExported } from '../../shared/sources/export-file.ts'

const exported = {
  ApplicationId: '0a',
  CohortId: '7',
  CreationDate: '2026-01-01T00:00:00Z',
  EffectiveDate: '2026-01-01T00:00:00Z',
  RequestId: 'r',
  Id: 'e1',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  EndpointStatus: 'ACTIVE',
  OptOut: 'NONE',
  Attributes: { Plan: ['gold'], Gone: [] },
  Demographic: {},
  User: { UserId: 'u1' },
}
const read = (change: object = {}) => readExported(JSON.stringify({ ...exported, ...change }))

describe('an exported line', () => {
  it('loses what the server made, empty parts and its NONE', () => {
    expect(read()).toEqual({
      kind: 'importable',
      endpoint: {
        ...{ Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' },
        Attributes: { Plan: ['gold'], Gone: [] },
        User: { UserId: 'u1' },
      },
    })
  })

  it('keeps its ALL', () => {
    expect(read({ OptOut: 'ALL' })).toMatchObject({ kind: 'importable', endpoint: { OptOut: 'ALL' } })
  })

  it('goes by API when it is INACTIVE, as an import would make it ACTIVE', () => {
    expect(read({ EndpointStatus: 'INACTIVE' })).toMatchObject({
      kind: 'inactive',
      endpoint: { EndpointStatus: 'INACTIVE' },
    })
  })

  it('is taken as Pinpoint holds it, whatever our own rules for new ones say', () => {
    expect(read({ Address: 'not an address', Location: { Country: 'DEU' } })).toMatchObject({
      kind: 'importable',
    })
  })

  it.each([
    ['NOT_JSON', '{"Id":'],
    ['NOT_JSON', '[]'],
    ['ADDRESS_MISSING', JSON.stringify({ ...exported, Address: undefined })],
    ['CHANNELTYPE_MISSING', JSON.stringify({ ...exported, ChannelType: null })],
  ])('is unusable: %s', (rule, line) => {
    expect(readExported(line)).toEqual({ kind: 'unusable', rule })
  })
})
