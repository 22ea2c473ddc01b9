import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import customerFile from '../../mappings/customer.json' with { type: 'json' }
import endpointFile from '../../mappings/endpoint.json' with { type: 'json' }
import { MappingError, readMapping } from '../../shared/sources/mapping.ts'
import type { Claim, Item } from '../../shared/sources/mapping.ts'

const now = '2026-06-01T12:00:00.000Z'
const inAnHour = '2026-06-01T13:00:00.000Z'

const tokensFile = {
  key: 'Id',
  version: 'Version',
  endpoints: [
    { each: 'Tokens', id: '{Id}-{@}', channel: { field: 'Kind' }, address: '.', attributes: 'Attributes' },
    {
      each: 'Devices',
      id: '{.DeviceId}',
      channel: 'CUSTOM',
      address: '.Token',
      optOut: { field: '.OptOut', values: { ALL: [true, 1, 'yes'], NONE: [false] }, date: '.ConsentDate' },
      user: { id: 'Id', attributes: '.Name' },
      location: 'Home',
      metrics: { Orders: 'Orders' },
    },
  ],
}

const mappings = [
  ['endpoint.json', readMapping(endpointFile)],
  ['customer.json', readMapping(customerFile)],
  ['one of its own', readMapping(tokensFile)],
] as const

/** What no text about an item may hold. */
const SECRETS = ['ada@example.com', '+15550199', 'Ada Example, 1 Example Street']
/** What is there to be a name: a mapping cannot tell that `tok-3n` is a token, if it is short and alone. */
const TOKEN = 'tok-3n'

const anything = fc.anything({
  withBigInt: true,
  withSet: true,
  withMap: true,
  withTypedArray: true,
  withNullPrototype: true,
  maxDepth: 3,
})
const value: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<unknown>(...SECRETS, TOKEN, 'ALL', 'NONE', true, false, '', null, 7, 2 ** 60),
  },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...SECRETS), { maxLength: 3 }) },
  { weight: 2, arbitrary: anything },
)
/** Mostly one of these, and sometimes anything else. */
const mostly = (...likely: readonly unknown[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: value })
const date = mostly('2026-05-01T00:00:00Z', '2026-06-01T12:30:00Z', '2036-05-01T00:00:00Z', 'yesterday')

const mapOf = (names: readonly string[]) =>
  fc.dictionary(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constantFrom(...SECRETS, '__proto__', 'x') },
    ),
    value,
    { maxKeys: 6 },
  )
const group = fc.oneof(
  { weight: 1, arbitrary: value },
  {
    weight: 3,
    arbitrary: mapOf(['First', 'City', 'Country', 'UserId', 'UserAttributes', 'Plan', 'Locale', 'Latitude']),
  },
)
const device = fc.record(
  {
    DeviceId: mostly('d1', 'D1', 'd2'),
    Platform: mostly('ios', 'android'),
    Token: mostly(TOKEN),
    OptOut: mostly(true, false, undefined),
    ConsentDate: date,
    Name: group,
  },
  { requiredKeys: ['DeviceId'] },
)
const devices = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.oneof({ weight: 5, arbitrary: device }, value), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), device, { maxKeys: 3 }) },
  { weight: 1, arbitrary: value },
)
/** Half of its fields are not there. */
const maybe = <T>(fields: Record<string, fc.Arbitrary<T>>) => fc.record(fields, { requiredKeys: [] })

const item: fc.Arbitrary<Item> = fc
  .tuple(
    fc.record({ Id: mostly('c1', 'c2'), CustomerId: mostly('c1', 'c2') }),
    maybe<unknown>({
      Address: mostly('ada@example.com', 'ada(at)example.com'),
      ChannelType: mostly('EMAIL', 'CUSTOM'),
      OptOut: mostly('ALL', 'NONE'),
      ConsentDate: date,
      Email: mostly('ada@example.com'),
      EmailOptOut: mostly(true, false),
      EmailConsentDate: date,
      Phone: mostly('+15550199'),
      Kind: mostly('CUSTOM', 'EMAIL'),
      Devices: devices,
      Tokens: fc.oneof(value, fc.dictionary(fc.constantFrom('one', 'ONE', 'two', ...SECRETS), value)),
    }),
    maybe<unknown>(
      Object.fromEntries(
        ['Attributes', 'Metrics', 'User', 'Location', 'Home', 'Version', 'Orders', 'x'].map((name) => [
          name,
          group,
        ]),
      ),
    ),
    fc.boolean(),
  )
  // A strict item has few fields: else all of them would be unfit.
  .map(([keys, known, more, isEndpoint]) => {
    const all = { ...keys, ...known, ...more }
    if (!isEndpoint) return all
    const names = ['Id', 'Address', 'ChannelType', 'OptOut', 'ConsentDate', 'Metrics']
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
  })

