import { describe, expect, it } from 'vitest'
import { COUNTRY_CODES } from '../../shared/endpoint/country-codes.ts'
import { checkDropped } from '../../shared/endpoint/drop-rules.ts'
import { check } from '../../shared/endpoint/rules.ts'
import type { Candidate } from '../../shared/endpoint/problem.ts'

const ada: Candidate = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }
const hex = (digits: number) => '0123456789abcdef'.repeat(16).slice(0, digits)
const label = (length: number) => 'd'.repeat(length)
const domain = (last: number) => [label(63), label(63), label(63), label(last)].join('.')
const texts = (count: number, length = 1) => Array.from({ length: count }, () => 'x'.repeat(length))
const named = <T>(count: number, value: T) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`N${at}`, value]))

/** `rule`: none for a good one. */
type Case = readonly [what: string, rule: string | undefined, change: Candidate]

const codes = (checked: ReturnType<typeof check>): string[] =>
  'Id' in checked ? [] : checked.map(({ rule, field }) => `${rule} ${field}`)

const address = (ChannelType: string, Address: string): Candidate => ({ ChannelType, Address })

const EMAILS: readonly Case[] = [
  ['64 bytes before the @', undefined, address('EMAIL', `${'l'.repeat(64)}@example.com`)],
  ['65 bytes before the @', 'EMAIL_SYNTAX Address', address('EMAIL', `${'l'.repeat(65)}@example.com`)],
  ['66 bytes of 33 letters', 'EMAIL_SYNTAX Address', address('EMAIL', `${'ü'.repeat(33)}@example.com`)],
  ['320 bytes', undefined, address('EMAIL', `${'l'.repeat(64)}@${domain(63)}`)],
  ['322 bytes', 'EMAIL_SYNTAX Address', address('EMAIL', `${'l'.repeat(64)}@${domain(63)}.d`)],
  ['321 bytes', 'EMAIL_SYNTAX Address', address('EMAIL', `${'l'.repeat(62)}@${domain(63)}.de`)],
  ['a label of 63', undefined, address('EMAIL', `a@${label(63)}.com`)],
  ['a label of 64', 'EMAIL_SYNTAX Address', address('EMAIL', `a@${label(64)}.com`)],
  ['a last label of two', undefined, address('EMAIL', 'a@b.co')],
  ['a last label of one', 'EMAIL_SYNTAX Address', address('EMAIL', 'a@b.c')],
  ['a domain in another script', undefined, address('EMAIL', 'jürgen@bücher.例え')],
  ['one in punycode', undefined, address('EMAIL', 'a@xn--bcher-kva.xn--r8jz45g')],
  [
    'a local part in any case, with signs',
    undefined,
    address('EMAIL', "O'Neil+Tag_1-x!#$%&*/=?^`{|}~@Example.COM"),
  ],
  ...[
    'ada',
    '@example.com',
    'ada@',
    'ada@example',
    'ada@@example.com',
    'a@b@example.com',
    'ada@example.com.',
    'ada@example..com',
    'ada@.example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    'a da@example.com',
    ' ada@example.com',
    'ada@example.com ',
    'ada@exa mple.com',
    'ada@exa\u00a0mple.com',
    'ada@exa\u0001mple.com',
    'a\u0001da@example.com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@exa_mple.com',
    'ada@b,c.com',
    'ada@[10.0.0.1]',
    '"a b"@example.com',
    'Ada <ada@example.com>',
    'mailto:ada@example.com',
    'ada@example.com;bob@example.com',
    'ada\uff20example.com',
  ].map((text): Case => [text, 'EMAIL_SYNTAX Address', address('EMAIL', text)]),
]

