/** Takes the `aws-chunked` framing off a request body: chunks out, trailers aside. */
import { S3Error } from './errors.ts'

const LONGEST_LINE = 16 * 1024

/**
 * Yields the payload of an `aws-chunked` body; `onTrailer` gets the trailers (lower-case names) before the end.
 * Chunk signatures are not verified. Throws 400 IncompleteBody when the framing is cut or wrong.
 * Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks".
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    const reader = readBytes(chunks)
    yield* payloadOf(reader)
    for (let line = await reader.line(); line !== ''; line = await reader.line()) {
      const colon = line.indexOf(':')
      if (colon < 1) throw new S3Error('MalformedTrailerError')
      onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
  } finally {
    // Lets go of the source, so that whoever owns it can read what is left.
    await chunks.return?.()
  }
}

async function* payloadOf(reader: ReturnType<typeof readBytes>): AsyncGenerator<Buffer> {
  for (;;) {
    const size = chunkSize(await reader.line())
    if (size === 0) return
    yield* reader.bytes(size)
    if ((await reader.line()) !== '') throw badFraming()
  }
}

const chunkSize = (line: string): number => {
  const [, hex] = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(line) ?? []
  if (hex === undefined) throw badFraming()
  return parseInt(hex, 16)
}

const readBytes = (chunks: AsyncIterator<Buffer>) => {
  let held: Buffer = Buffer.alloc(0)

  const next = async (): Promise<Buffer> => {
    const result = await chunks.next()
    if (result.done === true) throw new S3Error('IncompleteBody')
    return result.value
  }

  const line = async (): Promise<string> => {
    for (;;) {
      const end = held.indexOf('\r\n')
      if (end >= 0) {
        const text = held.toString('latin1', 0, end)
        held = held.subarray(end + 2)
        return text
      }
      if (held.length > LONGEST_LINE) throw badFraming()
      held = Buffer.concat([held, await next()])
    }
  }

  async function* bytes(count: number): AsyncGenerator<Buffer> {
    for (let missing = count; missing > 0;) {
      if (held.length === 0) held = await next()
      const piece = held.subarray(0, missing)
      held = held.subarray(piece.length)
      missing -= piece.length
      yield piece
    }
  }

  return { line, bytes }
}

const badFraming = (): S3Error =>
  new S3Error('IncompleteBody', { message: 'The aws-chunked request body is not well-formed' })
