import { describe, expect, it } from 'vitest'
import customer from '../../mappings/customer.json' with { type: 'json' }
import endpoint from '../../mappings/endpoint.json' with { type: 'json' }
import { MappingError, readMapping } from '../../shared/sources/mapping.ts'

const mistakesOf = (json: unknown): readonly string[] => {
  try {
    readMapping(json)
    return []
  } catch (error) {
    if (error instanceof MappingError) return error.mistakes
    throw error
  }
}

const email = { id: '{Id}-email', channel: 'EMAIL', address: 'Email' }
const device = { each: 'Devices', id: '{Id}-{.DeviceId}', channel: 'GCM', address: '.Token' }
const withId = (id: string) => ({ ...email, id })
const good = { key: 'Id', endpoints: [email] }
const withEmail = (change: object) => ({ key: 'Id', endpoints: [{ ...email, ...change }] })
const withDevice = (change: object) => ({ key: 'Id', endpoints: [{ ...device, ...change }] })
const choice = (values: unknown) => withEmail({ optOut: { field: 'Out', values } })

const PATH = 'expected the name of a field, or a path such as Home.City'
const TEMPLATE = 'expected a template such as {Id}-email: text, and fields in braces, no other $, { or }'
const NO_ELEMENT = 'expected a field of the item, as there is no element outside each'

