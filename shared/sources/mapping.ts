/** How one item of the customer table becomes endpoints: as a mapping file says, checked when it is read. */
import { keyOf } from '../endpoint/endpoint.ts'
import type { Endpoint, OptOut } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import { claimant } from './mapping-endpoint.ts'
import type { Claimed, EndpointRule, Reader } from './mapping-endpoint.ts'
import { readMappingFile } from './mapping-file.ts'
export { MappingError } from './mapping-node.ts'
import { find } from './mapping-path.ts'
import type { Path } from './mapping-path.ts'
import { fieldsIn, fill } from './mapping-template.ts'

/** As the document client gives it: sets are `Set`. */
export type Item = Readonly<Record<string, unknown>>

/** What an item says of consent; `at` ISO 8601 UTC (toISOString form), absent when the item gives no date. */
export interface Stated {
  readonly value: OptOut
  readonly at?: string
}

export type Claim =
  /** `endpoint` has no OptOut; EndpointStatus only where the item says it. With `problems` it is no more than an address to opt out. */
  | {
      readonly kind: 'fit'
      readonly endpoint: Endpoint
      readonly stated: Stated | undefined
      readonly problems: readonly Problem[]
    }
  /**
   * Cannot be read, and must not be taken as vanished. `id` undefined when not even the id can be made. With the rule `ID_TWICE`
   * its id is that of an earlier claim of the item, which stands.
   */
  | {
      readonly kind: 'unfit'
      readonly id: string | undefined
      readonly optsOut: boolean
      readonly problems: readonly Problem[]
    }

export interface Said {
  readonly claims: readonly Claim[]
  readonly version: number | string | undefined
}

export interface Mapping {
  /** The table's key attribute (a string). */
  readonly key: string
  /**
   * The endpoints that `item` claims, in the order of the mapping; `now` ISO 8601. Total and pure: whatever is wrong with the
   * item is said in the claims, by path in the item and never by value.
   */
  said(item: Item, now: string): Said
  /** The ids of endpoints that follow from an item's key alone: what can be said of an item that has gone. */
  idsOf(key: string): readonly string[]
  /** Whether the change from `before` to `after` (undefined: not there) takes an endpoint away or opts somebody out. */
  isUrgent(before: Item | undefined, after: Item | undefined): boolean
}

/** `json`: what a mapping file holds. Throws one {@link MappingError} that lists every mistake, its place, and what was expected. */
export const readMapping = (json: unknown): Mapping => {
  const { key, version, endpoints, known } = readMappingFile(json)
  const claimsOf = claimsBy(endpoints, { known })
  return {
    key,
    said: (item, now) => ({ claims: claimsOf(item, now), version: versionOf(item, version) }),
    idsOf: (value) =>
      endpoints
        .filter(({ each, id }) => each === undefined && fieldsIn(id).every(({ text }) => text === key))
        .flatMap(
          ({ id }) => fill(id, { scope: { item: { [key]: value } }, strict: false, problems: [] }) ?? [],
        ),
    isUrgent: (before, after) => isUrgent(claimsOf(before, AT_LAST), claimsOf(after, AT_LAST)),
  }
}

/** The claims of all definitions to an item. */
export const claimsBy = (endpoints: readonly EndpointRule[], reader: Reader) => {
  const claimants = endpoints.map((rule) => claimant(rule, reader))
  return (item: unknown, now: string): readonly Claim[] =>
    apart(claimants.flatMap((claims) => claims(item, now)))
}

const versionOf = (item: unknown, path: Path | undefined): number | string | undefined => {
  const value = path && find(path, { scope: { item }, strict: false, problems: [] })
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

/** Of the claims to one id, which is not case-sensitive, the first stands. */
const apart = (claimed: readonly Claimed[]): Claim[] => {
  const taken = new Set<string>()
  return claimed.map(({ claim, idPlace }) => {
    const id = idIn(claim)
    if (id === undefined) return claim
    const isTaken = taken.has(keyOf(id))
    taken.add(keyOf(id))
    return isTaken ? twin(claim, id, idPlace) : claim
  })
}

const twin = (claim: Claim, id: string, field: string): Claim => ({
  kind: 'unfit',
  id,
  optsOut: isOptOut(claim),
  problems: [
    { rule: 'ID_TWICE', field, expected: 'another id than an earlier endpoint of the item' },
    ...claim.problems,
  ],
})

const idIn = (claim: Claim): string | undefined => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)

const isOptOut = (claim: Claim): boolean =>
  claim.kind === 'fit' ? claim.stated?.value === 'ALL' : claim.optsOut

/** To see what a change takes away no clock is needed: no date is in the future of this one. */
const AT_LAST = '9999-12-31T23:59:59.999Z'

const isUrgent = (before: readonly Claim[], after: readonly Claim[]): boolean => {
  const [claimed, optedOut] = [keysOf(after), keysOf(before.filter(isOptOut))]
  const isGone = before.some((claim) => idIn(claim) !== undefined && !claimed.has(keyIn(claim)))
  return isGone || after.some((claim) => isOptOut(claim) && !optedOut.has(keyIn(claim)))
}

const keysOf = (claims: readonly Claim[]): ReadonlySet<string> => new Set(claims.map(keyIn))

/** Claims without an id are one, whichever they are. */
const keyIn = (claim: Claim): string => keyOf(idIn(claim) ?? '')
