import { describe, expect, it } from 'vitest'
import file from '../../mappings/endpoint.json' with { type: 'json' }
import { readMapping } from '../../shared/sources/mapping.ts'
import type { Claim, Item } from '../../shared/sources/mapping.ts'

const mapping = readMapping(file)
const now = '2026-06-01T12:00:00.000Z'
const item = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL', Attributes: { Plan: ['gold'] } }

const claimOf = (said: Item): Claim => {
  const { claims } = mapping.said(said, now)
  if (!claims[0] || claims.length !== 1) throw new Error(`expected one claim, got ${claims.length}`)
  return claims[0]
}
const statedIn = (consent: object) => {
  const claim = claimOf({ ...item, ...consent })
  return claim.kind === 'fit' && claim.problems.length === 0 ? claim.stated : claim.problems[0]?.rule
}

describe('an item that is an endpoint', () => {
  it('claims it, field by field, but not its consent', () => {
    const whole = {
      ...item,
      EndpointStatus: 'INACTIVE',
      Metrics: { Orders: 3, Spent: 12.5 },
      Demographic: { Locale: 'de_AT', Model: '' },
      Location: { City: 'Graz', Country: 'AT', Latitude: 47.1, Longitude: 15.4 },
      User: { UserId: 'u1', UserAttributes: { Team: ['red', 'blue'] } },
    }
    expect(claimOf({ ...whole, OptOut: 'ALL', ConsentDate: '2026-05-01T00:00:00Z' })).toEqual({
      kind: 'fit',
      endpoint: whole,
      stated: { value: 'ALL', at: '2026-05-01T00:00:00.000Z' },
      problems: [],
    })
  })

  it('says nothing of status and consent where it does not', () => {
    expect(claimOf(item)).toEqual({ kind: 'fit', endpoint: item, stated: undefined, problems: [] })
    expect(mapping.said(item, now).version).toBeUndefined()
  })

  it('takes a set as a list, in an order of its own', () => {
    const first = claimOf({ ...item, Attributes: { Tags: new Set(['b', 'a']) } })
    expect(first).toMatchObject({ endpoint: { Attributes: { Tags: ['a', 'b'] } } })
    expect(claimOf({ ...item, Attributes: { Tags: new Set(['a', 'b']) } })).toEqual(first)
  })

  it.each<[string, object, unknown]>([
    [
      'an opt-out',
      { OptOut: 'ALL', ConsentDate: '2026-05-01T00:00:00Z' },
      { value: 'ALL', at: '2026-05-01T00:00:00.000Z' },
    ],
    ['an opt-out without a date', { OptOut: 'ALL' }, { value: 'ALL' }],
    [
      'an opt-out of ten years ahead as said now',
      { OptOut: 'ALL', ConsentDate: '2036-01-01T00:00:00Z' },
      { value: 'ALL', at: now },
    ],
    [
      'an opt-out an hour ahead',
      { OptOut: 'ALL', ConsentDate: '2026-06-01T13:00:00Z' },
      { value: 'ALL', at: '2026-06-01T13:00:00.000Z' },
    ],
    [
      'an opt-out more than an hour ahead as said now',
      { OptOut: 'ALL', ConsentDate: '2026-06-01T13:00:00.001Z' },
      { value: 'ALL', at: now },
    ],
    [
      'an opt-in',
      { OptOut: 'NONE', ConsentDate: '2026-05-01T00:00:00.5Z' },
      { value: 'NONE', at: '2026-05-01T00:00:00.500Z' },
    ],
    [
      'an opt-in from elsewhere',
      { OptOut: 'NONE', ConsentDate: '2026-05-01T01:00:00+02:00' },
      { value: 'NONE', at: '2026-04-30T23:00:00.000Z' },
    ],
    ['nothing by an opt-in without a date', { OptOut: 'NONE' }, undefined],
    ['nothing by a date alone', { ConsentDate: '2036-05-01T00:00:00Z' }, undefined],
    [
      'an opt-in an hour ahead',
      { OptOut: 'NONE', ConsentDate: '2026-06-01T13:00:00Z' },
      { value: 'NONE', at: '2026-06-01T13:00:00.000Z' },
    ],
    [
      'no opt-in more than an hour ahead',
      { OptOut: 'NONE', ConsentDate: '2026-06-01T13:00:00.001Z' },
      'CONSENT_DATE',
    ],
    ['no word that is none', { OptOut: 'SOME' }, 'OPT_OUT'],
    ['no empty word', { OptOut: '' }, 'OPT_OUT'],
    ['no word that is null', { OptOut: null }, 'OPT_OUT'],
    ['no date in words', { OptOut: 'NONE', ConsentDate: 'yesterday' }, 'CONSENT_DATE'],
    ['no day without a time', { OptOut: 'NONE', ConsentDate: '2026-05-01' }, 'CONSENT_DATE'],
    ['no time without a zone', { OptOut: 'NONE', ConsentDate: '2026-05-01T00:00:00' }, 'CONSENT_DATE'],
    ['no 30th of February', { OptOut: 'NONE', ConsentDate: '2026-02-30T00:00:00Z' }, 'CONSENT_DATE'],
    ['no year 10,000', { OptOut: 'ALL', ConsentDate: '9999-12-31T23:59:59-05:00' }, 'CONSENT_DATE'],
    ['no year before 0', { OptOut: 'NONE', ConsentDate: '0000-01-01T00:00:00+02:00' }, 'CONSENT_DATE'],
    ['no number for a date', { OptOut: 'NONE', ConsentDate: 1780000000 }, 'CONSENT_DATE'],
    ['no date that is empty', { OptOut: 'NONE', ConsentDate: '' }, 'CONSENT_DATE'],
    ['no date that is none, even alone', { ConsentDate: 'yesterday' }, 'CONSENT_DATE'],
  ])('states %s', (_what, consent, stated) => {
    expect(statedIn(consent)).toEqual(stated)
  })

  it.each<[rule: string, field: string, change: object]>([
    ['FIELD_UNKNOWN', 'UpdatedAt', { UpdatedAt: 'secret' }],
    ['FIELD_UNKNOWN', 'Adress', { Adress: 'secret' }],
    ['FIELD_UNKNOWN', '*', { 'secret@example.com': 1 }],
    ['FIELD_UNKNOWN', '*', { '+1 555 0100': 'secret' }],
    ['FIELD_UNKNOWN', 'Location.Town', { Location: { Town: 'secret' } }],
    ['FIELD_UNKNOWN', 'Demographic.Modell', { Demographic: { Modell: 'secret' } }],
    ['FIELD_UNKNOWN', 'User.Name', { User: { Name: 'secret' } }],
    ['FIELD_TYPE', 'Address', { Address: 7 }],
    ['FIELD_TYPE', 'Address', { Address: null }],
    ['FIELD_TYPE', 'Address', { Address: ['secret@example.com'] }],
    ['FIELD_TYPE', 'Attributes', { Attributes: 'secret' }],
    ['FIELD_TYPE', 'Attributes', { Attributes: null }],
    ['FIELD_TYPE', 'Attributes.Plan', { Attributes: { Plan: 'secret' } }],
    ['FIELD_TYPE', 'Attributes.Plan', { Attributes: { Plan: ['secret', 7] } }],
    ['FIELD_TYPE', 'Attributes.*', { Attributes: { '+1 555 0100': 'secret' } }],
    ['FIELD_TYPE', 'Metrics.Orders', { Metrics: { Orders: 'secret' } }],
    ['FIELD_TYPE', 'Metrics.Orders', { Metrics: { Orders: Infinity } }],
    ['FIELD_TYPE', 'Location.Latitude', { Location: { Latitude: 'secret' } }],
    ['FIELD_TYPE', 'User', { User: 'secret' }],
    ['FIELD_TYPE', 'User.UserId', { User: { UserId: 7 } }],
    ['FIELD_TYPE', 'User.UserAttributes.Team', { User: { UserAttributes: { Team: 'secret' } } }],
    ['ADDRESS_MISSING', 'Address', { Address: undefined }],
    ['ADDRESS_MISSING', 'Address', { Address: '' }],
    ['CHANNEL_MISSING', 'ChannelType', { ChannelType: undefined }],
    ['CHANNEL_UNKNOWN', 'ChannelType', { ChannelType: 'secret' }],
    ['ENDPOINT_STATUS', 'EndpointStatus', { EndpointStatus: 'secret' }],
    ['EMAIL_SYNTAX', 'Address', { Address: 'secret(at)example.com' }],
    ['COUNTRY', 'Location.Country', { Location: { Country: 'secret' } }],
    ['COORDINATE', 'Location.Latitude', { Location: { Latitude: 91 } }],
    ['CONTROL_CHARACTER', 'User.UserId', { User: { UserId: 'secret\n' } }],
    ['ATTRIBUTE_VALUE', 'Attributes.Plan', { Attributes: { Plan: ['secret'.repeat(20)] } }],
    ['ATTRIBUTE_NAME', 'Attributes.*', { Attributes: { ['secret'.repeat(20)]: [] } }],
    [
      'ENDPOINT_TOO_LARGE',
      'Id',
      {
        Attributes: Object.fromEntries(
          Array.from({ length: 200 }, (_, at) => [`a${at}`, ['secret'.repeat(16)]]),
        ),
      },
    ],
  ])('is unfit, but not gone: %s in %s', (rule, field, change) => {
    const claim = claimOf({ ...item, ...change })
    expect(claim).toMatchObject({ kind: 'unfit', id: 'e1', optsOut: false, problems: [{ rule, field }] })
    expect(JSON.stringify(claim.problems)).not.toContain('secret')
  })

  it.each([
    ['ID_MISSING', { Id: undefined }, undefined],
    ['ID_MISSING', { Id: '' }, undefined],
    ['FIELD_TYPE', { Id: 7 }, undefined],
    ['ID_CHARACTER', { Id: '{e1}' }, '{e1}'],
    ['CONTROL_CHARACTER', { Id: 'e\t1' }, 'e\t1'],
  ])('is unfit for its id: %s', (rule, change, id) => {
    expect(claimOf({ ...item, ...change })).toMatchObject({
      kind: 'unfit',
      id,
      problems: [{ rule, field: 'Id' }],
    })
  })

  it('is told all that is wrong with it at once, but no more than a person reads', () => {
    const odd = {
      ...item,
      Address: 7,
      ChannelType: 'FAX',
      OptOut: 'SOME',
      Location: { Country: 'Austria' },
      Extra: 1,
    }
    expect(claimOf(odd).problems.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
      'FIELD_TYPE Address',
      'OPT_OUT OptOut',
      'CHANNEL_UNKNOWN ChannelType',
      'FIELD_UNKNOWN Extra',
      'COUNTRY Location.Country',
    ])
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]))
    expect(claimOf({ ...item, ...many }).problems).toHaveLength(50)
  })

  it.each([
    ['an unknown field', { UpdatedAt: 'x' }],
    ['a value that is too long', { Attributes: { Plan: ['x'.repeat(101)] } }],
    ['a date that is none', { ConsentDate: 'yesterday' }],
    ['a status that is none', { EndpointStatus: 'GONE' }],
  ])('still opts out when it is unfit for %s, with no more than its address', (_what, flaw) => {
    const claim = claimOf({ ...item, OptOut: 'ALL', ...flaw })
    const { Attributes: _, ...bare } = item
    expect(claim).toMatchObject({ kind: 'fit', endpoint: bare, stated: { value: 'ALL' } })
    expect(claim.kind === 'fit' && Object.keys(claim.endpoint)).toEqual(['Id', 'Address', 'ChannelType'])
    expect(claim.problems).not.toEqual([])
  })

  it.each([
    ['its address', { Address: 'ada(at)example.com' }],
    ['its channel', { ChannelType: 'FAX' }],
  ])('still opts out when %s cannot be read: whoever writes it next says so', (_what, flaw) => {
    expect(claimOf({ ...item, OptOut: 'ALL', ...flaw })).toMatchObject({
      kind: 'unfit',
      id: 'e1',
      optsOut: true,
    })
  })

  it('does not opt in when it is unfit', () => {
    const claim = claimOf({ ...item, OptOut: 'NONE', ConsentDate: '2026-05-01T00:00:00Z', UpdatedAt: 'x' })
    expect(claim).toMatchObject({ kind: 'unfit', optsOut: false })
  })

  it('may have an attribute called __proto__', () => {
    const claim = claimOf(
      JSON.parse(
        '{"Id":"e1","Address":"ada@example.com","ChannelType":"EMAIL","Attributes":{"__proto__":["x"]}}',
      ) as Item,
    )
    expect(claim.kind === 'fit' && Object.entries(claim.endpoint.Attributes ?? {})).toEqual([
      ['__proto__', ['x']],
    ])
  })
})
