/** Objects in buckets, as a service that reads and writes S3 on a customer's behalf needs them. */
import type { Readable } from 'node:stream'

export interface ObjectStore {
  /** Keys under `prefix` with their sizes in bytes, in UTF-8 order. Rejects with {@link NoSuchBucket}. */
  list(bucket: string, prefix: string): Promise<readonly { key: string; size: number }[]>
  /** The newest version of an object. Rejects when there is none. */
  read(bucket: string, key: string): Promise<Readable>
  /** Stores `body` under `key` once it has ended without an error. */
  write(bucket: string, key: string, body: Readable): Promise<void>
}

export class NoSuchBucket extends Error {
  override readonly name = 'NoSuchBucket'
  constructor(bucket: string) {
    super(`The specified bucket does not exist: ${bucket}`)
  }
}

/** The objects that `roleArn` may reach from `region`; throws `AccessDenied` where the role cannot be assumed. */
export type ObjectsAs = (roleArn: string, region: string) => ObjectStore
