/** Reads an EndpointRequest, an EndpointBatchItem or an import row, and refuses what Pinpoint's limits refuse. */
import {
  CHANNEL_TYPES,
  DEMOGRAPHIC_FIELDS,
  LOCATION_NUMBERS,
  LOCATION_TEXTS,
  type Demographic,
  type EndpointChange,
  type Location,
  type TextLists,
} from './endpoint.ts'
import { limits } from './limits.ts'
import { badRequest } from './service-error.ts'
import { isMembers, type Members } from './wire.ts'

/** Zones that the service replaces. Source: User Guide, "Importing segments". */
const REPLACED_ZONES: Readonly<Record<string, string>> = {
  'Canada/East-Saskatchewan': 'America/Managua',
  'US/Pacific-New': 'America/Los_Angeles',
}

const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/

/**
 * The change that `members` ask for; nulls count as absent, members the service does not know are ignored.
 * Throws BadRequestException for wrong types, unknown enum values and everything beyond {@link limits}.
 */
export function parseEndpointChange(members: Members, id: unknown): EndpointChange {
  const change = {
    Id: endpointId(id),
    Address: text(members, 'Address'),
    ChannelType: oneOf(members, 'ChannelType', CHANNEL_TYPES),
    Attributes: textLists(members['Attributes'], 'Attributes'),
    Metrics: metrics(members['Metrics']),
    Demographic: demographic(members['Demographic']),
    Location: location(members['Location']),
    User: user(members['User']),
    OptOut: oneOf(members, 'OptOut', ['ALL', 'NONE'] as const),
    EndpointStatus: oneOf(members, 'EndpointStatus', ['ACTIVE', 'INACTIVE'] as const),
    EffectiveDate: text(members, 'EffectiveDate'),
    RequestId: text(members, 'RequestId'),
  }
  if (change.Address === '') throw badRequest('Missing Address')
  const date = change.EffectiveDate
  if (date !== undefined && !isIsoDate(date)) {
    throw badRequest(`Invalid EffectiveDate: expected ISO 8601, got "${date}"`)
  }
  return change
}

function endpointId(id: unknown): string {
  if (id === undefined || id === null || id === '') throw badRequest('Missing Id')
  if (typeof id !== 'string') throw badRequest('Invalid Id: expected a string')
  if (/[${}]/.test(id)) throw badRequest('Invalid Id: an endpoint id must not contain $, { or }')
  return id
}

const isIsoDate = (date: string): boolean => ISO_DATE.test(date) && !Number.isNaN(Date.parse(date))

function text(members: Members, name: string, path = name): string | undefined {
  const value = members[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw badRequest(`Invalid ${path}: expected a string`)
}

function oneOf<const Value extends string>(
  members: Members,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const value = text(members, name)
  if (value === undefined) return undefined
  const known = values.find((candidate) => candidate === value)
  if (known === undefined) throw badRequest(`Invalid ${name}: expected one of ${values.join(', ')}`)
  return known
}

function object(value: unknown, path: string): Members | undefined {
  if (value === undefined || value === null) return undefined
  if (!isMembers(value)) throw badRequest(`Invalid ${path}: expected an object`)
  return value
}

/** Entries as an object of own properties, whatever their names: `__proto__` is an attribute like any other. */
const named = <Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.fromEntries(entries)

function entries(value: unknown, path: string): [string, unknown][] | undefined {
  const members = object(value, path)
  if (members === undefined) return undefined
  const given = Object.entries(members).filter(([, member]) => member !== null)
  for (const [name] of given) {
    if (name.length > limits.attributeNameCharacters) {
      throw badRequest(`Invalid ${path}: a name is longer than ${limits.attributeNameCharacters} characters`)
    }
  }
  return given
}

function textLists(value: unknown, path: string): TextLists | undefined {
  const lists = entries(value, path)
  return lists && named(lists.map(([name, list]) => [name, textList(list, `${path}.${name}`)] as const))
}

function textList(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw badRequest(`Invalid ${path}: expected a list of strings`)
  const list = value.filter((item) => item !== null) as unknown[]
  if (list.length > limits.valuesPerAttribute) {
    throw badRequest(`Invalid ${path}: more than ${limits.valuesPerAttribute} values`)
  }
  return list.map((item) => {
    if (typeof item !== 'string') throw badRequest(`Invalid ${path}: expected a list of strings`)
    if (item.length <= limits.attributeValueCharacters) return item
    throw badRequest(`Invalid ${path}: a value is longer than ${limits.attributeValueCharacters} characters`)
  })
}

function number(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw badRequest(`Invalid ${path}: expected a number`)
}

function metrics(value: unknown): Readonly<Record<string, number>> | undefined {
  const numbers = entries(value, 'Metrics')
  return numbers && named(numbers.map(([name, item]) => [name, number(item, `Metrics.${name}`)] as const))
}

function texts(members: Members, path: string, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = text(members, name, `${path}.${name}`)
    if (value !== undefined) found[name] = value
  }
  return found
}

function demographic(value: unknown): Demographic | undefined {
  const members = object(value, 'Demographic')
  if (members === undefined) return undefined
  const found: Demographic = texts(members, 'Demographic', DEMOGRAPHIC_FIELDS)
  const zone = REPLACED_ZONES[found.Timezone ?? '']
  return zone === undefined ? found : { ...found, Timezone: zone }
}

function location(value: unknown): Location | undefined {
  const members = object(value, 'Location')
  if (members === undefined) return undefined
  const found: Record<string, string | number> = texts(members, 'Location', LOCATION_TEXTS)
  for (const name of LOCATION_NUMBERS) {
    const degrees = members[name] ?? undefined
    if (degrees !== undefined) found[name] = toOneDecimal(number(degrees, `Location.${name}`))
  }
  return found
}

/** Source: Developer Guide, "Looking up endpoints": 47.61 reads back as 47.6. */
const toOneDecimal = (degrees: number): number => Math.round(degrees * 10) / 10 + 0

function user(value: unknown): EndpointChange['User'] {
  const members = object(value, 'User')
  if (members === undefined) return undefined
  return {
    UserId: text(members, 'UserId', 'User.UserId'),
    UserAttributes: textLists(members['UserAttributes'], 'User.UserAttributes'),
  }
}