const PHONES: readonly Case[] = ['SMS', 'VOICE'].flatMap((channel): Case[] => [
  [`${channel} of 7 digits`, undefined, address(channel, '+1234567')],
  [`${channel} of 6 digits`, 'PHONE_E164 Address', address(channel, '+123456')],
  [`${channel} of 15 digits`, undefined, address(channel, '+123456789012345')],
  [`${channel} of 16 digits`, 'PHONE_E164 Address', address(channel, '+1234567890123456')],
  ...[
    '12125550100',
    '0012125550100',
    '2125550100',
    '+0125550100',
    '+1 212 555 0100',
    '+1212555CALL',
    '+１２１２５５５０１００',
    '＋12125550100',
    'tel:+12125550100',
    '+12125550100x5',
  ].map((text): Case => [`${channel} ${text}`, 'PHONE_E164 Address', address(channel, text)]),
])

const TOKENS: readonly Case[] = ['GCM', 'ADM', 'BAIDU', 'APNS', 'PUSH', 'CUSTOM', 'IN_APP'].flatMap(
  (channel): Case[] => [
    [`${channel} token of 4096`, undefined, address(channel, '9'.repeat(4096))],
    [`${channel} token of 4097`, 'TOKEN_SYNTAX Address', address(channel, '9'.repeat(4097))],
    [`${channel} token with a blank`, 'TOKEN_SYNTAX Address', address(channel, 'ab cd')],
    [`${channel} token above ASCII`, 'TOKEN_SYNTAX Address', address(channel, 'tök')],
    [`${channel} token with DEL`, 'TOKEN_SYNTAX Address', address(channel, 'ab\u007f')],
  ],
)

const LIMITED: readonly Case[] = [
  ['50 values', undefined, { Attributes: { A: texts(50) } }],
  ['51 values', 'ATTRIBUTE_VALUES Attributes.A', { Attributes: { A: texts(51) } }],
  [
    '51 values of a user',
    'ATTRIBUTE_VALUES User.UserAttributes.A',
    { User: { UserAttributes: { A: texts(51) } } },
  ],
  ['a value of 100', undefined, { Attributes: { A: texts(1, 100) } }],
  ['a value of 101', 'ATTRIBUTE_VALUE Attributes.A', { Attributes: { A: texts(1, 101) } }],
  ['100 letters of two bytes', undefined, { Attributes: { A: ['ü'.repeat(100)] } }],
  ['a name of 50', undefined, { Attributes: { ['n'.repeat(50)]: ['x'] } }],
  [
    'a name of 51',
    `ATTRIBUTE_NAME Attributes.${'n'.repeat(51)}`,
    { Attributes: { ['n'.repeat(51)]: ['x'] } },
  ],
  ['a metric’s name of 51', `ATTRIBUTE_NAME Metrics.${'n'.repeat(51)}`, { Metrics: { ['n'.repeat(51)]: 1 } }],
  ['250 names', undefined, { Attributes: named(200, ['x']), Metrics: named(50, 1) }],
  ['251 names', 'ATTRIBUTE_NAMES Attributes', { Attributes: named(200, ['x']), Metrics: named(51, 1) }],
  [
    'prototype names',
    undefined,
    {
      Attributes: Object.fromEntries([
        ['__proto__', ['x']],
        ['constructor', ['y']],
      ]),
    },
  ],
]

const PLACES: readonly Case[] = [
  ['a country', undefined, { Location: { Country: 'DE' } }],
  ['Kosovo', undefined, { Location: { Country: 'XK' } }],
  ...['de', 'De', 'D', 'DEU', 'UK', 'EU', 'ZZ', 'AN', 'SU', 'Germany', ' DE', '__'].map((Country): Case => [
    Country,
    'COUNTRY Location.Country',
    { Location: { Country } },
  ]),
  ['the poles', undefined, { Location: { Latitude: -90, Longitude: 180 } }],
  ['past the pole', 'COORDINATE Location.Latitude', { Location: { Latitude: 90.000001 } }],
  ['past the other pole', 'COORDINATE Location.Latitude', { Location: { Latitude: -90.000001 } }],
  ['past the date line', 'COORDINATE Location.Longitude', { Location: { Longitude: 180.000001 } }],
  ['past it the other way', 'COORDINATE Location.Longitude', { Location: { Longitude: -180.000001 } }],
  ['no latitude', 'COORDINATE Location.Latitude', { Location: { Latitude: NaN } }],
  ['no number', 'NUMBER Metrics.M', { Metrics: { M: NaN } }],
  ['an infinite number', 'NUMBER Metrics.M', { Metrics: { M: Infinity } }],
  ['the largest number', undefined, { Metrics: { M: Number.MAX_VALUE } }],
]

