/** What is stored with an object besides its body: headers to give back on every GET, and tags. */
import type { Tag } from './bucket.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { parseTagHeader } from './tags.ts'

type Headers = Readonly<Record<string, string>>

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires']
const KEPT_AMZ = [
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-context',
]
const USER_PREFIX = 'x-amz-meta-'
const LARGEST_USER_METADATA = 2048
const STORAGE_CLASS = 'x-amz-storage-class'

/**
 * The headers to store with an object that a request describes.
 * Throws MetadataTooLarge above 2 KB of user metadata, AccessControlListNotSupported, InvalidArgument.
 */
export const metadataOf = (headers: Headers): Record<string, string> => {
  const acl = headers['x-amz-acl']
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported')
  }
  const encryption = headers['x-amz-server-side-encryption']
  if (encryption !== undefined && !['AES256', 'aws:kms', 'aws:kms:dsse'].includes(encryption)) {
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      encryption,
    )
  }
  return { ...systemMetadata(headers), ...encryptionOf(headers), ...userMetadata(headers) }
}

/** Metadata for a copy: the source's, but encryption and storage class are the copy's own. */
export const copiedMetadata = (source: Headers, headers: Headers): Record<string, string> => {
  const isInherited = (name: string) => !KEPT_AMZ.includes(name) && name !== STORAGE_CLASS
  return {
    ...Object.fromEntries(Object.entries(source).filter(([name]) => isInherited(name))),
    ...storageClass(headers),
    ...encryptionOf(headers),
  }
}

/** The tags in `x-amz-tagging`, none without it. Throws as {@link parseTagHeader} does. */
export const tagsIn = (headers: Headers): readonly Tag[] => parseTagHeader(headers['x-amz-tagging'] ?? '')

/** The headers that tell the encryption of an object. */
export const encryptionOf = (headers: Headers): Record<string, string> => ({
  // Every object is encrypted with S3's own keys unless something else was asked for.
  'x-amz-server-side-encryption': 'AES256',
  ...pick(headers, KEPT_AMZ),
})

const systemMetadata = (headers: Headers): Record<string, string> => {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim())
  // `aws-chunked` is how the body travelled, not what it is.
  const encoding = encodings.filter((name) => name !== '' && name.toLowerCase() !== 'aws-chunked').join(',')
  return {
    'content-type': 'binary/octet-stream',
    ...pick(headers, KEPT),
    ...(encoding === '' ? {} : { 'content-encoding': encoding }),
    ...storageClass(headers),
  }
}

const storageClass = (headers: Headers): Record<string, string> => {
  const value = headers[STORAGE_CLASS]
  return value === undefined || value === 'STANDARD' ? {} : { [STORAGE_CLASS]: value }
}

const userMetadata = (headers: Headers): Record<string, string> => {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(USER_PREFIX))
  const size = entries.reduce(
    (sum, [name, value]) => sum + name.length - USER_PREFIX.length + value.length,
    0,
  )
  if (size > LARGEST_USER_METADATA) {
    throw new S3Error('MetadataTooLarge', {
      fields: { Size: String(size), MaxSizeAllowed: String(LARGEST_USER_METADATA) },
    })
  }
  return Object.fromEntries(entries)
}

const pick = (headers: Headers, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
