/** The same buckets without HTTP: for services of the stage that read and write S3 on a customer's behalf. */
import type { Readable } from 'node:stream'
import { NoSuchBucket } from '../objects.ts'
import type { ObjectStore } from '../objects.ts'
import type { Caller } from '../service.ts'
import { arnOf, currentOf } from './bucket.ts'
import type { Bucket } from './bucket.ts'
import { startChecksum } from './checksums.ts'
import { findObject } from './find-version.ts'
import { walkKeys } from './list-walk.ts'
import { metadataOf } from './object-metadata.ts'
import { checkKey } from './request.ts'
import { commitObject } from './store.ts'
import type { Store } from './store.ts'

/** `authorize` gets IAM action and resource ARN, and throws where the role may not. */
export const objectStoreOf = (store: Store, authorize: Caller['authorize']): ObjectStore => {
  const bucketOf = (name: string): Bucket => {
    const bucket = store.buckets.get(name)
    if (!bucket) throw new NoSuchBucket(name)
    return bucket
  }
  const read = (bucketName: string, key: string): Readable => {
    const bucket = bucketOf(bucketName)
    authorize('s3:GetObject', arnOf(bucketName, key))
    return store.files.read(findObject({ authorize }, { bucket, key }).body)
  }
  const list = (bucketName: string, prefix: string) => {
    const bucket = bucketOf(bucketName)
    authorize('s3:ListBucket', arnOf(bucketName), { 's3:prefix': prefix })
    return listAll(bucket, prefix)
  }
  return {
    list: (bucketName, prefix) => new Promise((resolve) => resolve(list(bucketName, prefix))),
    read: (bucketName, key) => new Promise((resolve) => resolve(read(bucketName, key))),
    async write(bucketName, key, body) {
      const bucket = bucketOf(bucketName)
      authorize('s3:PutObject', arnOf(bucketName, key))
      await writeObject(store, { bucket, key: checkKey(key) }, body)
    },
  }
}

const listAll = (bucket: Bucket, prefix: string): { key: string; size: number }[] => {
  const isListed = (key: string) => currentOf(bucket, key) !== undefined
  const found = []
  for (const listed of walkKeys(bucket.keys, { prefix, delimiter: '', after: '', isListed })) {
    const object = 'key' in listed ? currentOf(bucket, listed.key) : undefined
    if ('key' in listed && object) found.push({ key: listed.key, size: object.body.size })
  }
  return found
}

const writeObject = async (
  store: Store,
  target: { bucket: Bucket; key: string },
  source: Readable,
): Promise<void> => {
  const md5 = startChecksum('MD5')
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk as Uint8Array | string)
      md5.update(bytes)
      yield bytes
    }
  }
  const body = await store.files.write(measured())
  const etag = md5.digest().toString('hex')
  const draft = { body, etag, md5: etag, metadata: metadataOf({}), tags: [], checksum: undefined }
  await commitObject(store, target, draft, { eventName: 'ObjectCreated:Put' })
}
