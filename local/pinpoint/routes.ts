/** The table of emulated operations: method and path, and the resource IAM checks the call on. */
import { unemulatedOperations } from './unemulated-operations.ts'
import { badRequest, methodNotAllowed, notImplemented } from './service-error.ts'

/** Sources: the service model 2016-12-01; Developer Guide, "Amazon Pinpoint actions" for the resources. */
const routes = [
  { operation: 'CreateApp', method: 'POST', path: '/v1/apps', resource: 'apps' },
  { operation: 'GetApps', method: 'GET', path: '/v1/apps', resource: 'apps' },
  { operation: 'GetApp', method: 'GET', path: '/v1/apps/{app}', resource: 'apps/{app}' },
  { operation: 'DeleteApp', method: 'DELETE', path: '/v1/apps/{app}', resource: 'apps/{app}' },
  {
    operation: 'UpdateEndpointsBatch',
    method: 'PUT',
    path: '/v1/apps/{app}/endpoints',
    resource: 'apps/{app}',
  },
  ...onResource('/v1/apps/{app}/endpoints/{id}', {
    PUT: 'UpdateEndpoint',
    GET: 'GetEndpoint',
    DELETE: 'DeleteEndpoint',
  }),
  ...onResource('/v1/apps/{app}/users/{id}', { GET: 'GetUserEndpoints', DELETE: 'DeleteUserEndpoints' }),
  {
    operation: 'CreateImportJob',
    method: 'POST',
    path: '/v1/apps/{app}/jobs/import',
    resource: 'apps/{app}',
  },
  { operation: 'GetImportJobs', method: 'GET', path: '/v1/apps/{app}/jobs/import', resource: 'apps/{app}' },
  ...onResource('/v1/apps/{app}/jobs/import/{id}', { GET: 'GetImportJob' }),
  ...onResource('/v1/apps/{app}/jobs/export', { POST: 'CreateExportJob', GET: 'GetExportJobs' }),
  ...onResource('/v1/apps/{app}/jobs/export/{id}', { GET: 'GetExportJob' }),
  ...onResource('/v1/apps/{app}/eventstream', {
    POST: 'PutEventStream',
    GET: 'GetEventStream',
    DELETE: 'DeleteEventStream',
  }),
] as const satisfies readonly Route[]

export type Operation = (typeof routes)[number]['operation']

export const OPERATIONS: readonly Operation[] = routes.map((route) => route.operation)

/** The decoded variables of a path: `app` and, where the path has one, `id`. */
export interface PathParameters {
  readonly app: string
  readonly id: string
}

export interface Match {
  readonly operation: Operation
  readonly parameters: PathParameters
  /** Such as `apps/0123/endpoints/a`. */
  readonly resource: string
}

interface Route {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly resource: string
}

function onResource<const Name extends string>(path: string, operations: Readonly<Record<string, Name>>) {
  const resource = path.replace('/v1/', '')
  return Object.entries(operations).map(([method, operation]) => ({ operation, method, path, resource }))
}

const compile = (path: string): readonly string[] => path.split('/')
const emulated = routes.map((route) => ({ ...route, pattern: compile(route.path) }))
const unemulated = unemulatedOperations.map(([method, path, operation]) => ({
  operation,
  method,
  pattern: compile(path),
}))

/**
 * The operation that `method` and the raw (still percent-encoded) `path` name.
 * Throws 501 for operations of Pinpoint that are not emulated, 405 for a wrong method, 400 for a broken escape.
 */
export function match(method: string, path: string): Match {
  const segments = path.split('/')
  const candidates = emulated.filter((route) => fits(route.pattern, segments))
  const route = candidates.find((candidate) => candidate.method === method)
  if (route !== undefined) return matched(route, segments)

  const others = unemulated.filter((other) => fits(other.pattern, segments))
  const other = others.find((candidate) => candidate.method === method)
  if (other !== undefined) throw notImplemented(other.operation)
  if (candidates.length + others.length > 0) throw methodNotAllowed(`${method} is not allowed on ${path}`)
  throw notImplemented(`${method} ${path}`)
}

const isVariable = (part: string): boolean => part.startsWith('{')

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, at) => (isVariable(part) ? segments[at] !== '' : part === segments[at]))

function matched(route: (typeof emulated)[number], segments: readonly string[]): Match {
  const parameters = { app: '', id: '' }
  for (const [at, part] of route.pattern.entries()) {
    if (part === '{app}') parameters.app = decoded(segments[at] ?? '')
    if (part === '{id}') parameters.id = decoded(segments[at] ?? '')
  }
  const resource = route.resource.replace(
    /\{(app|id)\}/g,
    (_, name: keyof PathParameters) => parameters[name],
  )
  return { operation: route.operation, parameters, resource }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest(`Malformed percent-encoding in the path: ${segment}`)
  }
}
