/** A local S3 for all Regions in one process: objects lie on disk, a bucket belongs to its Region. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { ObjectStore } from '../objects.ts'
import { ACCOUNT_ID, AccessDenied } from '../service.ts'
import type { Caller, Service } from '../service.ts'
import { createBodyFiles } from './body-files.ts'
import { newBucket } from './bucket.ts'
import type { Bucket } from './bucket.ts'
import type { ServiceCall } from './call.ts'
import { S3Error } from './errors.ts'
import type { ObjectEvent } from './object-event.ts'
import { objectStoreOf } from './object-store.ts'
import { opaqueId } from './opaque-id.ts'
import { parseRequest } from './request.ts'
import { routeOf } from './routes.ts'
import { bucketNamed, nowInSeconds } from './store.ts'
import type { Store } from './store.ts'
import { renderXml } from './xml.ts'

export interface S3Options {
  readonly clock: Clock
  /** Where bodies go, in a new folder each time; it is made where it is missing. */
  readonly directory: string
  /** Numbers in [0, 1), for version, upload and request ids; `Math.random` without it. */
  readonly random?: () => number
  /** Called right after each change became visible, before the client hears of it; must not throw. */
  readonly onEvent?: (event: ObjectEvent) => void
}

export interface LocalS3 extends Service {
  /** Makes a bucket, as a template would. Throws InvalidBucketName or BucketAlreadyOwnedByYou. */
  createBucket(name: string, options: { region: string; versioning: boolean }): void
  /** The objects of all Regions without HTTP; `authorize` gets IAM action and resource ARN and throws its "no". */
  objectsAs(authorize: Caller['authorize']): ObjectStore
  /** Forgets all buckets and removes their objects from disk. */
  close(): Promise<void>
}

/** Buckets are kept in memory and begin empty; nothing of a former process is read. */
export const createS3 = ({ clock, directory, random = Math.random, onEvent }: S3Options): LocalS3 => {
  const store: Store = {
    clock,
    random,
    files: createBodyFiles(directory),
    buckets: new Map(),
    onEvent: onEvent ?? (() => undefined),
    changes: 0,
  }
  return {
    handle: (request, response, caller) => handle(store, request, response, caller),
    createBucket(name, { region, versioning }) {
      if (store.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou')
      const bucket = newBucket(name, region, nowInSeconds(store))
      if (versioning) bucket.versioning = 'Enabled'
      store.buckets.set(name, bucket)
    },
    objectsAs: (authorize) => objectStoreOf(store, authorize),
    async close() {
      store.buckets.clear()
      await store.files.close()
    },
  }
}

const handle = async (
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> => {
  const requestId = opaqueId(store.random, 16)
  response.setHeader('x-amz-request-id', requestId)
  response.setHeader('x-amz-id-2', requestId)
  response.setHeader('server', 'AmazonS3')
  try {
    await answer(store, request, response, caller)
  } catch (error) {
    answerError(request, response, error)
  } finally {
    // What an operation has left unread must not hold up the next request on this connection.
    request.resume()
  }
}

const answer = async (
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> => {
  const parsed = parseRequest(request)
  const route = routeOf(parsed)
  const { query, headers, bucketName = '', key = '' } = parsed
  checkExpectedOwner(headers)
  const call: ServiceCall = { store, request, response, caller, query, headers, bucketName }
  if (route.bucketless) return route.run(call)
  const bucket = bucketNamed(store, bucketName)
  if (bucket.region !== caller.region && !route.anyRegion) throw otherRegion(bucket)
  return route.run({ ...call, bucket, key })
}

const checkExpectedOwner = (headers: Readonly<Record<string, string>>): void => {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const expected = headers[name]
    if (expected !== undefined && expected !== ACCOUNT_ID) throw new S3Error('AccessDenied')
  }
}

const otherRegion = ({ name, region }: Bucket): S3Error =>
  new S3Error('PermanentRedirect', {
    fields: { Endpoint: `${name}.s3.${region}.amazonaws.com`, Bucket: name },
    headers: { 'x-amz-bucket-region': region },
  })

const answerError = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  // Too late for words, or nobody there to hear them.
  if (response.headersSent || response.destroyed) return void response.destroy()
  const { code, status, message, fields, headers } = s3ErrorOf(error)
  const hasBody = request.method !== 'HEAD' && status !== 304
  const resource = (request.url ?? '/').split('?')[0] ?? '/'
  const requestId = String(response.getHeader('x-amz-request-id'))
  const body = renderXml(
    'Error',
    { Code: code, Message: message, ...fields, Resource: resource, RequestId: requestId, HostId: requestId },
    false,
  )
  response.writeHead(status, { ...headers, ...(hasBody ? { 'content-type': 'application/xml' } : {}) })
  response.end(hasBody ? body : undefined)
}

const s3ErrorOf = (error: unknown): S3Error => {
  if (error instanceof S3Error) return error
  const message = error instanceof Error ? error.message : String(error)
  return new S3Error(error instanceof AccessDenied ? 'AccessDenied' : 'InternalError', { message })
}
