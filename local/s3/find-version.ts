/** Finds the object that a read means, or says "there is none" the way S3 does. */
import { arnOf, latestOf, versionsOf } from './bucket.ts'
import type { ObjectVersion, Version } from './bucket.ts'
import type { Caller } from '../service.ts'
import { S3Error, invalidArgument } from './errors.ts'
import type { ObjectRef } from './store.ts'

/**
 * The object itself, or its version `versionId`. Throws 404 NoSuchKey or NoSuchVersion, 405 MethodNotAllowed for a
 * version that is a delete marker; `AccessDenied` instead of NoSuchKey for a caller who may not list the bucket
 * (source: API Reference, GetObject, "Permissions").
 */
export const findObject = (
  caller: Pick<Caller, 'authorize'>,
  { bucket, key }: ObjectRef,
  versionId?: string,
): ObjectVersion => {
  const version = versionId === undefined ? latestOf(bucket, key) : namedVersion({ bucket, key }, versionId)
  if (version?.kind === 'object') return version
  if (version && versionId !== undefined) {
    throw new S3Error('MethodNotAllowed', {
      fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
      headers: { ...markerHeaders(version), allow: 'DELETE' },
    })
  }
  caller.authorize('s3:ListBucket', arnOf(bucket.name))
  throw new S3Error('NoSuchKey', { fields: { Key: key }, headers: version ? markerHeaders(version) : {} })
}

/** The `versionId` of the query. Throws 400 InvalidArgument where it is empty. */
export const versionIdIn = (query: ReadonlyMap<string, string>): string | undefined => {
  const versionId = query.get('versionId')
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string', 'versionId', '')
  return versionId
}

const namedVersion = ({ bucket, key }: ObjectRef, versionId: string): Version => {
  const version = versionsOf(bucket, key).find((candidate) => candidate.versionId === versionId)
  if (version) return version
  throw new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } })
}

const markerHeaders = ({ versionId }: Version): Record<string, string> => ({
  'x-amz-delete-marker': 'true',
  'x-amz-version-id': versionId,
})
