/** The life of a multipart upload: begun, fed with parts, then put together or given up. */
import type { Bucket, MultipartUpload, Part } from './bucket.ts'
import { answerEmpty, answerXml, authorizeObject } from './call.ts'
import type { Call } from './call.ts'
import { algorithmNamed, checksumHeader } from './checksums.ts'
import type { ChecksumType } from './checksums.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { encryptionOf, metadataOf, tagsIn } from './object-metadata.ts'
import { opaqueId } from './opaque-id.ts'
import { receiveBody, requireLength } from './received-body.ts'
import { nowInSeconds } from './store.ts'
import type { Store } from './store.ts'

const LAST_PART_NUMBER = 10_000
const UPLOAD_ID_LENGTH = 64

export const createMultipartUpload = (call: Call): void => {
  const { store, bucket, key, headers } = call
  const tags = tagsIn(headers)
  authorizeObject(call, 's3:PutObject')
  if (tags.length > 0) authorizeObject(call, 's3:PutObjectTagging')
  const checksum = wantedChecksum(call)
  const upload: MultipartUpload = {
    uploadId: opaqueId(store.random, UPLOAD_ID_LENGTH),
    key,
    initiatedAt: nowInSeconds(store),
    metadata: metadataOf(headers),
    tags,
    checksum,
    parts: new Map(),
  }
  bucket.uploads.set(upload.uploadId, upload)
  answerXml(
    call,
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: key, UploadId: upload.uploadId },
    {
      ...encryptionOf(upload.metadata),
      ...(checksum
        ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }
        : {}),
    },
  )
}

export const uploadPart = async (call: Call): Promise<void> => {
  const { store, request, headers } = call
  authorizeObject(call, 's3:PutObject')
  const upload = findUpload(call)
  const number = partNumber(call)
  requireLength(headers)
  const received = receiveBody(request, headers, upload.checksum?.algorithm)
  const body = await store.files.write(received.payload)
  const part = await addPart(call, upload, {
    number,
    body,
    etag: received.md5().toString('hex'),
    lastModified: nowInSeconds(store),
    checksum: received.checksum(),
  })
  answerEmpty(call, 200, {
    etag: `"${part.etag}"`,
    ...checksumHeader(part.checksum),
    ...encryptionOf(upload.metadata),
  })
}

export const abortMultipartUpload = async (call: Call): Promise<void> => {
  authorizeObject(call, 's3:AbortMultipartUpload')
  const upload = findUpload(call)
  call.bucket.uploads.delete(upload.uploadId)
  await releaseParts(call.store, upload)
  answerEmpty(call, 204)
}

/** The upload in the query, which must be for the call's key. Throws 404 NoSuchUpload. */
export const findUpload = ({ bucket, key, query }: Call): MultipartUpload => {
  const uploadId = query.get('uploadId') ?? ''
  const upload = bucket.uploads.get(uploadId)
  if (upload?.key === key) return upload
  throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } })
}

/** The part number in the query. Throws 400 InvalidArgument. */
export const partNumber = ({ query }: Call): number => {
  const text = query.get('partNumber') ?? ''
  const number = Number(text)
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= LAST_PART_NUMBER) return number
  throw invalidArgument(
    `Part number must be an integer between 1 and ${LAST_PART_NUMBER}, inclusive`,
    'partNumber',
    text,
  )
}

/** Adds a part, or replaces the one of the same number. Lets go of its body where the upload has ended meanwhile. */
export const addPart = async (
  { store, bucket }: Pick<Call, 'store' | 'bucket'>,
  upload: MultipartUpload,
  part: Part,
): Promise<Part> => {
  if (!isOpen(store, bucket, upload)) {
    await store.files.release(part.body)
    throw new S3Error('NoSuchUpload', { fields: { UploadId: upload.uploadId } })
  }
  const replaced = upload.parts.get(part.number)
  upload.parts.set(part.number, part)
  if (replaced) await store.files.release(replaced.body)
  return part
}

/** Removes the parts of an upload from disk. */
export const releaseParts = async (store: Store, { parts }: MultipartUpload): Promise<void> => {
  for (const { body } of parts.values()) await store.files.release(body)
}

const isOpen = (store: Store, bucket: Bucket, { uploadId }: MultipartUpload): boolean =>
  store.buckets.get(bucket.name) === bucket && bucket.uploads.has(uploadId)

const wantedChecksum = ({ headers }: Call): MultipartUpload['checksum'] => {
  const named = headers['x-amz-checksum-algorithm']
  if (named === undefined) return undefined
  const algorithm = algorithmNamed(named)
  const type = headers['x-amz-checksum-type'] ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  const isCrc = algorithm.startsWith('CRC')
  const isPossible = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : type === 'FULL_OBJECT' && isCrc
  if (isPossible) return { algorithm, type: type as ChecksumType }
  throw new S3Error('InvalidRequest', {
    message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  })
}
