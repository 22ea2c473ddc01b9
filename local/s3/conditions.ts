/** Conditional requests: what must hold for a read, a write or a copy to go ahead. */
import type { ObjectVersion } from './bucket.ts'
import { S3Error } from './errors.ts'

type Headers = Readonly<Record<string, string>>
type Stored = Pick<ObjectVersion, 'etag' | 'lastModified'>

/** Throws 412 PreconditionFailed or 304 NotModified (source: RFC 9110 §13.2.2, the order S3 keeps). */
export const checkReadConditions = (headers: Headers, stored: Stored): void => {
  checkMustHold(headers, stored, '')
  if (isUnchanged(headers, stored, '')) {
    throw new S3Error('NotModified', {
      headers: { etag: `"${stored.etag}"`, 'last-modified': httpTime(stored.lastModified) },
    })
  }
}

/** Throws 412 PreconditionFailed where `x-amz-copy-source-if-*` forbids to copy `source`. */
export const checkCopySourceConditions = (headers: Headers, source: Stored): void => {
  checkMustHold(headers, source, 'x-amz-copy-source-')
  if (isUnchanged(headers, source, 'x-amz-copy-source-')) throw failed('x-amz-copy-source-If-None-Match')
}

/**
 * Throws where a write may not replace `current`: 412 PreconditionFailed, or 404 NoSuchKey for an If-Match on nothing.
 * Source: "How to prevent object overwrites with conditional writes".
 */
export const checkWriteConditions = (headers: Headers, current: Stored | undefined): void => {
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new S3Error('NotImplemented', {
      message: 'NotImplemented: If-None-Match of a write with anything but * is not emulated',
    })
  }
  if (noneMatch !== undefined && current) throw failed('If-None-Match')
  const match = headers['if-match']
  if (match === undefined) return
  if (!current) throw new S3Error('NoSuchKey')
  if (!matches(match, current.etag)) throw failed('If-Match')
}

/** A time as HTTP headers have it. */
export const httpTime = (ms: number): string => new Date(ms).toUTCString()

const checkMustHold = (headers: Headers, stored: Stored, prefix: string): void => {
  const match = headers[`${prefix}if-match`]
  if (match !== undefined) {
    if (!matches(match, stored.etag)) throw failed(`${prefix}If-Match`)
    return
  }
  const since = timeIn(headers[`${prefix}if-unmodified-since`])
  if (since !== undefined && stored.lastModified > since) throw failed(`${prefix}If-Unmodified-Since`)
}

const isUnchanged = (headers: Headers, stored: Stored, prefix: string): boolean => {
  const noneMatch = headers[`${prefix}if-none-match`]
  if (noneMatch !== undefined) return matches(noneMatch, stored.etag)
  const since = timeIn(headers[`${prefix}if-modified-since`])
  return since !== undefined && stored.lastModified <= since
}

const matches = (wanted: string, etag: string): boolean =>
  wanted.split(',').some((one) => {
    const bare = one.trim().replace(/^(?:W\/)?"?|"$/g, '')
    return bare === '*' || bare === etag
  })

const timeIn = (header: string | undefined): number | undefined => {
  const time = Date.parse(header ?? '')
  return Number.isNaN(time) ? undefined : time
}

const failed = (condition: string): S3Error =>
  new S3Error('PreconditionFailed', { fields: { Condition: condition } })
