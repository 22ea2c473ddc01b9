/** UploadPartCopy: a part made of an object, or a piece of it, that S3 has already. */
import type { ByteRange } from './body-files.ts'
import { answerXml, authorizeObject, isoTime } from './call.ts'
import type { Call } from './call.ts'
import { checksumElement, startChecksum } from './checksums.ts'
import { copySourceVersion } from './copy-object.ts'
import { findCopySource } from './copy-source.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { addPart, findUpload, partNumber } from './multipart-upload.ts'
import { encryptionOf } from './object-metadata.ts'
import { LARGEST_BODY } from './received-body.ts'
import { nowInSeconds } from './store.ts'

const RANGE = 'x-amz-copy-source-range'

export const uploadPartCopy = async (call: Call): Promise<void> => {
  const { store, headers } = call
  authorizeObject(call, 's3:PutObject')
  const upload = findUpload(call)
  const number = partNumber(call)
  const source = findCopySource(call)
  const range = copyRange(headers[RANGE], source.object.body.size)
  const md5 = startChecksum('MD5')
  const checksum = upload.checksum && startChecksum(upload.checksum.algorithm)
  const bytes = store.files.read(source.object.body, range)
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      md5.update(chunk as Buffer)
      checksum?.update(chunk as Buffer)
      yield chunk as Buffer
    }
  }
  const part = await addPart(call, upload, {
    number,
    body: await store.files.write(measured()).finally(() => bytes.destroy()),
    etag: md5.digest().toString('hex'),
    lastModified: nowInSeconds(store),
    checksum: upload.checksum &&
      checksum && {
        algorithm: upload.checksum.algorithm,
        value: checksum.digest().toString('base64'),
        type: 'FULL_OBJECT',
      },
  })
  answerXml(
    call,
    'CopyPartResult',
    { ETag: `"${part.etag}"`, LastModified: isoTime(part.lastModified), ...checksumElement(part.checksum) },
    { ...copySourceVersion(source), ...encryptionOf(upload.metadata) },
  )
}

/** Unlike a GET, this takes only a whole `bytes=first-last` inside the source. */
const copyRange = (header: string | undefined, size: number): ByteRange | undefined => {
  if (header === undefined) {
    if (size > LARGEST_BODY) throw new S3Error('EntityTooLarge')
    return undefined
  }
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? []
  const range = { first: Number(first), last: Number(last) }
  if (first === '' || range.first > range.last) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      RANGE,
      header,
    )
  }
  if (range.last >= size) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${size}`, RANGE, header)
  }
  if (range.last - range.first >= LARGEST_BODY) throw new S3Error('EntityTooLarge')
  return range
}