const frozen = <T>(thing: T): T => {
  if (typeof thing !== 'object' || thing === null || ArrayBuffer.isView(thing) || Object.isFrozen(thing))
    return thing
  Object.freeze(thing)
  for (const each of thing instanceof Set ? thing : Object.values(thing)) frozen<unknown>(each)
  return thing
}

const idOf = (claim: Claim) => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)
const optsOut = (claim: Claim) => (claim.kind === 'fit' ? claim.stated?.value === 'ALL' : claim.optsOut)
const isTwin = ({ problems }: Claim) => problems.some(({ rule }) => rule === 'ID_TWICE')

describe.each(mappings)('whatever an item holds, by %s', (_name, mapping) => {
  const claimsOf = (each: unknown) => mapping.said(each as Item, now).claims

  it('something is said of it, the same each time, and it stays as it was', () => {
    let fit = 0
    fc.assert(
      fc.property(item, (each) => {
        const said = mapping.said(frozen(each), now)
        expect(mapping.said(each, now)).toEqual(said)
        fit += said.claims.filter(({ kind }) => kind === 'fit').length
      }),
      { numRuns: 1_000 },
    )
    // Else the items were too odd to show anything.
    expect(fit).toBeGreaterThan(100)
  })

  it('even where it is no item', () => {
    fc.assert(
      fc.property(anything, (each) => {
        for (const claim of claimsOf(each))
          expect(claim.kind === 'fit' || claim.problems.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('no two claims are of one id, unless the later is set aside as a twin', () => {
    fc.assert(
      fc.property(item, (each) => {
        const claims = claimsOf(each)
        const ids = claims.flatMap((claim) => (isTwin(claim) ? [] : (idOf(claim)?.toLowerCase() ?? [])))
        expect(new Set(ids).size).toBe(ids.length)
        for (const twin of claims.filter(isTwin)) expect(ids).toContain(idOf(twin)?.toLowerCase())
      }),
      { numRuns: 1_000 },
    )
  })

  it('what is fit says no consent of itself, and what has problems no more than an address to opt out', () => {
    fc.assert(
      fc.property(item, (each) => {
        for (const claim of claimsOf(each)) {
          if (claim.kind === 'unfit') expect(claim.problems).not.toEqual([])
          else expect(claim.endpoint).not.toHaveProperty('OptOut')
          if (claim.kind === 'fit' && claim.problems.length > 0) {
            expect(claim.stated?.value).toBe('ALL')
            expect(Object.keys(claim.endpoint)).toEqual(['Id', 'Address', 'ChannelType'])
          }
          if (claim.kind === 'fit' && claim.stated?.value === 'ALL')
            expect((claim.stated.at ?? now) <= inAnHour).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('no problem tells a value of it, nor a name that is one', () => {
    fc.assert(
      fc.property(item, (each) => {
        const told = JSON.stringify(claimsOf(each).map(({ problems }) => problems))
        for (const secret of SECRETS) expect(told).not.toContain(secret)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a change is urgent when it takes an endpoint away or opts one out, and only then', () => {
    fc.assert(
      fc.property(fc.option(item, { nil: undefined }), item, (before, after) => {
        const keys = (claims: readonly Claim[]) => claims.map((claim) => idOf(claim)?.toLowerCase() ?? '')
        const [was, is] = [before ? claimsOf(before) : [], claimsOf(after)]
        const gone = keys(was).some((key) => key !== '' && !keys(is).includes(key))
        const out = keys(is.filter(optsOut)).some((key) => !keys(was.filter(optsOut)).includes(key))
        expect(mapping.isUrgent(before, after)).toBe(gone || out)
        expect(mapping.isUrgent(after, after)).toBe(false)
        expect(mapping.isUrgent(after, undefined)).toBe(keys(is).some((key) => key !== ''))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('whatever a mapping file holds', () => {
  const file = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        key: fc.oneof(fc.constantFrom('Id', 'A.B'), fc.jsonValue()),
        strict: fc.oneof(fc.boolean(), fc.jsonValue()),
        endpoints: fc.array(
          fc.record(
            Object.fromEntries(
              ['each', 'id', 'channel', 'address', 'optOut', 'attributes', 'user', 'location'].map((name) => [
                name,
                fc.oneof(
                  fc.constantFrom('{Id}', 'EMAIL', 'Email', '.', { field: 'A' }, { City: 'B' }),
                  fc.jsonValue(),
                ),
              ]),
            ),
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    ),
  )

  it('it is read, or refused for mistakes in one line', () => {
    fc.assert(
      fc.property(file, (json) => {
        try {
          readMapping(json).said({ Id: 'c1' }, now)
        } catch (error) {
          expect(error).toBeInstanceOf(MappingError)
          expect((error as MappingError).mistakes).not.toEqual([])
          expect((error as Error).message).not.toMatch(/[\r\n]/)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