const SIGNS: readonly Case[] = [
  ...[
    '\t',
    '\n',
    '\r',
    '\0',
    '\u001f',
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009f',
    '\u2028',
    '\u2029',
    '\ud83d',
    '\ude00',
  ].map((sign): Case => [
    `U+${sign.charCodeAt(0).toString(16)}`,
    'CONTROL_CHARACTER Location.City',
    { Location: { City: `a${sign}b` } },
  ]),
  ...['\u00a0', '\u200b', '\u200d', '\u202e', '\u2066', '\ufeff', 'ﷺ', '😀', 'Аdа', '=cmd()'].map(
    (sign): Case => [`U+${sign.charCodeAt(0).toString(16)}`, undefined, { Location: { City: `${sign}a` } }],
  ),
  ['a tab in an id', 'CONTROL_CHARACTER Id', { Id: 'a\tb' }],
  ['a tab in a user id', 'CONTROL_CHARACTER User.UserId', { User: { UserId: 'a\tb' } }],
  ['a tab in a value', 'CONTROL_CHARACTER Attributes.A', { Attributes: { A: ['a\tb'] } }],
  ['a tab in a name', 'CONTROL_CHARACTER Attributes.a\tb', { Attributes: { 'a\tb': ['c\td'] } }],
  ['a tab in a metric’s name', 'CONTROL_CHARACTER Metrics.a\tb', { Metrics: { 'a\tb': 1 } }],
  ['a tab in a time zone', 'CONTROL_CHARACTER Demographic.Timezone', { Demographic: { Timezone: '\t' } }],
]

const IDENTITIES: readonly Case[] = [
  ['no id', 'ID_MISSING Id', { Id: '' }],
  ['an id of blanks', 'ID_MISSING Id', { Id: ' \u00a0 ' }],
  ...['$', '{', '}'].map((sign): Case => [`an id with ${sign}`, 'ID_CHARACTER Id', { Id: `a${sign}` }]),
  ['no channel', 'CHANNEL_MISSING ChannelType', { ChannelType: '' }],
  ...['email', 'EMAIL ', 'FAX', 'APN', 'toString'].map((ChannelType): Case => [
    ChannelType,
    'CHANNEL_UNKNOWN ChannelType',
    { ChannelType },
  ]),
  ['no address', 'ADDRESS_MISSING Address', { Address: '' }],
  ...['all', 'All', 'ALL ', 'none', 'TRUE', 'yes', '0', ' '].map((OptOut): Case => [
    OptOut,
    'OPT_OUT OptOut',
    { OptOut },
  ]),
  ['ALL', undefined, { OptOut: 'ALL' }],
  ['NONE', undefined, { OptOut: 'NONE' }],
]

