/** Which endpoints belong to a user: at most fifteen, and what gives way to the sixteenth. */
import type { ChannelType, StoredEndpoint } from './endpoint.ts'
import { limits } from './limits.ts'
import { badRequest } from './service-error.ts'
import type { Tables } from './tables.ts'

/** Source: Developer Guide, "Automatically inactive endpoints": only these give way, and only to each other. */
const GIVING_WAY: readonly ChannelType[] = ['ADM', 'GCM', 'APNS', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'BAIDU']

export function leaveUser(tables: Tables, userId: string, key: string): void {
  const user = tables.users.get(userId)
  if (user === undefined) return
  const endpointKeys = user.endpointKeys.filter((member) => member !== key)
  tables.users.set(userId, endpointKeys.length === 0 ? undefined : { ...user, endpointKeys })
}

/**
 * Makes `key` one of the user's endpoints. Where the user has fifteen already, the push endpoint with the oldest
 * EffectiveDate becomes INACTIVE and loses its user, or else this throws BadRequestException.
 */
export function joinUser(tables: Tables, userId: string, key: string, channel: ChannelType): void {
  const members = tables.users.get(userId)?.endpointKeys ?? []
  if (members.length >= limits.endpointsPerUser) makeRoom(tables, userId, members, channel)

  const user = tables.users.get(userId)
  tables.users.set(userId, {
    UserId: userId,
    UserAttributes: user?.UserAttributes,
    endpointKeys: [...(user?.endpointKeys ?? []), key],
  })
}

function makeRoom(tables: Tables, userId: string, members: readonly string[], channel: ChannelType): void {
  const leaver = GIVING_WAY.includes(channel) ? oldestPush(tables, members) : undefined
  if (leaver === undefined) {
    throw badRequest(`Exceeded maximum endpoint per user count: ${limits.endpointsPerUser}`)
  }
  const [key, endpoint] = leaver
  if (tables.activeByAddress.get(endpoint.Address) === key) {
    tables.activeByAddress.set(endpoint.Address, undefined)
  }
  tables.endpoints.set(key, { ...endpoint, EndpointStatus: 'INACTIVE', UserId: undefined })
  leaveUser(tables, userId, key)
}

function oldestPush(tables: Tables, members: readonly string[]): [string, StoredEndpoint] | undefined {
  return members
    .flatMap((key): [string, StoredEndpoint][] => {
      const endpoint = tables.endpoints.get(key)
      return endpoint && GIVING_WAY.includes(endpoint.ChannelType) ? [[key, endpoint]] : []
    })
    .sort(([, a], [, b]) => Date.parse(a.EffectiveDate) - Date.parse(b.EffectiveDate))[0]
}
