/** A bucket: for each key its versions, newest first. Bodies lie on disk, everything else here. */
import type { BodyFile } from './body-files.ts'
import type { ChecksumAlgorithm, ChecksumType, StoredChecksum } from './checksums.ts'
import { S3Error } from './errors.ts'
import { insertKey, removeKey } from './sorted-keys.ts'
import type { SortedKeys } from './sorted-keys.ts'

export interface Bucket {
  readonly name: string
  readonly region: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Undefined as long as versioning was never enabled. */
  versioning: 'Enabled' | 'Suspended' | undefined
  readonly keys: SortedKeys
  readonly versions: Map<string, readonly Version[]>
  readonly uploads: Map<string, MultipartUpload>
}

export type Version = ObjectVersion | DeleteMarker

export interface ObjectVersion {
  readonly kind: 'object'
  readonly versionId: string
  /** Milliseconds since the epoch, whole seconds as S3 keeps them. */
  readonly lastModified: number
  readonly body: BodyFile
  /** Without quotes. */
  readonly etag: string
  /** MD5 of the whole body in hex: the ETag a copy gets. */
  readonly md5: string
  /** The response headers stored with it: content type, user metadata, encryption … */
  readonly metadata: Readonly<Record<string, string>>
  readonly checksum: StoredChecksum | undefined
  tags: readonly Tag[]
}

export interface DeleteMarker {
  readonly kind: 'marker'
  readonly versionId: string
  readonly lastModified: number
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface MultipartUpload {
  readonly uploadId: string
  readonly key: string
  readonly initiatedAt: number
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined
  readonly parts: Map<number, Part>
}

export interface Part {
  readonly number: number
  readonly body: BodyFile
  /** MD5 in hex. */
  readonly etag: string
  readonly lastModified: number
  readonly checksum: StoredChecksum | undefined
}

/** The version that bears no id of its own: all of an unversioned bucket, the latest of a suspended one. */
export const NULL_VERSION = 'null'

/** An empty bucket. Throws 400 InvalidBucketName (source: "General purpose bucket naming rules"). */
export const newBucket = (name: string, region: string, createdAt: number): Bucket => {
  const valid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)
  if (!valid || name.includes('..') || /^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    throw new S3Error('InvalidBucketName', { fields: { BucketName: name } })
  }
  return { name, region, createdAt, versioning: undefined, keys: [], versions: new Map(), uploads: new Map() }
}

export const versionsOf = (bucket: Bucket, key: string): readonly Version[] => bucket.versions.get(key) ?? []

/** The newest version, be it a delete marker. */
export const latestOf = (bucket: Bucket, key: string): Version | undefined => versionsOf(bucket, key)[0]

/** The object a plain GET gets. */
export const currentOf = (bucket: Bucket, key: string): ObjectVersion | undefined => {
  const latest = latestOf(bucket, key)
  return latest?.kind === 'object' ? latest : undefined
}

/** Makes `version` the newest of `key`. Returns what it has replaced: the null version, if it is one itself. */
export const addVersion = (bucket: Bucket, key: string, version: Version): readonly Version[] => {
  const before = versionsOf(bucket, key)
  const isReplaced = ({ versionId }: Version) =>
    versionId === NULL_VERSION && version.versionId === NULL_VERSION
  if (before.length === 0) insertKey(bucket.keys, key)
  bucket.versions.set(key, [version, ...before.filter((other) => !isReplaced(other))])
  return before.filter(isReplaced)
}

/** Takes a version out for good. */
export const removeVersion = (bucket: Bucket, key: string, version: Version): void => {
  const left = versionsOf(bucket, key).filter((other) => other !== version)
  if (left.length > 0) return void bucket.versions.set(key, left)
  bucket.versions.delete(key)
  removeKey(bucket.keys, key)
}

export const arnOf = (bucket: string, key?: string): string =>
  key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`
