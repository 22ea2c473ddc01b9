/** Streams of bytes → streams of text, in constant memory. */
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ValueFreeError } from '../endpoint/value-free-error.ts'

export class NotUtf8 extends ValueFreeError {
  override readonly name = 'NotUtf8'
}

/** The text of `bytes`. Throws {@link NotUtf8} at the first byte that is no UTF-8; a BOM stays, as U+FEFF. */
export async function* utf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw new NotUtf8('the file is not UTF-8')
    }
  }
  for await (const chunk of bytes) yield decode(chunk)
  yield decode()
}

/** All of a small file's text. */
export const textOf = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  let text = ''
  for await (const chunk of utf8(bytes)) text += chunk
  return text
}

/** The lines of `text`, without their ends; an empty last line is none. */
export async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part
  }
  if (rest !== '') yield rest
}

/** Inflates gzip; throws zlib's error on data that is cut off or damaged. */
export const gunzip = (bytes: Readable): AsyncIterable<Uint8Array> => {
  const inflate = createGunzip()
  // The reader of `inflate` sees the error; the pipeline's own promise would only say it twice.
  pipeline(bytes, inflate).catch(() => undefined)
  return inflate as AsyncIterable<Uint8Array>
}
