/** Pinpoint merges: what an update leaves out stays. So what vanished at the source must be cleared by name. */
import type { Attributes, Endpoint, User } from './endpoint.ts'

/** The clearable fields an endpoint sets, as paths such as `Attributes.Plan` or `Location.City`. */
export const fieldsOf = (endpoint: Endpoint): string[] => [
  ...pathsOf('Attributes', endpoint.Attributes),
  ...pathsOf('Demographic', endpoint.Demographic),
  ...pathsOf('Location', endpoint.Location),
  ...pathsOf('User.UserAttributes', endpoint.User?.UserAttributes),
  ...(endpoint.User?.UserId ? ['User.UserId'] : []),
]

const pathsOf = (parent: string, record: object | undefined): string[] =>
  Object.entries(record ?? {}).flatMap(([name, value]) => (isClearable(value) ? [`${parent}.${name}`] : []))

// Pinpoint documents no way to clear a number (a metric, a coordinate): it keeps the last one.
const isClearable = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.length > 0)

/**
 * `endpoint` with a clear for each of `fieldsSent` (see {@link fieldsOf}) that it no longer sets: `[]` for an attribute
 * (relayed from the Pinpoint team, aws/aws-sdk-js#3180), `''` for a text field and for the user id.
 */
export const withClears = (endpoint: Endpoint, fieldsSent: readonly string[]): Endpoint => {
  const kept = new Set(fieldsOf(endpoint))
  const vanished = fieldsSent.filter((field) => !kept.has(field))
  if (vanished.length === 0) return endpoint
  const attributes = listClears('Attributes.', vanished)
  const demographic = textClears('Demographic.', vanished)
  const location = textClears('Location.', vanished)
  const user = userClears(endpoint.User, vanished)
  return {
    ...endpoint,
    ...(attributes && { Attributes: { ...attributes, ...endpoint.Attributes } }),
    ...(demographic && { Demographic: { ...demographic, ...endpoint.Demographic } }),
    ...(location && { Location: { ...location, ...endpoint.Location } }),
    ...(user && { User: user }),
  }
}

// User attributes belong to the user: once the endpoint has left its user they are not ours to clear.
const userClears = (user: User | undefined, vanished: readonly string[]): User | undefined => {
  if (vanished.includes('User.UserId')) return { ...user, UserId: '' }
  const attributes = listClears('User.UserAttributes.', vanished)
  return attributes && { ...user, UserAttributes: { ...attributes, ...user?.UserAttributes } }
}

const namesUnder = (parent: string, fields: readonly string[]) =>
  fields.filter((field) => field.startsWith(parent)).map((field) => field.slice(parent.length))

const listClears = (parent: string, fields: readonly string[]): Attributes | undefined => {
  const names = namesUnder(parent, fields)
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, []]))
}

const textClears = (parent: string, fields: readonly string[]): Record<string, string> | undefined => {
  const names = namesUnder(parent, fields)
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, '']))
}
