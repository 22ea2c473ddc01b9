/** Which request means which operation. What is not in this table is answered 501, never guessed. */
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './bucket-operations.ts'
import type { Call, ServiceCall } from './call.ts'
import { completeMultipartUpload } from './complete-upload.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { S3Error } from './errors.ts'
import { RESPONSE_OVERRIDES, getObject, headObject } from './get-object.ts'
import { listObjectVersions } from './list-object-versions.ts'
import { listObjects, listObjectsV2 } from './list-objects.ts'
import { listMultipartUploads, listParts } from './list-uploads.ts'
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart-upload.ts'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts'
import { putObject } from './put-object.ts'
import type { S3Request } from './request.ts'
import { uploadPartCopy } from './upload-part-copy.ts'

interface RouteShape {
  readonly method: string
  readonly level: 'service' | 'bucket' | 'object'
  /** Query parameters that make it this operation: all must be there. */
  readonly needs?: readonly string[]
  /** Query parameters that it understands besides. */
  readonly takes?: readonly string[]
  /** True where `x-amz-copy-source` makes it this operation. */
  readonly copies?: boolean
  /** True where S3 answers for a bucket of another Region too. */
  readonly anyRegion?: boolean
}

export type Route = RouteShape &
  (
    | { readonly bucketless: true; readonly run: (call: ServiceCall) => void | Promise<void> }
    | { readonly bucketless?: false; readonly run: (call: Call) => void | Promise<void> }
  )

const LISTING = ['prefix', 'delimiter', 'encoding-type']
const V1 = [...LISTING, 'max-keys', 'marker']
const V2 = [...LISTING, 'max-keys', 'continuation-token', 'start-after', 'fetch-owner']
const VERSIONS = [...LISTING, 'max-keys', 'key-marker', 'version-id-marker']
const UPLOADS = [...LISTING, 'max-uploads', 'key-marker', 'upload-id-marker']
const BUCKETS = ['max-buckets', 'continuation-token', 'prefix', 'bucket-region']
const PARTS = ['max-parts', 'part-number-marker']
const PART = ['partNumber', 'uploadId']
const GET = ['versionId', ...RESPONSE_OVERRIDES]
const VERSION = ['versionId']

const ROUTES: readonly Route[] = [
  { method: 'GET', level: 'service', takes: BUCKETS, bucketless: true, run: listBuckets },

  { method: 'PUT', level: 'bucket', bucketless: true, run: createBucket },
  { method: 'HEAD', level: 'bucket', anyRegion: true, run: headBucket },
  { method: 'DELETE', level: 'bucket', run: deleteBucket },
  { method: 'GET', level: 'bucket', needs: ['location'], anyRegion: true, run: getBucketLocation },
  { method: 'GET', level: 'bucket', needs: ['versioning'], run: getBucketVersioning },
  { method: 'PUT', level: 'bucket', needs: ['versioning'], run: putBucketVersioning },
  { method: 'GET', level: 'bucket', needs: ['list-type'], takes: V2, run: listObjectsV2 },
  { method: 'GET', level: 'bucket', needs: ['versions'], takes: VERSIONS, run: listObjectVersions },
  { method: 'GET', level: 'bucket', needs: ['uploads'], takes: UPLOADS, run: listMultipartUploads },
  { method: 'GET', level: 'bucket', takes: V1, run: listObjects },
  { method: 'POST', level: 'bucket', needs: ['delete'], run: deleteObjects },

  { method: 'GET', level: 'object', takes: GET, run: getObject },
  { method: 'HEAD', level: 'object', takes: GET, run: headObject },
  { method: 'PUT', level: 'object', run: putObject },
  { method: 'PUT', level: 'object', copies: true, run: copyObject },
  { method: 'DELETE', level: 'object', takes: VERSION, run: deleteObject },
  { method: 'GET', level: 'object', needs: ['tagging'], takes: VERSION, run: getObjectTagging },
  { method: 'PUT', level: 'object', needs: ['tagging'], takes: VERSION, run: putObjectTagging },
  { method: 'DELETE', level: 'object', needs: ['tagging'], takes: VERSION, run: deleteObjectTagging },
  { method: 'POST', level: 'object', needs: ['uploads'], run: createMultipartUpload },
  { method: 'PUT', level: 'object', needs: PART, run: uploadPart },
  { method: 'PUT', level: 'object', needs: PART, copies: true, run: uploadPartCopy },
  { method: 'POST', level: 'object', needs: ['uploadId'], run: completeMultipartUpload },
  { method: 'DELETE', level: 'object', needs: ['uploadId'], run: abortMultipartUpload },
  { method: 'GET', level: 'object', needs: ['uploadId'], takes: PARTS, run: listParts },
]

/** Headers that ask for something which, if ignored, would leave another object behind than the client believes. */
const REFUSED_HEADERS =
  /^x-amz-(?:(?:copy-source-)?server-side-encryption-customer-|object-lock-|bucket-object-lock-|grant-|write-offset-|website-redirect-|rename-source|if-match-|mfa$)/

/** The operation that a request means. Throws 501 NotImplemented, naming what is not emulated. */
export const routeOf = (request: S3Request): Route => {
  const { method, query, headers } = request
  const refused = Object.keys(headers).find((name) => REFUSED_HEADERS.test(name))
  if (refused !== undefined) throw notImplemented(`header ${refused}`)
  const level = levelOf(request)
  const copies = 'x-amz-copy-source' in headers
  const atHand = ROUTES.filter((route) => route.method === method && route.level === level)
  const route = atHand.find(
    ({ needs = [], takes = [], copies: wantsCopy = false }) =>
      wantsCopy === copies &&
      needs.every((name) => query.has(name)) &&
      [...query.keys()].every((name) => needs.includes(name) || takes.includes(name)),
  )
  if (route) return route
  const search = [...query.keys()].map((name) => `?${name}`)
  throw notImplemented([method, ...search, 'on', level, ...(copies ? ['from a copy source'] : [])].join(' '))
}

const levelOf = ({ bucketName, key }: S3Request): Route['level'] => {
  if (bucketName === undefined) return 'service'
  return key === undefined ? 'bucket' : 'object'
}

const notImplemented = (what: string): S3Error =>
  new S3Error('NotImplemented', { message: `NotImplemented: ${what} is not emulated` })
