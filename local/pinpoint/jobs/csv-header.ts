/** The first line of a CSV import file: which column says what of an endpoint. */
import { DEMOGRAPHIC_FIELDS, LOCATION_NUMBERS, LOCATION_TEXTS } from '../endpoint.ts'
import { JobFailure } from './job-failure.ts'

export interface Column {
  /** Such as `['User', 'UserAttributes', 'tier']`. */
  readonly path: readonly string[]
  readonly holds: 'text' | 'number' | 'list'
}

/** Source: User Guide, "Importing segments", the table of columns. EndpointStatus is not among them. */
const PLAIN_COLUMNS: ReadonlyMap<string, Column> = new Map(
  [
    ...['Id', 'Address', 'ChannelType', 'OptOut', 'EffectiveDate', 'RequestId', 'User.UserId'],
    ...DEMOGRAPHIC_FIELDS.map((field) => `Demographic.${field}`),
    ...LOCATION_TEXTS.map((field) => `Location.${field}`),
    ...LOCATION_NUMBERS.map((field) => `Location.${field}`),
  ].map((name) => [name, { path: name.split('.'), holds: isCoordinate(name) ? 'number' : 'text' }]),
)

/** An attribute's name is all that follows, dots included. */
const NAMED_COLUMNS = [
  { prefix: 'Attributes.', path: ['Attributes'], holds: 'list' },
  { prefix: 'Metrics.', path: ['Metrics'], holds: 'number' },
  { prefix: 'User.UserAttributes.', path: ['User', 'UserAttributes'], holds: 'list' },
] as const

/**
 * Names are exact and case-sensitive; only columns that hold lists may be repeated.
 * Throws {@link JobFailure} naming what is wrong. With `registers`, rows must be able to name an endpoint.
 */
export function parseCsvHeader(names: readonly string[], registers: boolean): readonly Column[] {
  const columns = names.map(columnOf)
  const repeated = names.find((name, at) => names.indexOf(name) !== at && columns[at]?.holds !== 'list')
  if (repeated !== undefined) throw unexpected(`the column "${repeated}" is repeated`)

  const namesEndpoints = names.includes('Id') || (names.includes('Address') && names.includes('ChannelType'))
  if (registers && !namesEndpoints) throw unexpected('missing Id, or Address and ChannelType')
  return columns
}

function columnOf(name: string): Column {
  const plain = PLAIN_COLUMNS.get(name)
  if (plain !== undefined) return plain
  const kind = NAMED_COLUMNS.find(({ prefix }) => name.startsWith(prefix) && name.length > prefix.length)
  if (kind === undefined) throw unexpected(`unknown column "${name}"`)
  return { path: [...kind.path, name.slice(kind.prefix.length)], holds: kind.holds }
}

function isCoordinate(name: string): boolean {
  return LOCATION_NUMBERS.some((field) => name === `Location.${field}`)
}

const unexpected = (what: string): JobFailure =>
  new JobFailure(`the header didn't match the format we expected for the createImportJob operation: ${what}`)
