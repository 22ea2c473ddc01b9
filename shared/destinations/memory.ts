/** The twin in memory: the contract of a destination at its plainest. */
import { keyOf } from '../endpoint/endpoint.ts'
import type { Attributes, Endpoint, Region } from '../endpoint/endpoint.ts'
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
  const merged = merge(stored.get(key), update)
  stored.set(key, merged)
  shareUserAttributes(stored, merged)
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
const shareUserAttributes = (stored: Map<string, Endpoint>, { User }: Endpoint): void => {
  if (!User?.UserId) return
  for (const [key, other] of stored) {
    if (other.User?.UserId !== User.UserId) continue
    stored.set(key, { ...other, User: { ...other.User, UserAttributes: User.UserAttributes ?? {} } })
  }
}
