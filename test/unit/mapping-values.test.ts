import { describe, expect, it } from 'vitest'
import { readMapping } from '../../shared/sources/mapping.ts'
import type { Claim, Item, Mapping } from '../../shared/sources/mapping.ts'

const EMAIL = { id: '{Id}', channel: 'EMAIL', address: 'Email' }
const now = '2026-06-01T12:00:00.000Z'

const claimsOf = (item: object, by: Mapping): readonly Claim[] => by.said(item as Item, now).claims
const idOf = (claim: Claim) => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)

/** One definition by which an item is one e-mail endpoint, with `change`. */
const emailOnly = (change: object) => readMapping({ key: 'Id', endpoints: [{ ...EMAIL, ...change }] })
const emailBy = (definition: object, item: object): Claim => {
  const [claim] = claimsOf({ Id: 'c1', Email: 'ada@example.com', ...item }, emailOnly(definition))
  if (!claim) throw new Error('nothing is claimed')
  return claim
}

describe('what a field may hold', () => {
  const attribute = (value: unknown) => {
    const claim = emailBy({ attributes: { A: 'A' } }, { A: value })
    return claim.kind === 'fit' ? claim.endpoint.Attributes?.['A'] : claim.problems[0]?.rule
  }

  it.each<[unknown, unknown]>([
    ['gold', ['gold']],
    [3, ['3']],
    [-0.5, ['-0.5']],
    [false, ['false']],
    [12345678901234567890n, ['12345678901234567890']],
    [
      ['b', 1, true, 'a'],
      ['b', '1', 'true', 'a'],
    ],
    [['a', null, ''], ['a']],
    [new Set(['b', 'a']), ['a', 'b']],
    [new Set([10, 9]), ['10', '9']],
    [[], undefined],
    [null, undefined],
    ['', undefined],
    [undefined, undefined],
    [{ a: 1 }, 'FIELD_TYPE'],
    [[['a']], 'FIELD_TYPE'],
    [new Uint8Array(2), 'FIELD_TYPE'],
    [new Set([new Uint8Array(2)]), 'FIELD_TYPE'],
    [Infinity, 'FIELD_TYPE'],
    [2 ** 53, 'FIELD_TYPE'],
  ])('of an attribute: %o', (value, values) => {
    expect(attribute(value)).toEqual(values)
  })

  it('of a group is a whole map, or single fields', () => {
    const whole = emailBy(
      { attributes: 'A', metrics: 'M', location: 'L', demographic: 'D', user: { attributes: 'U' } },
      {
        A: { Plan: 'gold', Old: null },
        M: { Orders: 3n },
        L: { City: 'Graz' },
        D: { Make: 7 },
        U: { Team: 'red' },
      },
    )
    expect(whole.kind === 'fit' && whole.endpoint).toMatchObject({
      Attributes: { Plan: ['gold'] },
      Metrics: { Orders: 3 },
      Location: { City: 'Graz' },
      Demographic: { Make: '7' },
      User: { UserAttributes: { Team: ['red'] } },
    })
    expect(emailBy({ location: 'L' }, { L: { Town: 'Graz' } })).toMatchObject({
      kind: 'unfit',
      problems: [{ rule: 'FIELD_UNKNOWN', field: 'L.Town' }],
    })
  })

  it.each([
    ['a set of tokens', new Set(['aa', 'bb']), { id: '{Id}-{.}', address: '.' }, ['c1-aa', 'c1-bb']],
    ['a map of tokens', { one: 'aa', two: 'bb' }, { id: '{Id}-{@}', address: '.' }, ['c1-one', 'c1-two']],
    ['a map of maps', { one: { T: { V: 'aa' } } }, { id: '{@}', address: '.T.V' }, ['one']],
    ['a list, whose elements have no names', ['aa'], { id: '{Id}-{@}', address: '.' }, [undefined]],
  ])('of elements: %s', (_what, tokens, definition, ids) => {
    const by = readMapping({ key: 'Id', endpoints: [{ each: 'My.Tokens', channel: 'GCM', ...definition }] })
    expect(claimsOf({ Id: 'c1', My: { Tokens: tokens } }, by).map(idOf)).toEqual(ids)
  })

  it.each([
    [{ Kind: 'mail' }, 'EMAIL'],
    [{ Kind: 2 }, 'EMAIL'],
    [{ Kind: 'text' }, 'SMS'],
    [{ Kind: 'EMAIL' }, 'CHANNEL_UNKNOWN'],
    [{}, 'CHANNEL_MISSING'],
  ])('of a channel, in words of its own: %o', (item, channel) => {
    const values = { EMAIL: ['mail', 2], SMS: ['text'] }
    const claim = emailBy({ channel: { field: 'Kind', values } }, { Email: '+15550100', ...item })
    // Who is in the item under another channel is nobody's address there: what counts is which channel was read.
    const read = claim.kind === 'fit' ? claim.endpoint.ChannelType : claim.problems[0]?.rule
    expect(read).toBe(channel === 'EMAIL' ? 'EMAIL_SYNTAX' : channel)
  })

  it.each([
    [7, 7],
    ['v7', 'v7'],
    [7n, '7'],
    [[7], undefined],
    [undefined, undefined],
  ])('of a version: %o', (value, version) => {
    const by = readMapping({ key: 'Id', version: 'Version', endpoints: [EMAIL] })
    expect(by.said({ Id: 'c1', Version: value }, now).version).toBe(version)
  })

  it('is its own, and nothing that all objects have', () => {
    const by = readMapping({
      key: 'Id',
      endpoints: [{ id: '{Id}', channel: 'CUSTOM', address: 'constructor.name' }],
    })
    expect(claimsOf({ Id: 'c1' }, by)).toEqual([])
  })
})
