/** ListObjectsV2 and ListObjects: the current objects of a bucket, in UTF-8 order, page by page. */
import { currentOf } from './bucket.ts'
import { answerXml, authorizeBucket, isoTime } from './call.ts'
import type { Call } from './call.ts'
import { invalidArgument } from './errors.ts'
import { OWNER, commonPrefixes, echoed, listParameters, prefixAsked } from './list-parameters.ts'
import type { ListParameters } from './list-parameters.ts'
import { nameOf, takePage, walkKeys } from './list-walk.ts'
import type { Listed } from './list-walk.ts'
import type { XmlElements } from './xml.ts'

export const listObjectsV2 = (call: Call): void => {
  const { bucket, query } = call
  authorizeBucket(call, 's3:ListBucket', prefixAsked(query))
  if (query.get('list-type') !== '2') {
    throw invalidArgument('Invalid List Type specified in Request', 'list-type', query.get('list-type') ?? '')
  }
  const parameters = listParameters(query, 'max-keys')
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after') ?? ''
  const after = token === undefined ? startAfter : readToken(token)
  const { page, isTruncated, last } = pageOf(call, parameters, after)
  answerXml(call, 'ListBucketResult', {
    Name: bucket.name,
    ...echoed(parameters),
    StartAfter: startAfter === '' ? undefined : parameters.encode(startAfter),
    ContinuationToken: token,
    NextContinuationToken: isTruncated ? writeToken(last) : undefined,
    KeyCount: page.length,
    MaxKeys: parameters.size,
    IsTruncated: isTruncated,
    Contents: contents(call, page, parameters, query.get('fetch-owner') === 'true'),
    CommonPrefixes: commonPrefixes(page, parameters),
  })
}

export const listObjects = (call: Call): void => {
  const { bucket, query } = call
  authorizeBucket(call, 's3:ListBucket', prefixAsked(query))
  const parameters = listParameters(query, 'max-keys')
  const marker = query.get('marker') ?? ''
  const { page, isTruncated, last } = pageOf(call, parameters, marker)
  answerXml(call, 'ListBucketResult', {
    Name: bucket.name,
    ...echoed(parameters),
    Marker: parameters.encode(marker),
    // Without a delimiter the client goes on behind the last key it got.
    NextMarker: isTruncated && parameters.delimiter !== '' ? parameters.encode(last) : undefined,
    MaxKeys: parameters.size,
    IsTruncated: isTruncated,
    Contents: contents(call, page, parameters, true),
    CommonPrefixes: commonPrefixes(page, parameters),
  })
}

const pageOf = ({ bucket }: Call, { prefix, delimiter, size }: ListParameters, after: string) => {
  const isListed = (key: string) => currentOf(bucket, key) !== undefined
  const { page, isTruncated } = takePage(walkKeys(bucket.keys, { prefix, delimiter, after, isListed }), size)
  const last = page.at(-1)
  return { page, isTruncated, last: last ? nameOf(last) : '' }
}

const contents = (
  { bucket }: Call,
  page: readonly Listed[],
  { encode }: ListParameters,
  tellsOwner: boolean,
): XmlElements[] =>
  page.flatMap((item) => {
    const object = 'key' in item ? currentOf(bucket, item.key) : undefined
    if (!object) return []
    return [
      {
        Key: encode(nameOf(item)),
        LastModified: isoTime(object.lastModified),
        ETag: `"${object.etag}"`,
        ChecksumAlgorithm: object.checksum?.algorithm,
        ChecksumType: object.checksum?.type,
        Size: object.body.size,
        StorageClass: object.metadata['x-amz-storage-class'] ?? 'STANDARD',
        Owner: tellsOwner ? OWNER : undefined,
      },
    ]
  })

const TOKEN_HEAD = 'after:'

const writeToken = (last: string): string => Buffer.from(TOKEN_HEAD + last).toString('base64url')

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString()
  if (text.startsWith(TOKEN_HEAD)) return text.slice(TOKEN_HEAD.length)
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token)
}
