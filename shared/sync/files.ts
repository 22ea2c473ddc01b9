/** Objects in one Region's buckets, as the verbs of this room need them. */
import type { Readable } from 'node:stream'

export interface ObjectRef {
  readonly bucket: string
  readonly key: string
  readonly version?: string
}

export interface Files {
  /** Undefined where there is no such object (any more). */
  read(object: ObjectRef): Promise<Readable | undefined>
  /** What whoever put the object there has said of it, by names in small letters. Undefined where there is no such object. */
  metadata(object: ObjectRef): Promise<Readonly<Record<string, string>> | undefined>
  /** The version that whoever asks for the key gets. Undefined where there is none, or it is deleted. */
  currentVersion(object: Omit<ObjectRef, 'version'>): Promise<string | undefined>
  /** Streams `lines` into an object; nothing is there when they end in an error. */
  write(object: ObjectRef, lines: AsyncIterable<string | Uint8Array>): Promise<void>
  /** Keys under `prefix`, in UTF-8 order. */
  list(bucket: string, prefix: string): Promise<string[]>
  /** Copies within S3; the source may lie in another Region. Nothing passes through this process. */
  copy(from: ObjectRef, to: ObjectRef): Promise<void>
}
