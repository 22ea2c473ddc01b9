/** What a client says about its body: each promise is kept beside the running sum that will prove it. */
import { algorithmOfHeader, checksumBytes, headerOf, startChecksum } from './checksums.ts'
import type { ChecksumAlgorithm, RunningChecksum, StoredChecksum } from './checksums.ts'
import { S3Error } from './errors.ts'

type Headers = Readonly<Record<string, string>>

export interface Check {
  readonly running: RunningChecksum
  /** What the client said; asked at the end, because it may come as a trailer. */
  readonly expected: () => Buffer | undefined
  readonly error: () => S3Error
}

/** A checksum by name, to be proven and to be stored. */
export interface NamedChecksum {
  readonly check: Check
  /** Known once the body has ended. */
  readonly stored: () => StoredChecksum
}

/** `Content-MD5`. Throws 400 InvalidDigest where it is none; fails with BadDigest. */
export const contentMd5 = (headers: Headers, md5: RunningChecksum): Check => {
  const value = headers['content-md5']
  const said = value === undefined ? undefined : Buffer.from(value, 'base64')
  if (said && said.length !== 16) throw new S3Error('InvalidDigest')
  return { running: md5, expected: () => said, error: () => new S3Error('BadDigest') }
}

/** `x-amz-content-sha256`, where it holds a hash; fails with XAmzContentSHA256Mismatch. */
export const contentSha256 = (headers: Headers): readonly Check[] => {
  const value = headers['x-amz-content-sha256'] ?? ''
  if (!/^[0-9a-f]{64}$/i.test(value)) return []
  const said = Buffer.from(value, 'hex')
  const error = () => new S3Error('XAmzContentSHA256Mismatch')
  return [{ running: startChecksum('SHA256'), expected: () => said, error }]
}

/**
 * The `x-amz-checksum-*` that comes as a header or, as `x-amz-trailer` announces, behind the body; else `wanted` without
 * a promise. Throws 400 InvalidRequest; fails with BadDigest, MalformedTrailerError.
 */
export const namedChecksum = (
  headers: Headers,
  trailers: ReadonlyMap<string, string>,
  wanted?: ChecksumAlgorithm,
): NamedChecksum | undefined => {
  const said = algorithmSaid(headers)
  if (said !== undefined && wanted !== undefined && said !== wanted) throw otherChecksum(wanted, said)
  const algorithm = said ?? wanted
  if (algorithm === undefined) return undefined
  const running = startChecksum(algorithm)
  const inHeader = headers[headerOf(algorithm)]
  const promised = inHeader === undefined ? undefined : checksumBytes(algorithm, inHeader)
  return {
    check: {
      running,
      expected: () => promised ?? (said && trailingChecksum(algorithm, trailers)),
      error: () =>
        new S3Error('BadDigest', {
          message: `The ${algorithm} you specified did not match the calculated checksum.`,
        }),
    },
    stored: () => ({ algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' }),
  }
}

const algorithmSaid = (headers: Headers): ChecksumAlgorithm | undefined => {
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  const [said, another] = [...Object.keys(headers), ...trailers].flatMap(
    (name) => algorithmOfHeader(name) ?? [],
  )
  if (another === undefined) return said
  throw new S3Error('InvalidRequest', {
    message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  })
}

const trailingChecksum = (algorithm: ChecksumAlgorithm, trailers: ReadonlyMap<string, string>): Buffer => {
  const value = trailers.get(headerOf(algorithm))
  if (value === undefined) throw new S3Error('MalformedTrailerError')
  return checksumBytes(algorithm, value)
}

const otherChecksum = (wanted: ChecksumAlgorithm, said: ChecksumAlgorithm): S3Error =>
  new S3Error('InvalidRequest', {
    message: `Checksum Type mismatch occurred, expected checksum Type: ${wanted.toLowerCase()}, actual checksum Type: ${said.toLowerCase()}`,
  })
