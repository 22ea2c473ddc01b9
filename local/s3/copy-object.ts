/** CopyObject: the copy shares the body on disk, so a copy of any size is done at once. */
import { arnOf, currentOf } from './bucket.ts'
import type { ObjectVersion } from './bucket.ts'
import { answerXml, authorizeObject, isoTime, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { algorithmNamed, checksumElements, startChecksum } from './checksums.ts'
import type { StoredChecksum } from './checksums.ts'
import { checkWriteConditions } from './conditions.ts'
import { findCopySource } from './copy-source.ts'
import type { CopySource } from './copy-source.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { copiedMetadata, encryptionOf, metadataOf, tagsIn } from './object-metadata.ts'
import { LARGEST_BODY } from './received-body.ts'
import { commitObject } from './store.ts'

export const copyObject = async (call: Call): Promise<void> => {
  const { store, bucket, headers } = call
  const replacesMetadata = isReplaced(call, 'x-amz-metadata-directive')
  const replacesTags = isReplaced(call, 'x-amz-tagging-directive')
  authorizeObject(call, 's3:PutObject')
  const source = findCopySource(call)
  const { object } = source
  checkCopyable(call, source, replacesMetadata)
  const tags = replacesTags ? tagsIn(headers) : object.tags
  authorizeTags(call, source, replacesTags)
  const metadata = replacesMetadata ? metadataOf(headers) : copiedMetadata(object.metadata, headers)
  checkWriteConditions(headers, currentOf(bucket, call.key))
  const body = store.files.hold(object.body)
  const checksum = await checksumOf(call, object).catch(async (error: unknown) => {
    await store.files.release(body)
    throw error
  })
  const draft = {
    body,
    etag: object.md5,
    md5: object.md5,
    metadata,
    tags,
    checksum,
  }
  const copy = await commitObject(store, call, draft, {
    eventName: 'ObjectCreated:Copy',
    mayReplace: (current) => checkWriteConditions(headers, current),
  })
  answerXml(
    call,
    'CopyObjectResult',
    { ETag: `"${copy.etag}"`, LastModified: isoTime(copy.lastModified), ...checksumElements(copy.checksum) },
    {
      ...versionHeader(bucket, copy.versionId),
      ...copySourceVersion(source),
      ...encryptionOf(copy.metadata),
    },
  )
}

/** `x-amz-copy-source-version-id`, where the source's bucket has versioning. */
export const copySourceVersion = ({ bucket, object }: CopySource): Record<string, string> =>
  bucket.versioning === undefined ? {} : { 'x-amz-copy-source-version-id': object.versionId }

const isReplaced = ({ headers }: Call, directive: string): boolean => {
  const value = headers[directive] ?? 'COPY'
  if (value !== 'COPY' && value !== 'REPLACE')
    throw invalidArgument(`Unknown ${directive}.`, directive, value)
  return value === 'REPLACE'
}

const checkCopyable = (call: Call, source: CopySource, replacesMetadata: boolean): void => {
  if (source.object.body.size > LARGEST_BODY) {
    throw new S3Error('InvalidRequest', {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_BODY}`,
    })
  }
  const isItself = source.bucket === call.bucket && source.key === call.key && source.versionId === undefined
  const changes = ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location']
  if (isItself && !replacesMetadata && !changes.some((name) => call.headers[name] !== undefined)) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    })
  }
}

const authorizeTags = (call: Call, source: CopySource, replacesTags: boolean): void => {
  const isTagged = replacesTags ? tagsIn(call.headers).length > 0 : source.object.tags.length > 0
  if (!isTagged) return
  if (!replacesTags) {
    const action = source.versionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'
    call.caller.authorize(action, arnOf(source.bucket.name, source.key))
  }
  authorizeObject(call, 's3:PutObjectTagging')
}

/** The copy's checksum: of the whole, never composed of parts. */
const checksumOf = async (
  { store, headers }: Call,
  object: ObjectVersion,
): Promise<StoredChecksum | undefined> => {
  const named = headers['x-amz-checksum-algorithm']
  const algorithm = named === undefined ? object.checksum?.algorithm : algorithmNamed(named)
  if (algorithm === undefined) return undefined
  if (object.checksum?.algorithm === algorithm && object.checksum.type === 'FULL_OBJECT')
    return object.checksum
  const running = startChecksum(algorithm)
  for await (const chunk of store.files.read(object.body)) running.update(chunk as Buffer)
  return { algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' }
}
