/** Lets uncompressed UTF-8 pass and refuses everything else, without holding more than a chunk. */
import { Transform } from 'node:stream'
import { JobFailure } from './job-failure.ts'

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** The bytes unchanged; fails with {@link JobFailure}. Source: User Guide, "Importing segments". */
export function plainUtf8(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let start = Buffer.alloc(0)

  const check = (chunk: Buffer | undefined) => {
    try {
      if (chunk === undefined) decoder.decode()
      else decoder.decode(chunk, { stream: true })
      return null
    } catch {
      return new JobFailure('the file is not UTF-8')
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (start.length < GZIP_MAGIC.length) {
        start = Buffer.concat([start, chunk.subarray(0, GZIP_MAGIC.length)])
        if (start.subarray(0, 2).equals(GZIP_MAGIC)) return done(new JobFailure('the file is compressed'))
      }
      const error = check(chunk)
      return error === null ? done(null, chunk) : done(error)
    },
    flush: (done) => done(check(undefined)),
  })
}
