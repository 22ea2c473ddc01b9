/** What one update does to a project: create or merge, activate, couple twins and users. */
import {
  endpointKey,
  type EndpointChange,
  type StoredEndpoint,
  type StoredUser,
  type TextLists,
} from './endpoint.ts'
import { limits } from './limits.ts'
import { badRequest } from './service-error.ts'
import type { Tables } from './tables.ts'
import { joinUser, leaveUser } from './user-membership.ts'

/** What the service itself adds to an update. */
export interface Stamp {
  /** ISO 8601. */
  readonly now: string
  readonly requestId: string
  /** "0" to "99", asked for once per new endpoint. */
  readonly newCohort: () => string
}

/**
 * Applies one update to `tables`. Throws BadRequestException for a new endpoint without Address or ChannelType, a
 * sixteenth endpoint of a user, the 251st attribute name of the project and a record above 15 KB; the tables are
 * then half changed, so hand in a draft.
 * Sources: API reference, "Endpoint" (ACTIVE on every update, twins INACTIVE); Developer Guide, "Adding endpoints".
 */
export function putEndpoint(tables: Tables, change: EndpointChange, stamp: Stamp): void {
  const key = endpointKey(change.Id)
  const stored = tables.endpoints.get(key)
  const endpoint = stored === undefined ? created(change, stamp) : merged(stored, change, stamp)
  claimNames(tables, change)
  tables.endpoints.set(key, endpoint)
  const user = settleUser(tables, endpoint, stored, change)
  settleTwins(tables, key, stored?.Address, endpoint)
  if (recordBytes(endpoint, user) > limits.endpointBytes) {
    throw badRequest(`The endpoint is larger than ${limits.endpointBytes} bytes`)
  }
}

/** Removes an endpoint, if it is there, and returns it. */
export function removeEndpoint(tables: Tables, key: string): StoredEndpoint | undefined {
  const stored = tables.endpoints.get(key)
  if (stored === undefined) return undefined
  tables.endpoints.set(key, undefined)
  if (stored.UserId !== undefined) leaveUser(tables, stored.UserId, key)
  if (tables.activeByAddress.get(stored.Address) === key)
    tables.activeByAddress.set(stored.Address, undefined)
  return stored
}

function created(change: EndpointChange, stamp: Stamp): StoredEndpoint {
  if (change.Address === undefined) throw badRequest('Missing Address')
  if (change.ChannelType === undefined) throw badRequest('Missing ChannelType')
  const blank = {
    Id: change.Id,
    Address: change.Address,
    ChannelType: change.ChannelType,
    Attributes: undefined,
    Metrics: undefined,
    Demographic: undefined,
    Location: undefined,
    UserId: undefined,
    userlessAttributes: undefined,
    OptOut: 'NONE',
    EndpointStatus: 'ACTIVE',
    EffectiveDate: stamp.now,
    RequestId: stamp.requestId,
    CohortId: stamp.newCohort(),
    CreationDate: stamp.now,
  } as const
  return merged(blank, change, stamp)
}

function merged(stored: StoredEndpoint, change: EndpointChange, stamp: Stamp): StoredEndpoint {
  const { UserId, userlessAttributes } = mergedUser(stored, change.User)
  return {
    ...stored,
    Address: change.Address ?? stored.Address,
    ChannelType: change.ChannelType ?? stored.ChannelType,
    Attributes: over(stored.Attributes, change.Attributes),
    Metrics: over(stored.Metrics, change.Metrics),
    Demographic: over(stored.Demographic, change.Demographic),
    Location: over(stored.Location, change.Location),
    UserId,
    userlessAttributes,
    OptOut: change.OptOut ?? stored.OptOut,
    EndpointStatus: change.EndpointStatus ?? 'ACTIVE',
    EffectiveDate: change.EffectiveDate ?? stamp.now,
    RequestId: change.RequestId ?? stamp.requestId,
  }
}

/** A UserId left out is kept; an empty one detaches the endpoint from its user. */
function mergedUser(stored: StoredEndpoint, user: EndpointChange['User']) {
  const UserId = (user?.UserId ?? stored.UserId) || undefined
  const own = over(stored.userlessAttributes, user?.UserAttributes)
  return { UserId, userlessAttributes: UserId === undefined ? own : undefined }
}

const over = <Fields extends object>(
  stored: Fields | undefined,
  given: Fields | undefined,
): Fields | undefined => (given === undefined ? stored : { ...stored, ...given })

/** Moves the endpoint to the user it now has, and shares what was said of the user. Returns that user. */
function settleUser(
  tables: Tables,
  endpoint: StoredEndpoint,
  stored: StoredEndpoint | undefined,
  change: EndpointChange,
): StoredUser | undefined {
  const key = endpointKey(endpoint.Id)
  const { UserId: userId, ChannelType: channel } = endpoint
  const formerId = stored?.UserId
  const isNew = formerId !== userId
  if (isNew && formerId !== undefined) leaveUser(tables, formerId, key)
  if (userId === undefined) return undefined
  if (isNew) joinUser(tables, userId, key, channel)
  const user = tables.users.get(userId)
  const attributes = sharedAttributes(user, isNew ? stored?.userlessAttributes : undefined, change)
  if (user === undefined || attributes === user.UserAttributes) return user
  const shared = { ...user, UserAttributes: attributes }
  tables.users.set(userId, shared)
  return shared
}

/** What the endpoint brings along from before it had a user yields to what the user has. */
function sharedAttributes(
  user: StoredUser | undefined,
  brought: TextLists | undefined,
  change: EndpointChange,
): TextLists | undefined {
  const before = brought === undefined ? user?.UserAttributes : { ...brought, ...user?.UserAttributes }
  return over(before, change.User?.UserAttributes)
}

/** At most one endpoint is ACTIVE at an address: the one made so last. */
function settleTwins(
  tables: Tables,
  key: string,
  formerAddress: string | undefined,
  endpoint: StoredEndpoint,
): void {
  if (formerAddress !== undefined && tables.activeByAddress.get(formerAddress) === key) {
    tables.activeByAddress.set(formerAddress, undefined)
  }
  if (endpoint.EndpointStatus !== 'ACTIVE') return
  const twinKey = tables.activeByAddress.get(endpoint.Address)
  const twin = twinKey === undefined ? undefined : tables.endpoints.get(twinKey)
  if (twinKey !== undefined && twin !== undefined) {
    tables.endpoints.set(twinKey, { ...twin, EndpointStatus: 'INACTIVE' })
  }
  tables.activeByAddress.set(endpoint.Address, key)
}

function claimNames(tables: Tables, change: EndpointChange): void {
  claim(tables, 'Attributes', change.Attributes)
  claim(tables, 'Metrics', change.Metrics)
  claim(tables, 'User.UserAttributes', change.User?.UserAttributes)
}

function claim(tables: Tables, kind: string, values: object | undefined): void {
  for (const name of Object.keys(values ?? {})) {
    const full = `${kind}.${name}`
    if (tables.attributeNames.has(full)) continue
    if (tables.attributeNames.size >= limits.attributeNamesPerProject) {
      throw badRequest(`Too many custom attributes: a project has at most ${limits.attributeNamesPerProject}`)
    }
    tables.attributeNames.add(full)
  }
}

const recordBytes = (endpoint: StoredEndpoint, user: StoredUser | undefined): number =>
  Buffer.byteLength(JSON.stringify(endpoint)) + Buffer.byteLength(JSON.stringify(user?.UserAttributes ?? {}))