describe('the rules of an endpoint', () => {
  it.each([...EMAILS, ...PHONES, ...TOKENS, ...LIMITED, ...PLACES, ...SIGNS, ...IDENTITIES])(
    '%s: %s',
    (_what, rule, change) => {
      expect(codes(check({ ...ada, ...change }))).toEqual(rule === undefined ? [] : [rule])
    },
  )

  it('hold an endpoint of 15 KB and none of a byte more', () => {
    const size = (city: number) => ({ ...ada, Location: { City: 'x'.repeat(city) } })
    const room = 15 * 1024 - Buffer.byteLength(JSON.stringify(size(0)))
    expect(codes(check(size(room)))).toEqual([])
    expect(codes(check(size(room + 1)))).toEqual(['ENDPOINT_TOO_LARGE Id'])
  })

  it('never repeat a value', () => {
    const secret: Candidate = {
      ...{ Id: 'secret$', Address: 'secret', ChannelType: 'EMAIL', OptOut: 'secret' },
      ...{ Location: { Country: 'secret', City: 'secret\t' }, Attributes: { A: ['secret\n'.repeat(30)] } },
    }
    expect(codes(check(secret))).toHaveLength(7)
    expect(JSON.stringify(check(secret))).not.toContain('secret')
  })

  it('know the 249 assigned countries, and Kosovo', () => {
    expect(COUNTRY_CODES.size).toBe(250)
    const region = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
    for (const code of COUNTRY_CODES) expect(region.of(code)).toBeDefined()
  })
})

const APNS = ['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX']

const DROPPED: readonly Case[] = [
  ...APNS.flatMap((channel): Case[] => [
    [`${channel} of 64`, undefined, address(channel, hex(64))],
    [`${channel} in capitals`, undefined, address(channel, hex(64).toUpperCase())],
    [`${channel} of 200`, undefined, address(channel, hex(200))],
    ...[62, 63, 65, 199, 201, 202].map((digits): Case => [
      `${channel} of ${digits}`,
      'TOKEN_SYNTAX Address',
      address(channel, hex(digits)),
    ]),
    [`${channel} in base64`, 'TOKEN_SYNTAX Address', address(channel, `${hex(63)}=`)],
    [`${channel} with blanks`, 'TOKEN_SYNTAX Address', address(channel, `${hex(8)} ${hex(56)}`)],
    [`${channel} of zeros`, 'TOKEN_PLACEHOLDER Address', address(channel, '0'.repeat(64))],
  ]),
  ...['null', '(null)', 'NULL', 'none', 'undefined', 'N/A', 'BLACKLISTED', '0'].map((word): Case => [
    `GCM ${word}`,
    'TOKEN_PLACEHOLDER Address',
    address('GCM', word),
  ]),
  ['GCM of 4096', undefined, address('GCM', 'x'.repeat(4096))],
  ['a URL', undefined, address('CUSTOM', 'https://example.com/null')],
  ['an opaque one', undefined, address('IN_APP', 'null')],
  ['a city of 4096 bytes', undefined, { Location: { City: 'x'.repeat(4096) } }],
  ['one of 4097', 'TEXT_TOO_LONG Location.City', { Location: { City: 'x'.repeat(4097) } }],
  ['one of 4098 in 2049 letters', 'TEXT_TOO_LONG Location.City', { Location: { City: 'ü'.repeat(2049) } }],
  ['an id of 4097', 'TEXT_TOO_LONG Id', { Id: 'x'.repeat(4097) }],
  ['a user id of 4097', 'TEXT_TOO_LONG User.UserId', { User: { UserId: 'x'.repeat(4097) } }],
  ['a model of 4097', 'TEXT_TOO_LONG Demographic.Model', { Demographic: { Model: 'x'.repeat(4097) } }],
  ['a text beyond 15 KB', 'TEXT_TOO_LONG Location.City', { Location: { City: 'x'.repeat(20_000) } }],
]

describe('the rules of a dropped row', () => {
  it.each(DROPPED)('%s: %s', (_what, rule, change) => {
    expect(codes(checkDropped({ ...ada, ...change }))).toEqual(rule === undefined ? [] : [rule])
  })

  it('park no item of the customer table for what nobody has documented', () => {
    for (const [, , change] of DROPPED.filter(([, rule]) => /PLACEHOLDER|hex/.test(rule ?? '')))
      expect(codes(check({ ...ada, ...change }))).toEqual([])
  })
})
