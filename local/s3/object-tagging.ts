/** The tags of an object: GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
import type { ObjectVersion } from './bucket.ts'
import { answerEmpty, answerXml, authorizeObject, readXml, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { findObject, versionIdIn } from './find-version.ts'
import { parseTagging, taggingElements } from './tags.ts'

export const getObjectTagging = (call: Call): void => {
  const object = findTagged(call, 'Get')
  answerXml(call, 'Tagging', taggingElements(object.tags), versionHeader(call.bucket, object.versionId))
}

export const putObjectTagging = async (call: Call): Promise<void> => {
  findTagged(call, 'Put')
  const tags = parseTagging(await readXml(call, 'Tagging'))
  // Found again: the object may have been replaced while the tags were on their way.
  const object = findTagged(call, 'Put')
  object.tags = tags
  answerEmpty(call, 200, versionHeader(call.bucket, object.versionId))
}

export const deleteObjectTagging = (call: Call): void => {
  const object = findTagged(call, 'Delete')
  object.tags = []
  answerEmpty(call, 204, versionHeader(call.bucket, object.versionId))
}

const findTagged = (call: Call, verb: 'Get' | 'Put' | 'Delete'): ObjectVersion => {
  const versionId = versionIdIn(call.query)
  authorizeObject(
    call,
    versionId === undefined ? `s3:${verb}ObjectTagging` : `s3:${verb}ObjectVersionTagging`,
  )
  return findObject(call.caller, call, versionId)
}
