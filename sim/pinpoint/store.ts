/** What one Region stores: the emulator's own rules of merging, twins and users, without its clock and its HTTP. */
import { parseEndpointChange } from '../../local/pinpoint/endpoint-change.ts'
import { endpointKey, endpointResponse } from '../../local/pinpoint/endpoint.ts'
import type {
  EndpointChange,
  EndpointResponse,
  StoredEndpoint,
  StoredUser,
} from '../../local/pinpoint/endpoint.ts'
import { putEndpoint, removeEndpoint } from '../../local/pinpoint/put-endpoint.ts'
import { badRequest } from '../../local/pinpoint/service-error.ts'
import { draftOf } from '../../local/pinpoint/tables.ts'
import type { Table } from '../../local/pinpoint/tables.ts'
import type { Shown } from '../history/facts.ts'

export interface Store {
  /** Reads and checks a request's items against what is stored now. Throws a ServiceError; changes nothing. */
  accept(items: readonly Readonly<Record<string, unknown>>[], now: number): readonly EndpointChange[]
  /** False when it has become impossible since it was accepted. */
  put(change: EndpointChange, now: number): boolean
  /** False when there is none. */
  remove(id: string): boolean
  /** The customer's own opt-out in this Region. False when there is no such endpoint. */
  optOut(id: string, now: number): boolean
  get(id: string): EndpointResponse | undefined
  shown(id: string): Shown | undefined
  /** Who was made INACTIVE by the last put of another. */
  madeInactive(): readonly string[]
  /** In lower case. */
  readonly ids: () => readonly string[]
}

/** An attribute value that no rule forbids and that Pinpoint refuses: not knowable to the product. */
export const REFUSED = 'kanari-refused'

export const storeOf = (): Store => {
  const endpoints = new Map<string, StoredEndpoint>()
  const users = new Map<string, StoredUser>()
  const active = new Map<string, string>()
  const tables = {
    ...{ endpoints: tableOf(endpoints), users: tableOf(users), activeByAddress: tableOf(active) },
    attributeNames: new Set<string>(),
  }
  let twins: string[] = []
  return {
    accept(items, now) {
      const changes = items.map((item) => parseEndpointChange(item, item['Id']))
      if (changes.some(isRefused)) throw badRequest('Refused')
      const draft = draftOf(tables)
      for (const change of changes) putEndpoint(draft, change, stamp(now))
      return changes
    },
    put(change, now) {
      const draft = draftOf(tables)
      try {
        putEndpoint(draft, change, stamp(now))
      } catch {
        return false
      }
      const key = endpointKey(change.Id)
      const twin = active.get(draft.endpoints.get(key)?.Address ?? '')
      draft.commit()
      const isLoser = twin !== undefined && twin !== key && endpoints.get(twin)?.EndpointStatus === 'INACTIVE'
      twins = isLoser ? [twin] : []
      return true
    },
    remove: (id) => removeEndpoint(tables, endpointKey(id)) !== undefined,
    optOut(id, now) {
      const stored = endpoints.get(endpointKey(id))
      const EffectiveDate = new Date(now).toISOString()
      if (stored) endpoints.set(endpointKey(id), { ...stored, OptOut: 'ALL', EffectiveDate })
      return stored !== undefined
    },
    get(id) {
      const stored = endpoints.get(endpointKey(id))
      const user = stored?.UserId === undefined ? undefined : users.get(stored.UserId)
      return stored && endpointResponse('app', stored, user)
    },
    shown: (id) => shownOf(endpoints.get(endpointKey(id))),
    madeInactive() {
      const made = twins
      twins = []
      return made
    },
    ids: () => [...endpoints.keys()],
  }
}

const stamp = (now: number) => ({
  now: new Date(now).toISOString(),
  requestId: 'simulated',
  newCohort: () => '0',
})

const isRefused = ({ Attributes = {} }: EndpointChange): boolean =>
  Object.values(Attributes).some((values) => values.includes(REFUSED))

const shownOf = (stored: StoredEndpoint | undefined): Shown | undefined =>
  stored && { version: versionIn(stored.Attributes), optOut: stored.OptOut, status: stored.EndpointStatus }

/** Every write of the simulator carries its version as an attribute. */
export const versionIn = (attributes: unknown): number | undefined => {
  const [version] = (attributes as Record<string, readonly string[]> | undefined)?.['Version'] ?? []
  return version === undefined ? undefined : Number(version)
}

const tableOf = <Value>(map: Map<string, Value>): Table<Value> => ({
  get: (key) => map.get(key),
  set(key, value) {
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  },
})
