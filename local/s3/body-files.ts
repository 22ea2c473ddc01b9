/** Bodies on disk: each is written once, never changed, and removed when its last holder lets go of it. */
import { createReadStream, mkdirSync, mkdtempSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface BodyFile {
  readonly path: string
  readonly size: number
  /** Objects, parts and readers that need it; counted by {@link BodyFiles} only. */
  holders: number
}

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface BodyFiles {
  /** Writes a new body, held once. When `source` throws, nothing is left and the error is passed on. */
  write(source: AsyncIterable<Uint8Array>): Promise<BodyFile>
  /** The bytes of a body; it stays on disk until the stream is closed, whoever lets go of it meanwhile. */
  read(file: BodyFile, range?: ByteRange): Readable
  /** One more holder. */
  hold(file: BodyFile): BodyFile
  release(file: BodyFile): Promise<void>
  /** Removes everything. */
  close(): Promise<void>
}

const FOLDERS = 256

/** Bodies in a new folder of their own under `directory`, spread over 256 sub-folders, named by number. */
export const createBodyFiles = (directory: string): BodyFiles => {
  mkdirSync(directory, { recursive: true })
  const root = mkdtempSync(join(directory, 'bodies-'))
  for (let folder = 0; folder < FOLDERS; folder += 1) mkdirSync(join(root, String(folder)))
  let written = 0

  const hold = (file: BodyFile): BodyFile => {
    if (file.holders === 0) throw new Error(`Body ${file.path} has been removed`)
    file.holders += 1
    return file
  }

  const release = async (file: BodyFile): Promise<void> => {
    file.holders -= 1
    if (file.holders === 0) await rm(file.path, { force: true })
  }

  return {
    async write(source) {
      written += 1
      const path = join(root, String(written % FOLDERS), String(written))
      return { path, size: await writeFile(path, source), holders: 1 }
    },
    read(file, range) {
      const bytes = range ? { start: range.first, end: range.last } : {}
      const stream = createReadStream(hold(file).path, bytes)
      // A file that cannot be removed costs disk, nothing else.
      stream.once('close', () => void release(file).catch(() => undefined))
      return stream
    },
    hold,
    release,
    close: () => rm(root, { recursive: true, force: true }),
  }
}

const writeFile = async (path: string, source: AsyncIterable<Uint8Array>): Promise<number> => {
  const handle = await open(path, 'wx')
  try {
    let size = 0
    await handle.writeFile(
      (async function* counted() {
        for await (const chunk of source) {
          size += chunk.length
          yield chunk
        }
      })(),
    )
    return size
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}
