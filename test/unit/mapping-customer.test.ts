import { describe, expect, it } from 'vitest'
import file from '../../mappings/customer.json' with { type: 'json' }
import { readMapping } from '../../shared/sources/mapping.ts'
import type { Claim, Item } from '../../shared/sources/mapping.ts'

const mapping = readMapping(file)
const now = '2026-06-01T12:00:00.000Z'
const may = '2026-05-01T00:00:00.000Z'

const ada = {
  CustomerId: 'c1',
  Version: 7,
  Email: 'ada@example.com',
  Phone: '+15550100',
  Plan: 'gold',
  Interests: ['hiking', 'chess'],
  Orders: 3,
  Name: { First: 'Ada', Last: 'Example' },
  Home: { City: 'Graz', Country: 'AT', Street: 'not mapped' },
  Locale: 'de_AT',
  Notes: 'not mapped',
  Devices: [
    { DeviceId: 'd1', Platform: 'ios', Token: 'aa11', Model: 'M1' },
    { DeviceId: 'd2', Platform: 'android', Token: 'bb22', Uninstalled: true },
  ],
}
const [d1 = {}, d2 = {}] = ada.Devices

const claimsOf = (item: object): readonly Claim[] => mapping.said(item as Item, now).claims
const idOf = (claim: Claim) => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)
const idsOf = (item: object) => claimsOf(item).map(idOf)
const fit = (claim: Claim | undefined) => {
  if (claim?.kind !== 'fit' || claim.problems.length > 0)
    throw new Error(`unfit: ${JSON.stringify(claim?.problems)}`)
  return claim
}

