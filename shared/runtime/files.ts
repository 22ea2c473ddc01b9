/** Files in the buckets of one Region, over S3. */
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { Readable } from 'node:stream'
import type { Files, ObjectRef } from '../sync/files.ts'

export const s3Files = (client: S3Client): Files => ({
  read: (object) =>
    unlessGone(async () => (await client.send(new GetObjectCommand(versionOf(object)))).Body as Readable),
  metadata: (object) =>
    unlessGone(async () => (await client.send(new HeadObjectCommand(versionOf(object)))).Metadata ?? {}),
  currentVersion: ({ bucket: Bucket, key: Key }) =>
    unlessGone(async () => (await client.send(new HeadObjectCommand({ Bucket, Key }))).VersionId),
  async write({ bucket, key }, lines) {
    const Body = Readable.from(inBlocks(lines), { objectMode: false })
    // Multipart when it is long; taken back as a whole when the lines end in an error.
    await new Upload({ client, params: { Bucket: bucket, Key: key, Body } }).done()
  },
  async list(bucket, prefix) {
    const keys: string[] = []
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
    }
    return keys
  },
  async copy(from, to) {
    await client.send(new CopyObjectCommand({ Bucket: to.bucket, Key: to.key, CopySource: sourceOf(from) }))
  },
})

const versionOf = ({ bucket, key, version }: ObjectRef) => ({
  Bucket: bucket,
  Key: key,
  ...(version && { VersionId: version }),
})

const unlessGone = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await ask()
  } catch (error) {
    const { name, $metadata } = error as S3ServiceException
    // An answer to HEAD has no body, and so no name of its own.
    if (GONE.has(name) || $metadata.httpStatusCode === DELETE_MARKER) return undefined
    throw error
  }
}

/** `NoSuchVersion`, `NoSuchKey`: never there, or deleted; `MethodNotAllowed`: the version is a delete marker. */
const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed', 'NotFound'])
const DELETE_MARKER = 405

const sourceOf = ({ bucket, key, version }: ObjectRef): string =>
  `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}${version ? `?versionId=${version}` : ''}`

const BLOCK = 256 * 1024

/** A chunk a line would cost more than the line. */
async function* inBlocks(lines: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const line of lines) {
    const bytes = typeof line === 'string' ? Buffer.from(line) : line
    held.push(bytes)
    size += bytes.length
    if (size < BLOCK) continue
    yield Buffer.concat(held)
    held = []
    size = 0
  }
  yield Buffer.concat(held)
}
