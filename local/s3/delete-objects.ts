/** DeleteObject and DeleteObjects: for good, or by a delete marker. */
import { AccessDenied } from '../service.ts'
import type { Version } from './bucket.ts'
import { answerEmpty, answerXml, authorizeObject, readXml, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { checkWriteConditions } from './conditions.ts'
import { S3Error } from './errors.ts'
import { versionIdIn } from './find-version.ts'
import { checkKey } from './request.ts'
import { deleteObject as deleteFromStore } from './store.ts'
import type { Deletion } from './store.ts'
import { childrenOf, requiredTextOf, textOf } from './xml.ts'
import type { XmlElements, XmlNode } from './xml.ts'

const MOST_KEYS = 1000

export const deleteObject = async (call: Call): Promise<void> => {
  const versionId = versionIdIn(call.query)
  const { version } = await remove(call, versionId, call.headers['if-match'])
  answerEmpty(call, 204, {
    ...versionHeader(call.bucket, versionId ?? markerId(version)),
    ...(version?.kind === 'marker' ? { 'x-amz-delete-marker': 'true' } : {}),
  })
}

/** Each key succeeds or fails by itself; the answer is 200 whatever became of them. */
export const deleteObjects = async (call: Call): Promise<void> => {
  const document = await readXml(call, 'Delete')
  const items = childrenOf(document, 'Object')
  if (items.length === 0 || items.length > MOST_KEYS) throw new S3Error('MalformedXML')
  const isQuiet = textOf(document, 'Quiet')?.trim() === 'true'
  const deleted: XmlElements[] = []
  const errors: XmlElements[] = []
  for (const item of items) {
    const named = { Key: requiredTextOf(item, 'Key'), VersionId: textOf(item, 'VersionId') }
    try {
      deleted.push({ ...named, ...(await deleteItem(call, item, named)) })
    } catch (error) {
      errors.push({ ...named, ...errorElements(error) })
    }
  }
  answerXml(call, 'DeleteResult', { Deleted: isQuiet ? [] : deleted, Error: errors })
}

const deleteItem = async (
  call: Call,
  item: XmlNode,
  { Key, VersionId }: { Key: string; VersionId: string | undefined },
): Promise<XmlElements> => {
  for (const name of ['LastModifiedTime', 'Size']) {
    if (textOf(item, name) !== undefined) {
      throw new S3Error('NotImplemented', {
        message: `NotImplemented: ${name} of DeleteObjects is not emulated`,
      })
    }
  }
  const { version } = await remove({ ...call, key: checkKey(Key) }, VersionId, textOf(item, 'ETag'))
  if (version?.kind !== 'marker') return {}
  return { DeleteMarker: true, DeleteMarkerVersionId: version.versionId }
}

const remove = (
  call: Call,
  versionId: string | undefined,
  ifMatch: string | undefined,
): Promise<Deletion> => {
  authorizeObject(call, versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion')
  return deleteFromStore(call.store, call, versionId, (version) => {
    const object = version?.kind === 'object' ? version : undefined
    checkWriteConditions(ifMatch === undefined ? {} : { 'if-match': ifMatch }, object)
  })
}

const markerId = (version: Version | undefined): string | undefined =>
  version?.kind === 'marker' ? version.versionId : undefined

const errorElements = (error: unknown): XmlElements => {
  if (error instanceof S3Error) return { Code: error.code, Message: error.message }
  if (error instanceof AccessDenied) return { Code: 'AccessDenied', Message: error.message }
  return { Code: 'InternalError', Message: error instanceof Error ? error.message : String(error) }
}
