/** One endpoint definition of a mapping, made ready to be held against many items. */
import type { ChannelType } from '../endpoint/endpoint.ts'
import { check, isEndpoint } from '../endpoint/rules.ts'
import type { Candidate, Problem } from '../endpoint/rules.ts'
import { statedIn } from './mapping-consent.ts'
import type { ConsentRule } from './mapping-consent.ts'
import { partsReader, placesOfParts, readText } from './mapping-parts.ts'
import type { PartRules } from './mapping-parts.ts'
import { find, isAbsent, isMap, placeOf, shown } from './mapping-path.ts'
import type { Path, Reading, Scope } from './mapping-path.ts'
import { unknownFields } from './mapping-strict.ts'
import type { Known } from './mapping-strict.ts'
import { fill, idPlace } from './mapping-template.ts'
import type { Template } from './mapping-template.ts'
import { choose } from './mapping-values.ts'
import type { Choice } from './mapping-values.ts'
import type { Claim, Stated } from './mapping.ts'

export interface EndpointRule extends PartRules {
  readonly each: Path | undefined
  readonly id: Template
  readonly channel: ChannelType | Choice
  readonly address: Path
  readonly optOut: ConsentRule | undefined
}

/** A claim, and where its id comes from. */
export interface Claimed {
  readonly claim: Claim
  readonly idPlace: string
}

/** What an item claims by one definition: an endpoint for each element, none where there is no address. Never throws. */
export type Claimant = (item: unknown, now: string) => readonly Claimed[]

/** How items are read, where they are no items of a table that may have any field. */
export interface Reader {
  /** The fields of a strict item, which may have no others. */
  readonly known?: Known | undefined
  /** The rules for an endpoint: where nothing is said, those of any. */
  readonly judge?: typeof check
  readonly isText?: boolean
}

export const claimant = (rule: EndpointRule, reader: Reader = {}): Claimant => {
  const { known, judge = check, isText = false } = reader
  const readParts = partsReader(rule)
  const places = placesOf(rule)
  const strict = known !== undefined

  const claimIn = (scope: Scope, now: string): Claimed | undefined => {
    const reading: Reading = { scope, strict, isText, problems: [] }
    const address = readText(rule.address, reading)
    // Gone, and not merely unreadable. A strict item is an endpoint whatever it says.
    if (address === undefined && reading.problems.length === 0 && !strict) return undefined
    const id = fill(rule.id, reading)
    const stated = rule.optOut && statedIn(rule.optOut, reading, now)
    const channel = typeof rule.channel === 'string' ? rule.channel : choose(rule.channel, reading)
    const bare: Candidate = {
      ...(id !== undefined && { Id: id }),
      ...(address !== undefined && { Address: address }),
      ...(channel !== undefined && { ChannelType: channel }),
    }
    const whole = judge({ ...bare, ...readParts(reading) })
    if (known) reading.problems.push(...unknownFields(scope.item, known))
    const broken = isEndpoint(whole) ? [] : whole.map((each) => inItem(each, places, rule.id, reading))
    const problems = together(reading.problems, broken)
    return {
      claim: claimOf({ id, stated, problems, whole, bare }, judge),
      idPlace: idPlace(rule.id, reading),
    }
  }

  return (item, now) => {
    const reading: Reading = { scope: { item }, strict, problems: [] }
    const scopes = rule.each ? elements(rule.each, reading) : [reading.scope]
    if (reading.problems.length > 0) return [unreadable(rule, reading, now)]
    return scopes.flatMap((scope) => claimIn(scope, now) ?? [])
  }
}

interface Read {
  readonly id: string | undefined
  readonly stated: Stated | undefined
  readonly problems: readonly Problem[]
  readonly whole: ReturnType<typeof check>
  readonly bare: Candidate
}

/** Whatever else is wrong, an opt-out is heard: with no more than the address, where that is fit. */
const claimOf = ({ id, stated, problems, whole, bare }: Read, judge: typeof check): Claim => {
  if (isEndpoint(whole) && problems.length === 0) return { kind: 'fit', endpoint: whole, stated, problems }
  const optsOut = stated?.value === 'ALL'
  const endpoint = optsOut ? judge(bare) : []
  return isEndpoint(endpoint)
    ? { kind: 'fit', endpoint, stated, problems }
    : { kind: 'unfit', id, optsOut, problems }
}

/** Where the elements cannot be told apart, nobody knows which endpoints they are. */
const unreadable = (rule: EndpointRule, reading: Reading, now: string): Claimed => {
  const stated = rule.optOut && statedIn(rule.optOut, reading, now)
  const problems = together(reading.problems, [])
  return { claim: { kind: 'unfit', id: undefined, optsOut: stated?.value === 'ALL', problems }, idPlace: '' }
}

const elements = (each: Path, reading: Reading): Scope[] => {
  const { item } = reading.scope
  const value = find(each, reading)
  if (isAbsent(value, reading)) return []
  const place = placeOf(each, reading)
  if (Array.isArray(value))
    return value.map((element: unknown, at) => ({ item, element, place: `${place}[${at}]` }))
  // Sets and maps have no order that would tell an element, and a name may be somebody's token.
  if (value instanceof Set)
    return [...(value as Set<unknown>)].map((element) => ({ item, element, place: `${place}[*]` }))
  if (isMap(value))
    return Object.entries(value).map(([name, element]) => ({ item, element, name, place: `${place}[*]` }))
  reading.problems.push({ rule: 'FIELD_TYPE', field: place, expected: 'a list, a set or a map' })
  return []
}

type Places = ReadonlyMap<string, Path>

const placesOf = (rule: EndpointRule): Places => {
  const { address, channel } = rule
  const places = new Map([['Address', address], ...placesOfParts(rule)])
  return typeof channel === 'string' ? places : places.set('ChannelType', channel.path)
}

/** A problem of the endpoint, told as one of the item that it was read from. */
const inItem = (
  { rule, field, expected }: Problem,
  places: Places,
  id: Template,
  reading: Reading,
): Problem => {
  const path = places.get(field)
  if (path) return { rule, field: placeOf(path, reading), expected }
  if (field === 'Id') return { rule, field: idPlace(id, reading), expected }
  const [group, whole] = [...places].find(([name]) => field.startsWith(`${name}.`)) ?? []
  const isInWhole = group !== undefined && whole !== undefined
  const place = isInWhole ? `${placeOf(whole, reading)}.${shown(field.slice(group.length + 1))}` : ''
  return { rule, field: place, expected }
}

/** As many problems as a person reads: the ledger keeps them beside the item's key. */
const TOLD = 50

/** `met` while reading, and the rules `broken` by what was read. What is missing because it could not be read is told once. */
const together = (met: readonly Problem[], broken: readonly Problem[]): readonly Problem[] => {
  const unreadable = met.filter(({ rule }) => !rule.endsWith('_MISSING'))
  const isToldOf = (field: string) => unreadable.some((each) => `${field}.`.startsWith(`${each.field}.`))
  // Why there is no id has been met.
  const all = [...met, ...broken.filter(({ rule }) => rule !== 'ID_MISSING')]
  const told = all.filter(({ rule, field }) => !(rule.endsWith('_MISSING') && isToldOf(field)))
  return [...new Map(told.map((each) => [`${each.rule} ${each.field}`, each])).values()].slice(0, TOLD)
}
