/** The operations on endpoints and users: writes are accepted now and seen later. */
import type { App, Apps } from '../app.ts'
import { parseEndpointChange } from '../endpoint-change.ts'
import type { EndpointChange } from '../endpoint.ts'
import type { Fates } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Operation } from '../routes.ts'
import { badRequest, notFound, ServiceError } from '../service-error.ts'
import type { Timers } from '../timers.ts'
import { isMembers, type Reply } from '../wire.ts'
import { appOf, bodyOf, type Call, type Handler } from './call.ts'

export interface EndpointServices {
  readonly apps: Apps
  readonly fates: Fates
  readonly timers: Timers
}

export function endpointOperations({ apps, fates, timers }: EndpointServices) {
  const writes = createWrites(fates, timers)

  return {
    UpdateEndpoint: (call) => {
      const app = appOf(apps, call)
      const change = parseEndpointChange(bodyOf(call), call.parameters.id)
      writes.put(app, [change], 'UpdateEndpoint', call.requestId)
      return accepted(call)
    },
    UpdateEndpointsBatch: (call) => {
      const app = appOf(apps, call)
      writes.put(app, batchItems(call), 'UpdateEndpointsBatch', call.requestId)
      return accepted(call)
    },
    GetEndpoint: (call) => ({
      status: 200,
      body: found(appOf(apps, call).endpoints.get(call.parameters.id)),
    }),
    DeleteEndpoint: (call) => {
      const { region, endpoints } = appOf(apps, call)
      const { id } = call.parameters
      const body = found(endpoints.accepted(id))
      writes.delete(region, 'DeleteEndpoint', () => endpoints.remove(id))
      return { status: 202, body }
    },
    GetUserEndpoints: (call) => ({
      status: 200,
      body: { Item: foundSome(appOf(apps, call).endpoints.ofUser(call.parameters.id)) },
    }),
    DeleteUserEndpoints: (call) => {
      const { region, endpoints } = appOf(apps, call)
      const { id } = call.parameters
      const Item = foundSome(endpoints.acceptedOfUser(id))
      writes.delete(region, 'DeleteUserEndpoints', () => endpoints.removeUser(id))
      return { status: 202, body: { Item } }
    },
  } satisfies Record<string, Handler>
}

const accepted = ({ requestId }: Call): Reply => ({
  status: 202,
  body: { Message: 'Accepted', RequestID: requestId },
})

function batchItems(call: Call): readonly EndpointChange[] {
  const items: unknown = bodyOf(call)['Item'] ?? undefined
  if (items === undefined) throw badRequest('Missing Item')
  if (!Array.isArray(items) || items.length === 0 || items.length > limits.batchItems) {
    throw badRequest(`Invalid Item: expected a list of 1 to ${limits.batchItems} endpoints`)
  }
  return items.map((item: unknown) => {
    if (!isMembers(item)) throw badRequest('Invalid Item: expected a list of objects')
    return parseEndpointChange(item, item['Id'])
  })
}

/** Writes as the faults let them happen: now, late, never. */
function createWrites(fates: Fates, timers: Timers) {
  return {
    put(app: App, changes: readonly EndpointChange[], operation: Operation, requestId: string): void {
      const fated = changes.map((change) => ({ change, ...fates.ofChange(app.region, operation) }))
      if (fated.every(({ lost, lateMs }) => !lost && lateMs === 0)) {
        return app.endpoints.put(changes, requestId)
      }
      app.endpoints.check(changes, requestId)
      for (const { change, lost, lateMs } of fated) {
        if (lost) continue
        const write = () => putIfStillValid(app, change, requestId)
        if (lateMs === 0) write()
        else timers.after(lateMs, write)
      }
    },
    delete(region: string, operation: Operation, write: () => void): void {
      const { lost, lateMs } = fates.ofChange(region, operation)
      if (lost) return
      if (lateMs === 0) return write()
      timers.after(lateMs, write)
    },
  }
}

/** The caller has had the 202: what has become invalid meanwhile is dropped without a word. */
function putIfStillValid(app: App, change: EndpointChange, requestId: string): void {
  try {
    app.endpoints.put([change], requestId)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
  }
}

function found<Item>(item: Item | undefined): Item {
  if (item === undefined) throw notFound()
  return item
}

function foundSome<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length === 0) throw notFound()
  return items
}
