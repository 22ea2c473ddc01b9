/** A dropped file's bytes, inflated where they are gzip: told by their first two bytes, whatever the file is called. */
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FileRefusal } from './file-refusal.ts'

/** A text that gzip makes so many times smaller says the same over and over: nobody's customers. */
const MOST_RATIO = 100
/** Below, a ratio means nothing. */
const FREE = 1024 * 1024

/** Throws {@link FileRefusal} where the gzip is damaged, or a bomb. */
export async function* inflated(bytes: Readable): AsyncGenerator<Uint8Array> {
  let first: Uint8Array = new Uint8Array()
  for await (const chunk of bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    first = Buffer.concat([first, chunk])
    if (first.length >= 2) break
  }
  if (first.length < 2) {
    yield first
    return
  }
  bytes.unshift(first)
  yield* first[0] === 0x1f && first[1] === 0x8b ? gunzipped(bytes) : (bytes as AsyncIterable<Uint8Array>)
}

async function* gunzipped(bytes: Readable): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // The reader of `gunzip` sees the error; the pipeline's own promise would only say it twice.
  pipeline(bytes, gunzip).catch(() => undefined)
  let size = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > FREE && size > gunzip.bytesWritten * MOST_RATIO) throw new FileRefusal(BOMB)
      yield chunk
    }
  } catch (error) {
    throw isZlib(error) ? new FileRefusal(DAMAGED) : error
  }
}

const isZlib = (error: unknown): boolean => /^(Z_|ERR_ZLIB)/.test((error as NodeJS.ErrnoException).code ?? '')

const BOMB = {
  code: 'GZIP_BOMB',
  message: `inflated, the file is more than ${MOST_RATIO} times as long; drop it as plain CSV if that is meant`,
}
const DAMAGED = { code: 'GZIP_DAMAGED', message: 'the gzip is damaged or cut off; pack the file again' }