describe('a mapping file', () => {
  it.each([
    ['for items that are endpoints', endpoint, 'Id'],
    ['for customers', customer, 'CustomerId'],
    ['of one definition', good, 'Id'],
    ['of the elements of a list', withDevice({}), 'Id'],
    ['whose elements bring ids of their own', withDevice({ id: '{.DeviceId}' }), 'Id'],
    ['whose elements have names', withDevice({ id: '{Id}-{@}', address: '.' }), 'Id'],
    [
      'whose definitions differ in the case of a field',
      { ...good, endpoints: [withId('{Id}-{a}'), withId('{Id}-{A}')] },
      'Id',
    ],
    [
      'of two lists',
      { ...good, endpoints: [device, { ...device, each: 'Tablets', id: '{Id}-t-{.DeviceId}' }] },
      'Id',
    ],
  ])('is read: one %s', (_what, json, key) => {
    expect(mistakesOf(json)).toEqual([])
    expect(readMapping(json).key).toBe(key)
  })

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, ['the mapping: expected an object with key, version, strict, endpoints']],
    ['a list', [], ['the mapping: expected an object with key, version, strict, endpoints']],
    [
      'an empty object',
      {},
      [
        "key: expected the name of the table's key attribute",
        'endpoints: expected a list of one endpoint definition or more',
      ],
    ],
    ['a member with a slip', { ...good, vresion: 'V' }, ['vresion: unknown, expected version']],
    [
      'a member of its own making',
      { ...good, comment: 'x' },
      ['comment: unknown, expected one of key, version, strict, endpoints'],
    ],
    [
      'a key that is a path',
      { ...good, key: 'A.B' },
      ["key: expected the name of the table's key attribute"],
    ],
    ['a version that is no path', { ...good, version: 7 }, [`version: ${PATH}`]],
    ['a version of no element', { ...good, version: '.V' }, [`version: ${NO_ELEMENT}`]],
    [
      'no endpoints',
      { ...good, endpoints: [] },
      ['endpoints: expected a list of one endpoint definition or more'],
    ],
    [
      'a definition that is none',
      { ...good, endpoints: [email, 'EMAIL'] },
      [
        'endpoints.1: expected an object with each, id, channel, address, optOut, status, attributes, metrics, user, location, demographic',
      ],
    ],
    [
      'a definition without all it needs',
      { ...good, endpoints: [{}] },
      [
        `endpoints.0.id: ${TEMPLATE}`,
        expect.stringMatching(
          /^endpoints\.0\.channel: expected one of PUSH, .*, or an object with field$/,
        ) as string,
        `endpoints.0.address: ${PATH}`,
      ],
    ],
    [
      'an unknown member of a definition',
      withEmail({ chanel: 'SMS' }),
      ['endpoints.0.chanel: unknown, expected channel'],
    ],
    ['a template that does not close', withEmail({ id: '{Id' }), [`endpoints.0.id: ${TEMPLATE}`]],
    ['a template that does not open', withEmail({ id: 'Id}' }), [`endpoints.0.id: ${TEMPLATE}`]],
    ['empty braces', withEmail({ id: '{Id}-{}' }), [`endpoints.0.id: ${TEMPLATE}`]],
    ['braces in braces', withEmail({ id: '{{Id}}' }), [`endpoints.0.id: ${TEMPLATE}`]],
    ['a dollar, which no id may have', withEmail({ id: '${Id}' }), [`endpoints.0.id: ${TEMPLATE}`]],
    ['a line break in a template', withEmail({ id: '{Id}\n' }), [`endpoints.0.id: ${TEMPLATE}`]],
    [
      'an id without the key',
      withEmail({ id: '{Email}' }),
      ['endpoints.0.id: expected the key in it, {Id}, to tell the ids of two items apart'],
    ],
    [
      'an id without a field',
      withEmail({ id: 'email' }),
      ['endpoints.0.id: expected the key in it, {Id}, to tell the ids of two items apart'],
    ],
    [
      'an id without anything of the element',
      withDevice({ id: '{Id}-device' }),
      [
        'endpoints.0.id: expected something of the element in it, such as {.Id}, to tell the ids of two elements apart',
      ],
    ],
    [
      'an id with a field of no element',
      withEmail({ id: '{Id}-{.Token}' }),
      ['endpoints.0.id: expected only fields of the item in braces, as there is no element outside each'],
    ],
    [
      'fields that run together',
      withDevice({ id: '{Id}{.DeviceId}' }),
      ['endpoints.0.id: expected some text between two fields, to tell where one ends'],
    ],
    [
      'one template twice',
      {
        ...good,
        endpoints: [email, device, { ...email, id: '{Id}-EMAIL', channel: 'SMS', address: 'Phone' }],
      },
      ['endpoints.2.id: expected another template than that of endpoints.0'],
    ],
    [
      'an unknown channel',
      withEmail({ channel: 'FAX' }),
      [expect.stringMatching(/^endpoints\.0\.channel: expected one of PUSH, /) as string],
    ],
    [
      'a channel of no field',
      withEmail({ channel: { values: { SMS: ['s'] } } }),
      [`endpoints.0.channel.field: ${PATH}`],
    ],
    [
      'a word that is no channel',
      withEmail({ channel: { field: 'Kind', values: { EMIAL: ['e'] } } }),
      ['endpoints.0.channel.values.EMIAL: unknown, expected EMAIL'],
    ],
    ['an address in braces', withEmail({ address: '{Email}' }), [`endpoints.0.address: ${PATH}`]],
    ['a path with a gap', withEmail({ address: 'Home..Email' }), [`endpoints.0.address: ${PATH}`]],
    ['a path with a blank at its end', withEmail({ address: 'Email ' }), [`endpoints.0.address: ${PATH}`]],
    ['an address of no element', withEmail({ address: '.Token' }), [`endpoints.0.address: ${NO_ELEMENT}`]],
    ['elements within an element', withDevice({ each: '.Devices' }), [`endpoints.0.each: ${NO_ELEMENT}`]],
    ['a list that is no field', withDevice({ each: ['Devices'] }), [`endpoints.0.each: ${PATH}`]],
    [
      'an opt-out that is a field',
      withEmail({ optOut: 'Out' }),
      ['endpoints.0.optOut: expected an object with field, values, date'],
    ],
    [
      'an opt-out without a field',
      withEmail({ optOut: { date: 'Since' } }),
      [`endpoints.0.optOut.field: ${PATH}`],
    ],
    [
      'a date that is no field',
      withEmail({ optOut: { field: 'Out', date: null } }),
      [`endpoints.0.optOut.date: ${PATH}`],
    ],
    [
      'values that are no object',
      choice(['ALL']),
      ['endpoints.0.optOut.values: expected an object of ALL, NONE and the values that mean them'],
    ],
    [
      'no value that opts out',
      choice({ NONE: [false] }),
      ['endpoints.0.optOut.values.ALL: expected a list of the values that mean ALL'],
    ],
    [
      'no values at all',
      choice({ ALL: [] }),
      ['endpoints.0.optOut.values.ALL: expected a list of the values that mean ALL'],
    ],
    [
      'a value that is none',
      choice({ ALL: [null, ''] }),
      [
        'endpoints.0.optOut.values.ALL.0: expected text, a number, true or false',
        'endpoints.0.optOut.values.ALL.1: expected text, a number, true or false',
      ],
    ],
    [
      'a value of two words',
      choice({ ALL: [1], NONE: [0, 1] }),
      [
        'endpoints.0.optOut.values.NONE.1: expected a value that is listed once, as it can mean one word only',
      ],
    ],
    [
      'a word that is no consent',
      choice({ ALL: [1], MAYBE: [2] }),
      ['endpoints.0.optOut.values.MAYBE: unknown, expected one of ALL, NONE'],
    ],
    [
      'a word that is no status',
      withEmail({ status: { field: 'S', values: { ACTIV: ['a'] } } }),
      ['endpoints.0.status.values.ACTIV: unknown, expected ACTIVE'],
    ],
    [
      'attributes that are a number',
      withEmail({ attributes: 7 }),
      ['endpoints.0.attributes: expected the field of a whole map, or an object of names and fields'],
    ],
    [
      'an attribute of no field',
      withEmail({ attributes: { Plan: ['Plan'] } }),
      [`endpoints.0.attributes.Plan: ${PATH}`],
    ],
    [
      'names that no attribute may have',
      withEmail({ attributes: { ['x'.repeat(51)]: 'A', 'a\tb': 'B' } }),
      ['x'.repeat(51), 'a b'].map(
        (name) =>
          `endpoints.0.attributes.${name}: expected a name of 1 to 50 characters, none of them a control character`,
      ),
    ],
    ['a metric of no field', withEmail({ metrics: { Orders: 3 } }), [`endpoints.0.metrics.Orders: ${PATH}`]],
    [
      'a place that Pinpoint has not',
      withEmail({ location: { Town: 'Town' } }),
      [
        'endpoints.0.location.Town: unknown, expected one of City, Country, PostalCode, Region, Latitude, Longitude',
      ],
    ],
    [
      'a device that Pinpoint knows not',
      withEmail({ demographic: { Modell: 'M' } }),
      ['endpoints.0.demographic.Modell: unknown, expected Model'],
    ],
    [
      'a user that is a field',
      withEmail({ user: 'UserId' }),
      ['endpoints.0.user: expected an object with id, attributes'],
    ],
    [
      'an unknown member of a user',
      withEmail({ user: { ids: 'U' } }),
      ['endpoints.0.user.ids: unknown, expected id'],
    ],
    ['a user id of no field', withEmail({ user: { id: 7 } }), [`endpoints.0.user.id: ${PATH}`]],
    ['strictness that is none', { ...good, strict: 'yes' }, ['strict: expected true or false']],
    [
      'strict items of two endpoints',
      { ...good, strict: true, endpoints: [email, device] },
      ['strict: expected false, unless there is one endpoint definition, without each'],
    ],
    [
      'strict items of a list',
      { ...withDevice({}), strict: true },
      ['strict: expected false, unless there is one endpoint definition, without each'],
    ],
  ])('is refused for %s, by its place', (_what, json, mistakes) => {
    expect(mistakesOf(json)).toEqual(mistakes)
  })

  it('is refused with all its mistakes at once, in one line', () => {
    const json = {
      key: 7,
      endpoints: [
        { ...email, address: '', channel: 'FAX' },
        { ...device, user: [] },
      ],
      foo: 1,
    }
    const mistakes = mistakesOf(json)
    expect(mistakes.map((mistake) => mistake.split(':')[0])).toEqual([
      'foo',
      'key',
      'endpoints.0.channel',
      'endpoints.0.address',
      'endpoints.1.user',
    ])
    expect(() => readMapping(json)).toThrow(new MappingError(mistakes))
    expect(mistakes.join('; ')).not.toContain('\n')
  })
})
