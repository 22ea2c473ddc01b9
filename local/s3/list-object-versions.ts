/** ListObjectVersions: every version and delete marker of a bucket, by key, newest first. */
import { latestOf, versionsOf } from './bucket.ts'
import type { Bucket, Version } from './bucket.ts'
import { answerXml, authorizeBucket, isoTime } from './call.ts'
import type { Call } from './call.ts'
import { invalidArgument } from './errors.ts'
import { OWNER, commonPrefixes, echoed, listParameters, prefixAsked } from './list-parameters.ts'
import type { ListParameters } from './list-parameters.ts'
import { nameOf, takePage, walkKeys } from './list-walk.ts'
import type { Walk } from './list-walk.ts'
import type { XmlElements } from './xml.ts'

type ListedVersion = { readonly key: string; readonly version: Version } | { readonly commonPrefix: string }

export const listObjectVersions = (call: Call): void => {
  const { bucket, query } = call
  authorizeBucket(call, 's3:ListBucketVersions', prefixAsked(call.query))
  const parameters = listParameters(query, 'max-keys')
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('version-id-marker') ?? ''
  if (idMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      idMarker,
    )
  }
  const walk = { ...parameters, after: keyMarker, inclusive: idMarker !== '' }
  const { page, isTruncated } = takePage(walkVersions(bucket, walk, idMarker), parameters.size)
  answerXml(call, 'ListVersionsResult', {
    Name: bucket.name,
    ...echoed(parameters),
    KeyMarker: parameters.encode(keyMarker),
    VersionIdMarker: idMarker,
    MaxKeys: parameters.size,
    IsTruncated: isTruncated,
    ...(isTruncated ? nextMarkers(page.at(-1), parameters) : {}),
    ...versionElements(bucket, page, parameters),
    CommonPrefixes: commonPrefixes(page, parameters),
  })
}

function* walkVersions(bucket: Bucket, walk: Walk, idMarker: string): Generator<ListedVersion> {
  for (const listed of walkKeys(bucket.keys, walk)) {
    if ('commonPrefix' in listed) yield listed
    else {
      const versions = versionsOf(bucket, listed.key)
      const isMarked = idMarker !== '' && listed.key === walk.after
      const first = isMarked ? versions.findIndex(({ versionId }) => versionId === idMarker) + 1 : 0
      for (const version of versions.slice(first)) yield { key: listed.key, version }
    }
  }
}

const nextMarkers = (last: ListedVersion | undefined, { encode }: ListParameters): XmlElements =>
  last
    ? {
        NextKeyMarker: encode(nameOf(last)),
        NextVersionIdMarker: 'version' in last ? last.version.versionId : undefined,
      }
    : {}

const versionElements = (
  bucket: Bucket,
  page: readonly ListedVersion[],
  { encode }: ListParameters,
): XmlElements => {
  const versions: XmlElements[] = []
  const markers: XmlElements[] = []
  for (const item of page) {
    if (!('version' in item)) continue
    const { key, version } = item
    const common = {
      Key: encode(key),
      VersionId: version.versionId,
      IsLatest: latestOf(bucket, key) === version,
      LastModified: isoTime(version.lastModified),
      Owner: OWNER,
    }
    if (version.kind === 'marker') markers.push(common)
    else versions.push({ ...common, ...objectElements(version) })
  }
  return { Version: versions, DeleteMarker: markers }
}

const objectElements = ({
  etag,
  body,
  checksum,
  metadata,
}: Extract<Version, { kind: 'object' }>): XmlElements => ({
  ETag: `"${etag}"`,
  ChecksumAlgorithm: checksum?.algorithm,
  ChecksumType: checksum?.type,
  Size: body.size,
  StorageClass: metadata['x-amz-storage-class'] ?? 'STANDARD',
})
