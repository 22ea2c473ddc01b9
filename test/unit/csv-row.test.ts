import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../shared/sources/csv-header.ts'
import type { Column } from '../../shared/sources/csv-header.ts'
import { endpointOf } from '../../shared/sources/csv-row.ts'

const header = [
  'Id',
  'Address',
  'ChannelType',
  'OptOut',
  'Attributes.Interests',
  'Attributes.Interests',
  'Metrics.Orders',
  'Location.Country',
  'Location.Latitude',
  'User.UserId',
]
const columns = columnsOf(header) as readonly Column[]
const row = (change: Partial<Record<string, string>> = {}) => {
  const cells: Record<string, string> = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }
  return header.map((name) => ({ ...cells, ...change })[name] ?? '')
}

describe('a CSV row', () => {
  it('becomes an endpoint; empty cells say nothing, repeated columns make a list', () => {
    const cells = row({ 'Metrics.Orders': '7', 'Location.Latitude': '-9.14', 'User.UserId': 'u1' })
    cells[4] = 'books'
    cells[5] = 'films'
    expect(endpointOf(columns, cells)).toEqual({
      Id: 'e1',
      Address: 'ada@example.com',
      ChannelType: 'EMAIL',
      Attributes: { Interests: ['books', 'films'] },
      Metrics: { Orders: 7 },
      Location: { Latitude: -9.14 },
      User: { UserId: 'u1' },
    })
  })

  it('is consent-silent: only ALL remains', () => {
    expect(endpointOf(columns, row({ OptOut: 'ALL' }))).toHaveProperty('OptOut', 'ALL')
    expect(endpointOf(columns, row({ OptOut: 'NONE' }))).not.toHaveProperty('OptOut')
  })

  it.each([
    ['ID_MISSING', 'Id', { Id: '' }],
    ['ID_CHARACTER', 'Id', { Id: 'a{b' }],
    ['ADDRESS_MISSING', 'Address', { Address: '' }],
    ['CHANNEL_MISSING', 'ChannelType', { ChannelType: '' }],
    ['CHANNEL_UNKNOWN', 'ChannelType', { ChannelType: 'email' }],
    ['EMAIL_SYNTAX', 'Address', { Address: 'ada@' }],
    ['PHONE_E164', 'Address', { ChannelType: 'SMS', Address: '2125550100' }],
    ['PHONE_E164', 'Address', { ChannelType: 'VOICE', Address: '+1 212 555 010 x' }],
    ['TOKEN_SYNTAX', 'Address', { ChannelType: 'APNS', Address: 'a b' }],
    ['OPT_OUT', 'OptOut', { OptOut: 'all' }],
    ['COUNTRY', 'Location.Country', { 'Location.Country': 'USA' }],
    ['COORDINATE', 'Location.Latitude', { 'Location.Latitude': '91' }],
    ['COORDINATE', 'Location.Latitude', { 'Location.Latitude': 'north' }],
    ['NUMBER', 'Metrics.Orders', { 'Metrics.Orders': '0x10' }],
    ['ATTRIBUTE_VALUE', 'Attributes.Interests', { 'Attributes.Interests': 'x'.repeat(101) }],
    ['CONTROL_CHARACTER', 'User.UserId', { 'User.UserId': 'a\tb' }],
  ])('%s: %s', (rule, field, change) => {
    expect(endpointOf(columns, row(change))).toEqual([expect.objectContaining({ rule, field })])
  })

  it.each([
    ['+1 212 555 0100', '+12125550100'],
    ['+1 (212) 555-0100', '+12125550100'],
    ['+1.212.555.0100', '+12125550100'],
    ['+1-212-555-0100', '+12125550100'],
    ['+49\u00a030 - 1234567', '+49301234567'],
    ['+12125550100', '+12125550100'],
  ])('takes the phone number %s for %s', (Address, plain) => {
    for (const ChannelType of ['SMS', 'VOICE'])
      expect(endpointOf(columns, row({ ChannelType, Address }))).toHaveProperty('Address', plain)
  })

  it.each([
    ...[
      '0012125550100',
      '001 212 555 0100',
      '(212) 555-0100',
      '212 555 0100',
      '+1 212 555 CALL',
      '+1/212/555/0100',
    ],
    // With the trunk prefix and without it: two numbers, and nobody knows which is meant.
    ...[
      '+49 (0)30 1234567',
      '+44 (020) 7946 0958',
      '+1 (212 555 0100',
      '+1 212) 555 0100',
      '+1 (212) 555-0100 x5',
    ],
    ...[
      ' +12125550100',
      '+12125550100 ',
      '+ 1 212 555 0100',
      '+1\t212 555 0100',
      '+１ 212 555 0100',
      '+1 212',
      '+-.()',
    ],
    ...['++12125550100', '+1 ((212)) 5550100', '+1 () 2125550100', '+1,212,555,0100'],
  ])('guesses nothing of the phone number %j', (Address) => {
    const problems = endpointOf(columns, row({ ChannelType: 'SMS', Address }))
    expect(problems).toEqual([expect.objectContaining({ rule: 'PHONE_E164', field: 'Address' })])
  })

  it('leaves the blanks and dots of other addresses alone', () => {
    const address = (ChannelType: string, Address: string) =>
      endpointOf(columns, row({ ChannelType, Address }))
    expect(address('EMAIL', '+1.212@example.com')).toHaveProperty('Address', '+1.212@example.com')
    expect(address('CUSTOM', '+1.212.555.0100')).toHaveProperty('Address', '+1.212.555.0100')
    expect(address('CUSTOM', '+1 212 555 0100')).toMatchObject([{ rule: 'TOKEN_SYNTAX' }])
  })

  it('checks the date that it has no use for', () => {
    const dated = columnsOf(['Id', 'Address', 'ChannelType', 'EffectiveDate']) as readonly Column[]
    const endpoint = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }
    for (const date of ['', '2026-01-31', '2026-01-31T12:00:00.000Z'])
      expect(endpointOf(dated, [...Object.values(endpoint), date])).toEqual(endpoint)
    expect(endpointOf(dated, [...Object.values(endpoint), '31.01.2026'])).toMatchObject([
      { rule: 'DATE', field: 'EffectiveDate' },
    ])
    expect(endpointOf(dated, ['', '', 'EMAIL', '31.01.2026'])).toHaveLength(3)
  })

  it('says everything that is wrong at once, and never the value', () => {
    const problems = endpointOf(columns, row({ Address: 'secret(at)example.com', OptOut: 'secret' }))
    expect(problems).toHaveLength(2)
    expect(JSON.stringify(problems)).not.toContain('secret')
  })

  it('is ragged with a cell too few or too many', () => {
    expect(endpointOf(columns, row().slice(1))).toEqual([expect.objectContaining({ rule: 'COLUMNS' })])
    expect(endpointOf(columns, [...row(), ''])).toEqual([expect.objectContaining({ rule: 'COLUMNS' })])
  })

  it('keeps a prototype out of reach', () => {
    const hostile = columnsOf(['Id', 'Address', 'ChannelType', 'Attributes.__proto__']) as readonly Column[]
    const endpoint = endpointOf(hostile, ['e1', 'ada@example.com', 'EMAIL', 'x'])
    expect(Object.getPrototypeOf((endpoint as { Attributes: object }).Attributes)).toBe(Object.prototype)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('holds at most 15 KB and 250 names', () => {
    const wide = (names: number, length: number) => {
      const attributes = Array.from({ length: names }, (_, at) => `Attributes.N${at}`)
      const plan = columnsOf(['Id', 'Address', 'ChannelType', ...attributes]) as readonly Column[]
      return endpointOf(plan, ['e1', 'ada@example.com', 'EMAIL', ...attributes.map(() => 'x'.repeat(length))])
    }
    expect(wide(250, 1)).toHaveProperty('Id')
    expect(wide(251, 1)).toEqual([expect.objectContaining({ rule: 'ATTRIBUTE_NAMES' })])
    expect(wide(130, 100)).toHaveProperty('Id')
    expect(wide(150, 100)).toEqual([expect.objectContaining({ rule: 'ENDPOINT_TOO_LARGE' })])
  })
})
