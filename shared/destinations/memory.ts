/** The twin in memory: the contract of a destination at its plainest. */
import { keyOf } from '../endpoint/endpoint.ts'
import type { Attributes, Endpoint, Region, User } from '../endpoint/endpoint.ts'
import { applied } from '../endpoint/outcome.ts'
import type { Destination } from './destination.ts'

export const memoryDestination = (region: Region, stored = new Map<string, Endpoint>()): Destination => ({
  region,
  apply(changes) {
    const outcomes = changes.map((change) => {
      if (change.kind === 'remove') stored.delete(keyOf(change.id))
      else store(stored, change.endpoint)
      return applied
    })
    return Promise.resolve(outcomes)
  },
  read: (id) => Promise.resolve(stored.get(keyOf(id))),
})

const store = (stored: Map<string, Endpoint>, update: Endpoint): void => {
  const key = keyOf(update.Id)
  for (const [other, twin] of stored) {
    // One that is made INACTIVE itself takes nobody's place.
    if (twin.Address === update.Address && other !== key && update.EndpointStatus !== 'INACTIVE')
      stored.set(other, { ...twin, EndpointStatus: 'INACTIVE' })
  }
  const before = stored.get(key)
  const merged = merge(before, update)
  const base = userAttributesOf(stored, before?.User, merged.User)
  const UserAttributes = mergeLists(base, update.User?.UserAttributes)
  stored.set(key, { ...merged, User: { ...merged.User, UserAttributes } })
  shareUserAttributes(stored, merged.User?.UserId, UserAttributes)
}

/** Who comes to a user finds there what the user has, and brings along only what was nobody's; who leaves takes nothing along. */
const userAttributesOf = (
  stored: ReadonlyMap<string, Endpoint>,
  before: User = {},
  { UserId }: User = {},
): Attributes | undefined => {
  if (before.UserId === UserId) return before.UserAttributes
  const own = before.UserId ? {} : before.UserAttributes
  const user = UserId && [...stored.values()].find(({ User }) => User?.UserId === UserId)?.User
  return { ...own, ...(user && user.UserAttributes) }
}

/** What an update leaves out stays; a named attribute is replaced; `[]` and `''` clear. */
const merge = (
  before: Endpoint | undefined,
  { EndpointStatus = 'ACTIVE', ...update }: Endpoint,
): Endpoint => ({
  OptOut: 'NONE',
  ...before,
  ...update,
  EndpointStatus,
  Attributes: mergeLists(before?.Attributes, update.Attributes),
  Metrics: { ...before?.Metrics, ...update.Metrics },
  Demographic: { ...before?.Demographic, ...update.Demographic },
  Location: { ...before?.Location, ...update.Location },
  User: {
    ...before?.User,
    ...update.User,
    UserAttributes: mergeLists(before?.User?.UserAttributes, update.User?.UserAttributes),
  },
})

const mergeLists = (before: Attributes | undefined, update: Attributes | undefined): Attributes =>
  Object.fromEntries(Object.entries({ ...before, ...update }).filter(([, values]) => values.length > 0))

/** User attributes belong to the user: every endpoint of the user shows them. */
const shareUserAttributes = (
  stored: Map<string, Endpoint>,
  UserId: string | undefined,
  UserAttributes: Attributes,
): void => {
  if (!UserId) return
  for (const [key, other] of stored)
    if (other.User?.UserId === UserId) stored.set(key, { ...other, User: { ...other.User, UserAttributes } })
}