describe('a customer', () => {
  it('claims an endpoint for the e-mail address, for the phone and for each device', () => {
    const { claims, version } = mapping.said(ada, now)
    const person = { UserId: 'c1', UserAttributes: { FirstName: ['Ada'], LastName: ['Example'] } }
    const Attributes = { Plan: ['gold'], Interests: ['hiking', 'chess'] }
    const everywhere = {
      Attributes,
      Metrics: { Orders: 3 },
      User: person,
      Location: { City: 'Graz', Country: 'AT' },
      Demographic: { Locale: 'de_AT' },
    }
    expect(version).toBe(7)
    expect(claims.map((claim) => fit(claim).endpoint)).toEqual([
      { Id: 'c1-email', Address: 'ada@example.com', ChannelType: 'EMAIL', ...everywhere },
      { Id: 'c1-phone', Address: '+15550100', ChannelType: 'SMS', ...everywhere },
      {
        Id: 'c1-device-d1',
        Address: 'aa11',
        ChannelType: 'APNS',
        Attributes,
        User: person,
        Demographic: { Platform: 'ios', Model: 'M1', Locale: 'de_AT' },
      },
      {
        Id: 'c1-device-d2',
        Address: 'bb22',
        ChannelType: 'GCM',
        EndpointStatus: 'INACTIVE',
        Attributes,
        User: person,
        Demographic: { Platform: 'android', Locale: 'de_AT' },
      },
    ])
  })

  it.each<[string, object, readonly string[]]>([
    ['no e-mail address', { Email: undefined }, ['c1-phone', 'c1-device-d1', 'c1-device-d2']],
    ['an e-mail address that is null', { Email: null }, ['c1-phone', 'c1-device-d1', 'c1-device-d2']],
    ['an empty phone', { Phone: '' }, ['c1-email', 'c1-device-d1', 'c1-device-d2']],
    ['no devices', { Devices: undefined }, ['c1-email', 'c1-phone']],
    ['an empty list of devices', { Devices: [] }, ['c1-email', 'c1-phone']],
    ['a device less', { Devices: [d2] }, ['c1-email', 'c1-phone', 'c1-device-d2']],
    [
      'a device without a token',
      { Devices: [{ ...d1, Token: '' }, d2] },
      ['c1-email', 'c1-phone', 'c1-device-d2'],
    ],
    ['a device that is null', { Devices: [null, d2] }, ['c1-email', 'c1-phone', 'c1-device-d2']],
    [
      'devices by name',
      { Devices: { one: d1, two: d2 } },
      ['c1-email', 'c1-phone', 'c1-device-d1', 'c1-device-d2'],
    ],
    ['nothing at all', { Email: null, Phone: null, Devices: null }, []],
  ])('with %s claims only what is there', (_what, change, ids) => {
    expect(idsOf({ ...ada, ...change })).toEqual(ids)
  })

  it('leaves out attributes that are not there, and groups of which nothing is', () => {
    const { endpoint } = fit(
      claimsOf({
        CustomerId: 'c1',
        Email: 'ada@example.com',
        Plan: '',
        Interests: [null, ''],
        Name: {},
        Home: null,
      })[0],
    )
    expect(endpoint).toEqual({
      Id: 'c1-email',
      Address: 'ada@example.com',
      ChannelType: 'EMAIL',
      User: { UserId: 'c1' },
    })
  })

  it.each<[string, object, object, readonly object[]]>([
    [
      'an e-mail address that is a list',
      { Email: ['secret'] },
      { id: 'c1-email' },
      [{ rule: 'FIELD_TYPE', field: 'Email' }],
    ],
    [
      'an e-mail address that is none',
      { Email: 'secret' },
      { id: 'c1-email' },
      [{ rule: 'EMAIL_SYNTAX', field: 'Email' }],
    ],
    [
      'a country in words',
      { Home: { Country: 'secret' } },
      { id: 'c1-email' },
      [{ rule: 'COUNTRY', field: 'Home.Country' }],
    ],
    [
      'a home that is no map',
      { Home: 'secret' },
      { id: 'c1-email' },
      [{ rule: 'FIELD_TYPE', field: 'Home' }],
    ],
    ['orders in words', { Orders: 'secret' }, { id: 'c1-email' }, [{ rule: 'FIELD_TYPE', field: 'Orders' }]],
    [
      'interests that are maps',
      { Interests: [{ a: 'secret' }] },
      { id: 'c1-email' },
      [{ rule: 'FIELD_TYPE', field: 'Interests' }],
    ],
    [
      'a plan beyond measure',
      { Plan: 'secret'.repeat(20) },
      { id: 'c1-email' },
      [{ rule: 'ATTRIBUTE_VALUE', field: 'Plan' }],
    ],
    [
      'an opt-out in words',
      { EmailOptOut: 'secret' },
      { id: 'c1-email' },
      [{ rule: 'OPT_OUT', field: 'EmailOptOut', expected: 'true, false or nothing' }],
    ],
    ['no key', { CustomerId: undefined }, { id: undefined }, [{ rule: 'ID_MISSING', field: 'CustomerId' }]],
    [
      'a key that has been rounded',
      { CustomerId: 2 ** 53 },
      { id: undefined },
      [{ rule: 'FIELD_TYPE', field: 'CustomerId' }],
    ],
  ])('with %s has an e-mail endpoint that is unfit, and not gone', (_what, change, claim, problems) => {
    const [first] = claimsOf({ ...ada, ...change })
    expect(first).toMatchObject({ kind: 'unfit', optsOut: false, ...claim, problems })
    expect(JSON.stringify(first?.problems)).not.toContain('secret')
  })

  it.each<[string, object, object, readonly object[]]>([
    ['no id', { DeviceId: '' }, { id: undefined }, [{ rule: 'ID_MISSING', field: 'Devices[1].DeviceId' }]],
    [
      'no platform',
      { Platform: null },
      { id: 'c1-device-d2' },
      [{ rule: 'CHANNEL_MISSING', field: 'Devices[1].Platform' }],
    ],
    [
      'another platform',
      { Platform: 'secret' },
      { id: 'c1-device-d2' },
      [{ rule: 'CHANNEL_UNKNOWN', field: 'Devices[1].Platform', expected: 'ios, android' }],
    ],
    [
      'a token with blanks',
      { Token: 'the secret' },
      { id: 'c1-device-d2' },
      [{ rule: 'TOKEN_SYNTAX', field: 'Devices[1].Token' }],
    ],
    [
      'an odd word for uninstalled',
      { Uninstalled: 'secret' },
      { id: 'c1-device-d2' },
      [{ rule: 'ENDPOINT_STATUS', field: 'Devices[1].Uninstalled', expected: 'true, false or nothing' }],
    ],
    [
      'a brace in its id',
      { DeviceId: '{secret}' },
      { id: 'c1-device-{secret}' },
      [{ rule: 'ID_CHARACTER', field: 'CustomerId, Devices[1].DeviceId' }],
    ],
    [
      'the id of another, in capitals',
      { DeviceId: 'D1' },
      { id: 'c1-device-D1' },
      [{ rule: 'ID_TWICE', field: 'CustomerId, Devices[1].DeviceId' }],
    ],
  ])('with a device of %s has others that are fit', (_what, change, claim, problems) => {
    const claims = claimsOf({ ...ada, Devices: [d1, { ...d2, ...change }] })
    expect(claims.map(({ kind }) => kind)).toEqual(['fit', 'fit', 'fit', 'unfit'])
    expect(claims[3]).toMatchObject({ optsOut: false, ...claim, problems })
    expect(JSON.stringify(claims[3]?.problems)).not.toContain('secret')
  })

  it('with a device that is no map knows not which one that is', () => {
    const claims = claimsOf({ ...ada, Devices: [d1, 'secret'] })
    expect(claims[3]).toEqual({
      kind: 'unfit',
      id: undefined,
      optsOut: false,
      problems: [{ rule: 'FIELD_TYPE', field: 'Devices[1]', expected: 'a map' }],
    })
  })

  it('with devices that are no list knows not which they are', () => {
    const claims = claimsOf({ ...ada, Devices: 'secret' })
    expect(claims.map(idOf)).toEqual(['c1-email', 'c1-phone', undefined])
    expect(claims[2]?.problems).toEqual([
      { rule: 'FIELD_TYPE', field: 'Devices', expected: 'a list, a set or a map' },
    ])
  })

  it('lets the opt-out of a second device of one id be heard', () => {
    const claims = claimsOf({ ...ada, Devices: [d1, { ...d1, OptOut: true }] })
    expect(claims[2]).toMatchObject({ kind: 'fit', stated: undefined })
    expect(claims[3]).toMatchObject({
      kind: 'unfit',
      id: 'c1-device-d1',
      optsOut: true,
      problems: [{ rule: 'ID_TWICE' }],
    })
  })

  it.each<[object, unknown]>([
    [{ EmailOptOut: true }, { value: 'ALL' }],
    [
      { EmailOptOut: true, EmailConsentDate: may },
      { value: 'ALL', at: may },
    ],
    [
      { EmailOptOut: false, EmailConsentDate: may },
      { value: 'NONE', at: may },
    ],
    [{ EmailOptOut: false, EmailConsentDate: '' }, undefined],
    [{ EmailOptOut: null, EmailConsentDate: may }, undefined],
    [{ PhoneOptOut: true }, undefined],
  ])('states for its e-mail endpoint, by %o: %o', (consent, stated) => {
    expect(fit(claimsOf({ ...ada, ...consent })[0]).stated).toEqual(stated)
  })
})

