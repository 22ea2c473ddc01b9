/** One port for every service of every local Region: the request's SigV4 scope says which one is meant. */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConditionContext, Service } from './service.ts'
import { scopeOf } from './scope.ts'
import type { Scope } from './scope.ts'

export interface GateOptions {
  /** Services by SigV4 signing name. */
  readonly services: Readonly<Record<string, Service>>
  /** The Regions that exist; without it every Region does. */
  readonly regions?: readonly string[]
  /** Says no by throwing `AccessDenied`; without it every key may do everything. */
  readonly authorize?: (
    accessKeyId: string,
    action: string,
    resource: string,
    context?: ConditionContext,
  ) => void
  /** True while a Region is down: its requests get no answer at all. */
  readonly isDown?: (region: string) => boolean
  /** Unsigned paths by prefix (each starts with `/_`, which no bucket name can). */
  readonly controls?: Readonly<Record<string, RequestListener>>
}

export interface Gate {
  readonly url: string
  readonly port: number
  /** Takes a request of this very process, which needs no socket. */
  readonly handle: RequestListener
  close(): Promise<void>
}

/**
 * Opens the gate on `host`:`port` (0 = any free port).
 * Rejects with the system's error (`EADDRINUSE` …) when it cannot listen.
 */
export const openGate = async (options: GateOptions, port = 0, host = '127.0.0.1'): Promise<Gate> => {
  const handle: RequestListener = (request, response) => void admit(options, request, response)
  const server = createServer(handle)
  // A 1 GB object may take longer than Node's default five minutes.
  server.requestTimeout = 0
  await listen(server, port, host)
  const bound = (server.address() as AddressInfo).port
  return { url: `http://${host}:${bound}`, port: bound, handle, close: () => closeServer(server) }
}

const admit = async (options: GateOptions, request: IncomingMessage, response: ServerResponse) => {
  // A client that hangs up is its own affair, never the process's.
  request.on('error', () => response.destroy())
  response.on('error', () => request.destroy())
  try {
    await route(options, request, response)
  } catch (error) {
    if (response.headersSent) response.destroy()
    else answer(response, 500, 'InternalFailure', error instanceof Error ? error.message : String(error))
  }
}

const route = async (options: GateOptions, request: IncomingMessage, response: ServerResponse) => {
  const control = controlFor(options, request.url ?? '/')
  if (control) return control(request, response)
  const scope = scopeOf(request)
  if (!scope)
    return answer(
      response,
      403,
      'MissingAuthenticationToken',
      'The request carries no SigV4 credential scope',
    )
  if (options.isDown?.(scope.region)) return void request.socket.destroy()
  if (options.regions && !options.regions.includes(scope.region)) {
    return answer(
      response,
      501,
      'NotImplemented',
      `Region ${scope.region} is not here; there are ${options.regions.join(', ')}`,
    )
  }
  const service = options.services[scope.service]
  if (!service) return answer(response, 501, 'NotImplemented', `${scope.service} is not emulated`)
  await service.handle(request, response, callerOf(options, scope))
}

const callerOf = (options: GateOptions, scope: Scope) => ({
  region: scope.region,
  accessKeyId: scope.accessKeyId,
  authorize: (action: string, resource: string, context?: ConditionContext) =>
    options.authorize?.(scope.accessKeyId, action, resource, context),
})

const controlFor = (options: GateOptions, url: string): RequestListener | undefined =>
  Object.entries(options.controls ?? {}).find(([prefix]) => url.startsWith(prefix))?.[1]

const answer = (response: ServerResponse, status: number, code: string, message: string): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code })
  response.end(JSON.stringify({ __type: code, Message: message, message }))
}

const listen = (server: Server, port: number, host: string) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

const closeServer = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
