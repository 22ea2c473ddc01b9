/** Files in memory, with S3's promise: an object is there whole or not at all. */
import { Readable } from 'node:stream'
import type { Files } from '../../shared/sync/files.ts'

export const memoryFiles = (
  objects = new Map<string, string>(),
): { files: Files; objects: Map<string, string> } => ({
  objects,
  files: {
    read: ({ bucket, key }) => {
      const text = objects.get(`${bucket}/${key}`)
      return Promise.resolve(text === undefined ? undefined : Readable.from([Buffer.from(text, 'latin1')]))
    },
    metadata: ({ bucket, key }) => Promise.resolve(objects.has(`${bucket}/${key}`) ? {} : undefined),
    // Nothing here is ever overwritten.
    currentVersion: () => Promise.resolve('v1'),
    async write({ bucket, key }, lines) {
      let text = ''
      for await (const line of lines)
        text += typeof line === 'string' ? line : Buffer.from(line).toString('latin1')
      objects.set(`${bucket}/${key}`, text)
    },
    list: (bucket, prefix) =>
      Promise.resolve(
        [...objects.keys()]
          .filter((key) => key.startsWith(`${bucket}/${prefix}`))
          .map((key) => key.slice(bucket.length + 1)),
      ),
    copy: (from, to) => {
      objects.set(`${to.bucket}/${to.key}`, objects.get(`${from.bucket}/${from.key}`) ?? '')
      return Promise.resolve()
    },
  },
})
