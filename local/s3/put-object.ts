/** PutObject: seen by nobody until its last byte has arrived and its checksums agree. */
import { answerEmpty, authorizeObject, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { checksumHeaders } from './checksums.ts'
import { currentOf } from './bucket.ts'
import { checkWriteConditions } from './conditions.ts'
import { encryptionOf, metadataOf, tagsIn } from './object-metadata.ts'
import { receiveBody, requireLength } from './received-body.ts'
import { commitObject } from './store.ts'

export const putObject = async (call: Call): Promise<void> => {
  const { store, request, bucket, key, headers } = call
  const tags = tagsIn(headers)
  authorizeObject(call, 's3:PutObject')
  if (tags.length > 0) authorizeObject(call, 's3:PutObjectTagging')
  const metadata = metadataOf(headers)
  requireLength(headers)
  checkWriteConditions(headers, currentOf(bucket, key))
  const received = receiveBody(request, headers)
  const body = await store.files.write(received.payload)
  const md5 = received.md5().toString('hex')
  const object = await commitObject(
    store,
    call,
    { body, etag: md5, md5, metadata, tags, checksum: received.checksum() },
    // Asked again: another writer may have been faster.
    { eventName: 'ObjectCreated:Put', mayReplace: (current) => checkWriteConditions(headers, current) },
  )
  answerEmpty(call, 200, {
    etag: `"${object.etag}"`,
    ...versionHeader(bucket, object.versionId),
    ...checksumHeaders(object.checksum),
    ...encryptionOf(object.metadata),
  })
}
