/** Reads what a path-style S3 request means: bucket, key, query and headers, each decoded exactly once. */
import type { IncomingMessage } from 'node:http'
import { S3Error } from './errors.ts'

export interface S3Request {
  readonly method: string
  /** Undefined for the service itself (`/`). */
  readonly bucketName: string | undefined
  /** Undefined for a bucket. */
  readonly key: string | undefined
  /** Without the parameters that only sign, or that stand for headers. */
  readonly query: ReadonlyMap<string, string>
  /** Lower-case names; a presigned URL's `X-Amz-…` parameters count as headers. */
  readonly headers: Readonly<Record<string, string>>
}

const LONGEST_KEY = 1024

/** Throws 400 InvalidURI or KeyTooLongError. */
export const parseRequest = (request: IncomingMessage): S3Request => {
  const [path = '/', search = ''] = splitOnce(request.url ?? '/', '?')
  const [rawBucket = '', rawKey = ''] = splitOnce(path.slice(1), '/')
  const parameters = [...new URLSearchParams(search)]
  const isHeader = (name: string) => /^x-amz-/i.test(name)
  return {
    method: request.method ?? 'GET',
    bucketName: rawBucket === '' && rawKey === '' ? undefined : decodeOnce(rawBucket),
    key: rawKey === '' ? undefined : checkKey(decodeOnce(rawKey)),
    // `x-id` is how the JavaScript SDK labels its requests.
    query: new Map(parameters.filter(([name]) => !isHeader(name) && name !== 'x-id')),
    headers: {
      ...Object.fromEntries(
        parameters.filter(([name]) => isHeader(name)).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      ...Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(',') : (value ?? ''),
        ]),
      ),
    },
  }
}

/** Percent-decoding as S3 does it: `+` stays. Throws 400 InvalidURI for what is not UTF-8. */
export const decodeOnce = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI', { fields: { URI: text } })
  }
}

/** Throws 400 KeyTooLongError for a key of more than 1024 bytes of UTF-8. */
export const checkKey = (key: string): string => {
  const size = Buffer.byteLength(key)
  if (size <= LONGEST_KEY) return key
  throw new S3Error('KeyTooLongError', {
    fields: { Size: String(size), MaxSizeAllowed: String(LONGEST_KEY) },
  })
}

const splitOnce = (text: string, separator: string): [string, string?] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
