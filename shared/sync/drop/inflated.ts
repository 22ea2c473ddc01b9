/** A dropped file's bytes, inflated where they are gzip: told by their first two bytes, whatever the file is called. */
import { createGunzip } from 'node:zlib'
import { FileRefusal } from './file-refusal.ts'

/** A text that gzip makes so many times smaller says the same over and over: nobody's customers. */
const MOST_RATIO = 100
/** Below, a ratio means nothing. */
const FREE = 1024 * 1024

/** Throws {@link FileRefusal} where the gzip is damaged, or a bomb. */
export async function* inflated(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]()
  let first: Uint8Array = new Uint8Array()
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
    if (first.length >= 2) break
  }
  const whole = chained(first, chunks)
  if (first[0] === 0x1f && first[1] === 0x8b) yield* gunzipped(whole)
  else yield* whole
}

async function* chained(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  const sizes = { deflated: 0, inflated: 0 }
  const fed = feed(gunzip, bytes, sizes)
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      sizes.inflated += chunk.length
      if (sizes.inflated > FREE && sizes.inflated > sizes.deflated * MOST_RATIO) throw new FileRefusal(BOMB)
      yield chunk
    }
    await fed
  } catch (error) {
    throw isZlib(error) ? new FileRefusal(DAMAGED) : error
  } finally {
    gunzip.destroy()
  }
}

const feed = async (
  gunzip: ReturnType<typeof createGunzip>,
  bytes: AsyncIterable<Uint8Array>,
  sizes: { deflated: number },
): Promise<void> => {
  try {
    for await (const chunk of bytes) {
      sizes.deflated += chunk.length
      if (gunzip.destroyed) return
      if (!gunzip.write(chunk))
        await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve))
    }
    gunzip.end()
  } catch (error) {
    // The reader sees it.
    gunzip.destroy(error as Error)
  }
}

const isZlib = (error: unknown): boolean => /^(Z_|ERR_ZLIB)/.test((error as NodeJS.ErrnoException).code ?? '')

const BOMB = {
  code: 'GZIP_BOMB',
  message: `inflated, the file is more than ${MOST_RATIO} times as long; drop it as plain CSV if that is meant`,
}
const DAMAGED = { code: 'GZIP_DAMAGED', message: 'the gzip is damaged or cut off; pack the file again' }