describe('an urgent change', () => {
  const without = (name: keyof typeof ada) => ({ ...ada, [name]: undefined })

  it.each<[string, Item | undefined, Item | undefined, boolean]>([
    ['a customer who comes', undefined, ada, false],
    ['a customer who comes opted out', undefined, { ...ada, PhoneOptOut: true }, true],
    ['a customer who goes', ada, undefined, true],
    ['nothing to nothing', undefined, undefined, false],
    ['no change', ada, ada, false],
    ['another plan', ada, { ...ada, Plan: 'silver' }, false],
    ['another e-mail address', ada, { ...ada, Email: 'ada@example.org' }, false],
    ['an e-mail address that goes', ada, without('Email'), true],
    ['an e-mail address that comes', without('Email'), ada, false],
    ['a device that goes', ada, { ...ada, Devices: [d1] }, true],
    ['a device in another place', ada, { ...ada, Devices: [d2, d1] }, false],
    ['a device in capitals', ada, { ...ada, Devices: [d1, { ...d2, DeviceId: 'D2' }] }, false],
    ['an opt-out', ada, { ...ada, EmailOptOut: true }, true],
    [
      'an opt-out with a date in the future',
      ada,
      { ...ada, EmailOptOut: true, EmailConsentDate: '2099-01-01T00:00:00Z' },
      true,
    ],
    [
      'an opt-out that was one',
      { ...ada, EmailOptOut: true },
      { ...ada, EmailOptOut: true, EmailConsentDate: may },
      false,
    ],
    ['an opt-out of another endpoint', { ...ada, EmailOptOut: true }, { ...ada, PhoneOptOut: true }, true],
    [
      'an opt-in',
      { ...ada, EmailOptOut: true },
      { ...ada, EmailOptOut: false, EmailConsentDate: may },
      false,
    ],
    ['an opt-out of an unfit address', ada, { ...ada, Email: 'ada(at)example.com', EmailOptOut: true }, true],
    [
      'an opt-out that was one, unfit',
      { ...ada, Email: '?', EmailOptOut: true },
      { ...ada, EmailOptOut: true },
      false,
    ],
    ['an address that becomes unfit', ada, { ...ada, Email: '?' }, false],
    ['devices that become unreadable', ada, { ...ada, Devices: 'x' }, true],
    ['unfit to unfit', { ...ada, Devices: 'x' }, { ...ada, Devices: 'y' }, false],
  ])('is or is not: %s', (_what, before, after, urgent) => {
    expect(mapping.isUrgent(before, after)).toBe(urgent)
  })
})
