/** All buckets of all Regions, and the only place where an object becomes visible or vanishes. */
import type { Clock } from '../clock.ts'
import type { BodyFiles } from './body-files.ts'
import { NULL_VERSION, addVersion, currentOf, latestOf, removeVersion, versionsOf } from './bucket.ts'
import type { Bucket, DeleteMarker, ObjectVersion, Version } from './bucket.ts'
import { S3Error } from './errors.ts'
import type { ObjectEvent } from './object-event.ts'
import { opaqueId } from './opaque-id.ts'

export interface Store {
  readonly clock: Clock
  readonly random: () => number
  readonly files: BodyFiles
  readonly buckets: Map<string, Bucket>
  readonly onEvent: (event: ObjectEvent) => void
  /** Changes so far, all buckets together. */
  changes: number
}

export interface ObjectRef {
  readonly bucket: Bucket
  readonly key: string
}

/** An object whose body lies on disk, complete and checked, but which nobody can see yet. */
export type ObjectDraft = Omit<ObjectVersion, 'kind' | 'versionId' | 'lastModified'>

export interface Deletion {
  /** What was taken out, or the delete marker that was laid on top; undefined when there was nothing. */
  readonly version: Version | undefined
}

/** The bucket of that name. Throws 404 NoSuchBucket. */
export const bucketNamed = (store: Store, name: string): Bucket => {
  const bucket = store.buckets.get(name)
  if (!bucket) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } })
  return bucket
}

/**
 * Makes `draft` the newest version of the key, in one step. `mayReplace` gets what is there now and may throw.
 * Whenever this throws, the draft's body is let go of.
 */
export const commitObject = async (
  store: Store,
  { bucket, key }: ObjectRef,
  draft: ObjectDraft,
  {
    eventName,
    mayReplace,
  }: {
    eventName: ObjectEvent['eventName']
    mayReplace?: (current: ObjectVersion | undefined) => void
  },
): Promise<ObjectVersion> => {
  try {
    // The bucket may have been deleted while the body was on its way.
    if (bucketNamed(store, bucket.name) !== bucket) throw new S3Error('NoSuchBucket')
    mayReplace?.(currentOf(bucket, key))
  } catch (error) {
    await store.files.release(draft.body)
    throw error
  }
  const version: ObjectVersion = { kind: 'object', ...newVersion(store, bucket), ...draft }
  const replaced = addVersion(bucket, key, version)
  announce(store, { bucket, key }, eventName, version)
  await releaseAll(store, replaced)
  return version
}

/**
 * Deletes as S3 does: a named version for good; else the object itself or, in a versioned bucket, by a delete marker.
 * `mayDelete` gets what would go and may throw.
 */
export const deleteObject = async (
  store: Store,
  { bucket, key }: ObjectRef,
  versionId: string | undefined,
  mayDelete: (version: Version | undefined) => void,
): Promise<Deletion> => {
  const leavesMarker = versionId === undefined && bucket.versioning !== undefined
  const version =
    versionId === undefined
      ? latestOf(bucket, key)
      : versionsOf(bucket, key).find((candidate) => candidate.versionId === versionId)
  mayDelete(version)
  if (leavesMarker) return { version: await addMarker(store, { bucket, key }) }
  if (!version) return { version }
  removeVersion(bucket, key, version)
  announce(store, { bucket, key }, 'ObjectRemoved:Delete', version)
  await releaseAll(store, [version])
  return { version }
}

/** Milliseconds since the epoch, in whole seconds: S3 keeps no finer times. */
export const nowInSeconds = (store: Store): number => Math.floor(store.clock.now() / 1000) * 1000

const addMarker = async (store: Store, { bucket, key }: ObjectRef): Promise<DeleteMarker> => {
  const marker: DeleteMarker = { kind: 'marker', ...newVersion(store, bucket) }
  const replaced = addVersion(bucket, key, marker)
  announce(store, { bucket, key }, 'ObjectRemoved:DeleteMarkerCreated', marker)
  await releaseAll(store, replaced)
  return marker
}

const newVersion = (store: Store, bucket: Bucket): { versionId: string; lastModified: number } => ({
  versionId: bucket.versioning === 'Enabled' ? opaqueId(store.random) : NULL_VERSION,
  lastModified: nowInSeconds(store),
})

const releaseAll = async (store: Store, versions: readonly Version[]): Promise<void> => {
  for (const version of versions) if (version.kind === 'object') await store.files.release(version.body)
}

const announce = (
  store: Store,
  { bucket, key }: ObjectRef,
  eventName: ObjectEvent['eventName'],
  version: Version,
): void => {
  store.changes += 1
  const isCreated = version.kind === 'object' && eventName.startsWith('ObjectCreated:')
  store.onEvent({
    eventName,
    region: bucket.region,
    bucket: bucket.name,
    key,
    ...(bucket.versioning === undefined ? {} : { versionId: version.versionId }),
    ...(isCreated ? { size: version.body.size, etag: version.etag } : {}),
    sequencer: store.changes.toString(16).toUpperCase().padStart(18, '0'),
    eventTime: new Date(store.clock.now()).toISOString(),
  })
}
