/** What is under way: ListParts of one multipart upload, ListMultipartUploads of a bucket. */
import type { MultipartUpload } from './bucket.ts'
import { answerXml, authorizeBucket, authorizeObject, isoTime, numberParameter } from './call.ts'
import type { Call } from './call.ts'
import { checksumElement } from './checksums.ts'
import { OWNER, commonPrefixes, echoed, listParameters } from './list-parameters.ts'
import { nameOf, takePage, walkKeys } from './list-walk.ts'
import type { Walk } from './list-walk.ts'
import { findUpload } from './multipart-upload.ts'
import { compareUtf8 } from './sorted-keys.ts'
import type { XmlElements } from './xml.ts'

type ListedUpload =
  { readonly key: string; readonly upload: MultipartUpload } | { readonly commonPrefix: string }

const PAGE_SIZE = 1000
const LAST_PART_NUMBER = 10_000

export const listParts = (call: Call): void => {
  const { bucket, key, query } = call
  authorizeObject(call, 's3:ListMultipartUploadParts')
  const upload = findUpload(call)
  const size = numberParameter(query, 'max-parts', { least: 0, most: PAGE_SIZE, otherwise: PAGE_SIZE })
  const marker = numberParameter(query, 'part-number-marker', {
    least: 0,
    most: LAST_PART_NUMBER,
    otherwise: 0,
  })
  const behind = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .sort((a, b) => a.number - b.number)
  const { page, isTruncated } = takePage(behind, size)
  answerXml(call, 'ListPartsResult', {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.uploadId,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: size,
    IsTruncated: isTruncated,
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: isoTime(part.lastModified),
      ETag: `"${part.etag}"`,
      Size: part.body.size,
      ...checksumElement(part.checksum),
    })),
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: upload.metadata['x-amz-storage-class'] ?? 'STANDARD',
  })
}

export const listMultipartUploads = (call: Call): void => {
  const { bucket, query } = call
  authorizeBucket(call, 's3:ListBucketMultipartUploads')
  const parameters = listParameters(query, 'max-uploads')
  const keyMarker = query.get('key-marker') ?? ''
  // S3 ignores it without a key marker.
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '')
  const walk = { ...parameters, after: keyMarker, inclusive: idMarker !== '' }
  const { page, isTruncated } = takePage(walkUploads(bucket.uploads, walk, idMarker), parameters.size)
  const last = page.at(-1)
  const { Prefix, Delimiter, EncodingType } = echoed(parameters)
  answerXml(call, 'ListMultipartUploadsResult', {
    Bucket: bucket.name,
    KeyMarker: parameters.encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: isTruncated && last ? parameters.encode(nameOf(last)) : undefined,
    NextUploadIdMarker: isTruncated && last && 'upload' in last ? last.upload.uploadId : undefined,
    Prefix,
    Delimiter,
    EncodingType,
    MaxUploads: parameters.size,
    IsTruncated: isTruncated,
    Upload: page.flatMap((item) =>
      'upload' in item ? [uploadElements(item.upload, parameters.encode)] : [],
    ),
    CommonPrefixes: commonPrefixes(page, parameters),
  })
}

function* walkUploads(
  uploads: ReadonlyMap<string, MultipartUpload>,
  walk: Walk,
  idMarker: string,
): Generator<ListedUpload> {
  const byKey = Map.groupBy(uploads.values(), ({ key }) => key)
  for (const listed of walkKeys([...byKey.keys()].sort(compareUtf8), walk)) {
    if ('commonPrefix' in listed) yield listed
    else {
      // Of one key the older upload comes first, as they stand in the map.
      const ofKey = byKey.get(listed.key) ?? []
      const isMarked = idMarker !== '' && listed.key === walk.after
      const first = isMarked ? ofKey.findIndex(({ uploadId }) => uploadId === idMarker) + 1 : 0
      for (const upload of ofKey.slice(first)) yield { key: listed.key, upload }
    }
  }
}

const uploadElements = (
  { key, uploadId, initiatedAt, checksum, metadata }: MultipartUpload,
  encode: (key: string) => string,
): XmlElements => ({
  Key: encode(key),
  UploadId: uploadId,
  Initiator: OWNER,
  Owner: OWNER,
  StorageClass: metadata['x-amz-storage-class'] ?? 'STANDARD',
  Initiated: isoTime(initiatedAt),
  ChecksumAlgorithm: checksum?.algorithm,
  ChecksumType: checksum?.type,
})
