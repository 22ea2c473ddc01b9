/** A request's body as a stream that ends well only if all that was promised about it holds. */
import type { IncomingMessage } from 'node:http'
import { decodeAwsChunked } from './aws-chunked.ts'
import { startChecksum } from './checksums.ts'
import type { ChecksumAlgorithm, StoredChecksum } from './checksums.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { contentMd5, contentSha256, namedChecksum } from './promised-checksums.ts'
import type { Check } from './promised-checksums.ts'

type Headers = Readonly<Record<string, string>>

export interface ReceivedBody {
  /** The payload; throws at its end when its length or a checksum is not what the client said. */
  readonly payload: AsyncIterable<Buffer>
  /** Known once the payload has ended. */
  md5(): Buffer
  /** Known once the payload has ended; undefined when no algorithm was named. */
  checksum(): StoredChecksum | undefined
}

/** The largest body of one request: 5 GiB (source: "Amazon S3 multipart upload limits"). */
export const LARGEST_BODY = 5 * 1024 ** 3

/**
 * The body of `request`, un-framed and checked against Content-MD5, `x-amz-checksum-*` (header or trailer) and
 * `x-amz-content-sha256`. `wanted` is computed even if the client did not ask for it.
 * Throws InvalidDigest, InvalidRequest, EntityTooLarge at once; BadDigest, XAmzContentSHA256Mismatch,
 * IncompleteBody, MalformedTrailerError out of the payload.
 */
export const receiveBody = (
  request: IncomingMessage,
  headers: Headers,
  wanted?: ChecksumAlgorithm,
): ReceivedBody => {
  const length = promisedLength(headers)
  if (length !== undefined && length > LARGEST_BODY) {
    throw new S3Error('EntityTooLarge', {
      fields: { ProposedSize: String(length), MaxSizeAllowed: String(LARGEST_BODY) },
    })
  }
  const trailers = new Map<string, string>()
  const md5 = startChecksum('MD5')
  const checksum = namedChecksum(headers, trailers, wanted)
  const checks = [contentMd5(headers, md5), ...(checksum ? [checksum.check] : []), ...contentSha256(headers)]
  const payload = checked(unframed(request, headers, trailers), checks, length)
  return { payload, md5: () => md5.digest(), checksum: () => checksum?.stored() }
}

/** Throws 411 MissingContentLength where a request does not tell the length of its payload. */
export const requireLength = (headers: Headers): void => {
  if (promisedLength(headers) === undefined) throw new S3Error('MissingContentLength')
}

const isFramed = (headers: Headers): boolean =>
  (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-') ||
  /(^|[,\s])aws-chunked([,\s]|$)/i.test(headers['content-encoding'] ?? '')

const promisedLength = (headers: Headers): number | undefined => {
  const name = isFramed(headers) ? 'x-amz-decoded-content-length' : 'content-length'
  const value = headers[name]
  if (value === undefined) return undefined
  if (!/^\d{1,15}$/.test(value)) throw invalidArgument(`${name} is not a length`, name, value)
  return Number(value)
}

const unframed = (
  request: IncomingMessage,
  headers: Headers,
  trailers: Map<string, string>,
): AsyncIterable<Buffer> => {
  // The request outlives its reader: an error in mid-stream must still be answered on the same connection.
  const raw = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  return isFramed(headers) ? decodeAwsChunked(raw, (name, value) => trailers.set(name, value)) : raw
}

async function* checked(
  source: AsyncIterable<Buffer>,
  checks: readonly Check[],
  length: number | undefined,
): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > (length ?? LARGEST_BODY))
      throw new S3Error(length === undefined ? 'EntityTooLarge' : 'IncompleteBody')
    for (const { running } of checks) running.update(chunk)
    yield chunk
  }
  if (length !== undefined && size !== length) throw new S3Error('IncompleteBody')
  for (const check of checks) {
    const said = check.expected()
    if (said && !said.equals(check.running.digest())) throw check.error()
  }
}
