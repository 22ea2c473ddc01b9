/** GetObject and HeadObject: an object, or a piece of it, straight from disk to the client. */
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from './body-files.ts'
import type { ObjectVersion } from './bucket.ts'
import { parseRange } from './byte-range.ts'
import { authorizeObject, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { checksumHeaders } from './checksums.ts'
import { checkReadConditions, httpTime } from './conditions.ts'
import { findObject, versionIdIn } from './find-version.ts'

/** The query parameters that replace a header of the answer. */
export const RESPONSE_OVERRIDES = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
]

export const getObject = async (call: Call): Promise<void> => {
  const { response, store } = call
  const { object, range } = findWanted(call)
  response.writeHead(range ? 206 : 200, headersOf(call, object, range))
  if (object.body.size === 0) return void response.end()
  await pipeline(store.files.read(object.body, range), response)
}

export const headObject = (call: Call): void => {
  const { object, range } = findWanted(call)
  call.response.writeHead(range ? 206 : 200, headersOf(call, object, range))
  call.response.end()
}

const findWanted = (call: Call): { object: ObjectVersion; range: ByteRange | undefined } => {
  const versionId = versionIdIn(call.query)
  authorizeObject(call, versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion')
  const object = findObject(call.caller, call, versionId)
  checkReadConditions(call.headers, object)
  return { object, range: parseRange(call.headers['range'], object.body.size) }
}

const headersOf = (
  { bucket, headers, query }: Call,
  object: ObjectVersion,
  range: ByteRange | undefined,
): Record<string, string | number> => {
  const { size } = object.body
  // A checksum of the whole would make a client reject the piece.
  const tellsChecksum = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !range
  return {
    ...object.metadata,
    ...overrides(query),
    ...versionHeader(bucket, object.versionId),
    ...(tellsChecksum ? checksumHeaders(object.checksum) : {}),
    ...(object.tags.length > 0 ? { 'x-amz-tagging-count': object.tags.length } : {}),
    ...(range ? { 'content-range': `bytes ${range.first}-${range.last}/${size}` } : {}),
    'accept-ranges': 'bytes',
    'content-length': range ? range.last - range.first + 1 : size,
    etag: `"${object.etag}"`,
    'last-modified': httpTime(object.lastModified),
  }
}

const overrides = (query: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries(
    RESPONSE_OVERRIDES.flatMap((name) => {
      const value = query.get(name)
      return value === undefined ? [] : [[name.slice('response-'.length), value]]
    }),
  )
