/** What an endpoint holds besides its id, its address and its channel, and where in the item it is from. */
import { DEMOGRAPHIC_FIELDS, LOCATION_TEXT_FIELDS } from '../endpoint/endpoint.ts'
import type { Candidate } from '../endpoint/rules.ts'
import { find, isAbsent, placeOf } from './mapping-path.ts'
import type { Path, Reading } from './mapping-path.ts'
import { asNumber, asText, asTexts, choose, isWhole, readFields } from './mapping-values.ts'
import type { Choice, Convert, Fields } from './mapping-values.ts'

export interface PartRules {
  readonly status: Choice | undefined
  readonly attributes: Fields | undefined
  readonly metrics: Fields | undefined
  readonly location: Fields | undefined
  readonly demographic: Fields | undefined
  readonly userId: Path | undefined
  readonly userAttributes: Fields | undefined
}

export const LOCATION = new Map<string, Convert>([
  ...LOCATION_TEXT_FIELDS.map((name) => [name, asText] as const),
  ['Latitude', asNumber],
  ['Longitude', asNumber],
])
export const DEMOGRAPHIC = new Map<string, Convert>(DEMOGRAPHIC_FIELDS.map((name) => [name, asText]))

type Read = ((reading: Reading) => unknown) | undefined

/** The consent is none of the parts: whether it is said is not the item's alone to decide. */
export const partsReader = (rules: PartRules): ((reading: Reading) => Candidate) => {
  const { status, userId } = rules
  const id: Read = userId && ((reading) => readText(userId, reading))
  const userAttributes = fieldsReader(rules.userAttributes, () => asTexts)
  return groupReader({
    EndpointStatus: status && ((reading) => choose(status, reading)),
    Attributes: fieldsReader(rules.attributes, () => asTexts),
    Metrics: fieldsReader(rules.metrics, () => asNumber),
    Demographic: fieldsReader(rules.demographic, (name) => DEMOGRAPHIC.get(name)),
    Location: fieldsReader(rules.location, (name) => LOCATION.get(name)),
    User: (reading) => {
      const user = groupReader({ UserId: id, UserAttributes: userAttributes })(reading)
      return Object.keys(user).length === 0 ? undefined : user
    },
  })
}

const fieldsReader = (fields: Fields | undefined, convertOf: (name: string) => Convert | undefined): Read =>
  fields && ((reading) => readFields(fields, convertOf, reading))

const groupReader = (readers: Readonly<Record<string, Read>>) => {
  const each = Object.entries(readers)
  return (reading: Reading): Candidate => {
    const parts: Record<string, unknown> = {}
    for (const [name, read] of each) {
      const value = read?.(reading)
      if (value !== undefined) parts[name] = value
    }
    return parts
  }
}

export const readText = (path: Path, reading: Reading): string | undefined => {
  const value = find(path, reading)
  return isAbsent(value, reading) ? undefined : asText(value, placeOf(path, reading), reading)
}

/** The endpoint's fields → where they are in the item: single fields, and groups that are a whole map there. */
export const placesOfParts = (rules: PartRules): [string, Path][] => {
  const groups = Object.entries({
    Attributes: rules.attributes,
    Metrics: rules.metrics,
    Location: rules.location,
    Demographic: rules.demographic,
    'User.UserAttributes': rules.userAttributes,
  })
  return [
    ...(rules.userId ? [['User.UserId', rules.userId] satisfies [string, Path]] : []),
    ...groups.flatMap(([group, fields]): [string, Path][] => {
      if (!fields) return []
      return isWhole(fields)
        ? [[group, fields]]
        : [...fields].map(([name, path]) => [`${group}.${name}`, path])
    }),
  ]
}
