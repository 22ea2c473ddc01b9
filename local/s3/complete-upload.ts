/** CompleteMultipartUpload: checks the client's list of parts, puts them together on disk, shows the object. */
import { createHash } from 'node:crypto'
import { currentOf } from './bucket.ts'
import type { MultipartUpload, ObjectVersion, Part } from './bucket.ts'
import { answerXml, authorizeObject, readXml, versionHeader } from './call.ts'
import type { Call } from './call.ts'
import { algorithmOfHeader, checksumElements, headerOf, startChecksum } from './checksums.ts'
import type { StoredChecksum } from './checksums.ts'
import { checkWriteConditions } from './conditions.ts'
import { S3Error } from './errors.ts'
import { findUpload, releaseParts } from './multipart-upload.ts'
import { encryptionOf } from './object-metadata.ts'
import { commitObject } from './store.ts'
import type { ObjectDraft, Store } from './store.ts'
import { childrenOf, requiredTextOf, textOf } from './xml.ts'
import type { XmlNode } from './xml.ts'

/** Of every part but the last: 5 MiB (source: "Amazon S3 multipart upload limits"). */
const SMALLEST_PART = 5 * 1024 ** 2

export const completeMultipartUpload = async (call: Call): Promise<void> => {
  const { store, bucket, key, headers } = call
  authorizeObject(call, 's3:PutObject')
  findUpload(call)
  const listed = childrenOf(await readXml(aboutItself(call), 'CompleteMultipartUpload'), 'Part')
  const upload = findUpload(call)
  const parts = chooseParts(upload, listed)
  checkSize(parts, headers['x-amz-mp-object-size'])
  checkWriteConditions(headers, currentOf(bucket, key))
  const object = await show(call, upload, parts)
  await releaseParts(store, upload)
  answerXml(
    call,
    'CompleteMultipartUploadResult',
    {
      Location: `http://${headers['host'] ?? ''}/${bucket.name}/${encodeURIComponent(key)}`,
      Bucket: bucket.name,
      Key: key,
      ETag: `"${object.etag}"`,
      ...checksumElements(object.checksum),
    },
    { ...versionHeader(bucket, object.versionId), ...encryptionOf(object.metadata) },
  )
}

/** A checksum in the header of this request is the object's, not that of the list of parts. */
const aboutItself = (call: Call): Call => {
  const isOfBody = (name: string) => algorithmOfHeader(name) === undefined
  return {
    ...call,
    headers: Object.fromEntries(Object.entries(call.headers).filter(([name]) => isOfBody(name))),
  }
}

const show = async (
  { store, bucket, key, headers }: Call,
  upload: MultipartUpload,
  parts: readonly Part[],
): Promise<ObjectVersion> => {
  // Taken out first: whoever completes or aborts it now comes too late.
  bucket.uploads.delete(upload.uploadId)
  try {
    const draft = await assemble(store, upload, parts)
    const mayReplace = (current: ObjectVersion | undefined) => {
      checkWriteConditions(headers, current)
      checkChecksum(headers, draft.checksum)
    }
    const eventName = 'ObjectCreated:CompleteMultipartUpload'
    return await commitObject(store, { bucket, key }, draft, { eventName, mayReplace })
  } catch (error) {
    bucket.uploads.set(upload.uploadId, upload)
    throw error
  }
}

const chooseParts = (upload: MultipartUpload, listed: readonly XmlNode[]): readonly Part[] => {
  if (listed.length === 0) {
    throw new S3Error('MalformedXML', { message: 'You must specify at least one part' })
  }
  const parts = listed.map((item) => choosePart(upload, item))
  const isAscending = parts.every(({ number }, at) => at === 0 || number > (parts[at - 1]?.number ?? 0))
  if (!isAscending) throw new S3Error('InvalidPartOrder', { fields: { UploadId: upload.uploadId } })
  const small = parts.slice(0, -1).find(({ body }) => body.size < SMALLEST_PART)
  if (small) {
    throw new S3Error('EntityTooSmall', {
      fields: {
        ProposedSize: String(small.body.size),
        MinSizeAllowed: String(SMALLEST_PART),
        PartNumber: String(small.number),
        ETag: small.etag,
      },
    })
  }
  return parts
}

const choosePart = (upload: MultipartUpload, item: XmlNode): Part => {
  const number = requiredTextOf(item, 'PartNumber').trim()
  const etag = requiredTextOf(item, 'ETag').trim().replaceAll('"', '')
  const part = upload.parts.get(Number(number))
  const said = part?.checksum && textOf(item, `Checksum${part.checksum.algorithm}`)
  if (part?.etag !== etag || (said !== undefined && said !== part.checksum?.value)) {
    throw new S3Error('InvalidPart', {
      fields: { UploadId: upload.uploadId, PartNumber: number, ETag: etag },
    })
  }
  return part
}

const checkSize = (parts: readonly Part[], said: string | undefined): void => {
  const size = parts.reduce((sum, { body }) => sum + body.size, 0)
  if (said === undefined || Number(said) === size) return
  throw new S3Error('InvalidRequest', {
    message: `The provided 'x-amz-mp-object-size' header value ${said} does not match what was computed: ${size}`,
  })
}

const checkChecksum = (
  headers: Readonly<Record<string, string>>,
  checksum: StoredChecksum | undefined,
): void => {
  const said = checksum && headers[headerOf(checksum.algorithm)]
  if (said === undefined || said === checksum?.value) return
  throw new S3Error('BadDigest', {
    message: `The ${checksum?.algorithm} you specified did not match the calculated checksum.`,
  })
}

const assemble = async (
  store: Store,
  upload: MultipartUpload,
  parts: readonly Part[],
): Promise<ObjectDraft> => {
  const md5 = startChecksum('MD5')
  const whole = upload.checksum?.type === 'FULL_OBJECT' ? startChecksum(upload.checksum.algorithm) : undefined
  async function* concatenated(): AsyncGenerator<Buffer> {
    for (const { body } of parts) {
      for await (const chunk of store.files.read(body)) {
        md5.update(chunk as Buffer)
        whole?.update(chunk as Buffer)
        yield chunk as Buffer
      }
    }
  }
  const body = await store.files.write(concatenated())
  return {
    body,
    etag: etagOfParts(parts),
    md5: md5.digest().toString('hex'),
    metadata: upload.metadata,
    tags: upload.tags,
    checksum: upload.checksum && {
      ...upload.checksum,
      value: whole ? whole.digest().toString('base64') : checksumOfParts(upload.checksum.algorithm, parts),
    },
  }
}

/** The MD5 of the parts' MD5s, and how many they are. */
const etagOfParts = (parts: readonly Part[]): string => {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

const checksumOfParts = (algorithm: StoredChecksum['algorithm'], parts: readonly Part[]): string => {
  const running = startChecksum(algorithm)
  for (const { checksum } of parts) running.update(Buffer.from(checksum?.value ?? '', 'base64'))
  return `${running.digest().toString('base64')}-${parts.length}`
}
