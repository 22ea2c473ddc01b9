/** The endpoints of one project: changes are accepted at once and in order, readers see them a little later. */
import type { Clock } from '../clock.ts'
import {
  endpointKey,
  endpointResponse,
  type EndpointChange,
  type EndpointResponse,
  type StoredEndpoint,
  type StoredUser,
} from './endpoint.ts'
import { createEventualMap, type EventualMap } from './eventual-map.ts'
import type { Random } from './identifiers.ts'
import { putEndpoint, removeEndpoint, type Stamp } from './put-endpoint.ts'
import type { OpenValues } from './settled-values.ts'
import { draftOf, type Table, type Tables } from './tables.ts'

export interface EndpointStore {
  /** All of `changes`, in order, or none: throws BadRequestException. */
  put(changes: readonly EndpointChange[], requestId: string): void
  /** Throws what `put` would throw, and changes nothing. */
  check(changes: readonly EndpointChange[], requestId: string): void
  /** The endpoint as accepted last, whether or not readers see it. */
  accepted(id: string): EndpointResponse | undefined
  acceptedOfUser(userId: string): readonly EndpointResponse[]
  remove(id: string): void
  removeUser(userId: string): void
  /** What readers see. */
  get(id: string): EndpointResponse | undefined
  ofUser(userId: string): readonly EndpointResponse[]
  /** Every endpoint, each as readers see it at the moment it is reached. */
  all(): Generator<EndpointResponse>
  /** How many they are. */
  readonly size: number
  /** When all that was accepted is visible, in milliseconds since the epoch. */
  readonly settledAt: number
}

export interface StoreOptions {
  readonly applicationId: string
  readonly now: Clock['now']
  readonly random: Random
  readonly applyDelayMs: number
  /** Where what has settled lies; each kind by its name within the project. */
  readonly openValues: OpenValues
}

export function createEndpointStore(options: StoreOptions): EndpointStore {
  const { applicationId, now, random, applyDelayMs, openValues } = options
  const endpoints = createEventualMap(now, applyDelayMs, openValues<StoredEndpoint>('endpoints'))
  const users = createEventualMap(now, applyDelayMs, openValues<StoredUser>('users'))
  const tables: Tables = {
    endpoints: newestOf(endpoints),
    users: newestOf(users),
    activeByAddress: openValues<string>('active-by-address'),
    attributeNames: new Set<string>(),
  }

  const stamp = (requestId: string): Stamp => ({
    now: new Date(now()).toISOString(),
    requestId,
    newCohort: () => String(Math.floor(random() * 100)),
  })

  function drafted(changes: readonly EndpointChange[], requestId: string) {
    const draft = draftOf(tables)
    const stamped = stamp(requestId)
    for (const change of changes) putEndpoint(draft, change, stamped)
    return draft
  }

  type Read = 'newest' | 'visible'
  const response = (endpoint: StoredEndpoint, read: Read) =>
    endpointResponse(
      applicationId,
      endpoint,
      endpoint.UserId === undefined ? undefined : users[read](endpoint.UserId),
    )

  function one(id: string, read: Read): EndpointResponse | undefined {
    const endpoint = endpoints[read](endpointKey(id))
    return endpoint && response(endpoint, read)
  }

  const ofUser = (userId: string, read: Read) =>
    (users[read](userId)?.endpointKeys ?? []).flatMap((key) => one(key, read) ?? [])

  return {
    put: (changes, requestId) => drafted(changes, requestId).commit(),
    check: (changes, requestId) => void drafted(changes, requestId),
    accepted: (id) => one(id, 'newest'),
    acceptedOfUser: (userId) => ofUser(userId, 'newest'),
    remove: (id) => void removeEndpoint(tables, endpointKey(id)),
    removeUser(userId) {
      for (const key of users.newest(userId)?.endpointKeys ?? []) removeEndpoint(tables, key)
    },
    get: (id) => one(id, 'visible'),
    ofUser: (userId) => ofUser(userId, 'visible'),
    *all() {
      for (const endpoint of endpoints.visibleValues()) yield response(endpoint, 'visible')
    },
    get size() {
      return endpoints.size
    },
    get settledAt() {
      return Math.max(endpoints.settledAt, users.settledAt)
    },
  }
}

const newestOf = <Value>(map: EventualMap<Value>): Table<Value> => ({
  get: (key) => map.newest(key),
  set: (key, value) => map.write(key, value),
})
