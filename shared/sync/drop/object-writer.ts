/** An object that is written piece by piece while something else is read. */
import { PassThrough } from 'node:stream'
import type { Files, ObjectRef } from '../files.ts'

export interface ObjectWriter {
  /** Bytes written so far. */
  readonly size: number
  /** Copies `piece`; resolves when there is room for more. Rejects when the object cannot be written. */
  write(piece: Uint8Array | string): Promise<void>
  /** The object is there when it resolves. */
  close(): Promise<void>
  /** Nothing is there. */
  discard(): Promise<void>
}

export const openObject = (files: Files, object: ObjectRef): ObjectWriter => {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 })
  let trouble: Error | undefined
  const written = files.write(object, stream).catch((error: unknown) => {
    trouble = error instanceof Error ? error : new Error('the object could not be written')
    stream.destroy()
  })
  const drained = () => new Promise((resolve) => stream.once('drain', resolve))
  let size = 0
  return {
    get size() {
      return size
    },
    async write(piece) {
      if (trouble) throw trouble
      const bytes = Buffer.from(piece)
      size += bytes.length
      if (!stream.write(bytes)) await Promise.race([drained(), written])
    },
    async close() {
      stream.end()
      await written
      if (trouble) throw trouble
    },
    async discard() {
      stream.destroy(new Error('the object is given up'))
      await written
    },
  }
}
