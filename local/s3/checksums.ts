/** The checksum algorithms of S3, computed as the bytes stream by. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc32c, crc64nvme } from './crc.ts'
import type { RunningCrc } from './crc.ts'
import { S3Error } from './errors.ts'
import type { XmlElements } from './xml.ts'

export type RunningChecksum = RunningCrc

const hash = (algorithm: string) => (): RunningChecksum => {
  const running = createHash(algorithm)
  // Node's hashes can be asked once only.
  let digest: Buffer | undefined
  return { update: (chunk) => void running.update(chunk), digest: () => (digest ??= running.digest()) }
}

const nativeCrc32 = (): RunningChecksum => {
  let value = 0
  return {
    update(chunk) {
      value = crc32(chunk, value)
    },
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}

const ALGORITHMS = {
  CRC32: { start: nativeCrc32, bytes: 4 },
  CRC32C: { start: crc32c, bytes: 4 },
  CRC64NVME: { start: crc64nvme, bytes: 8 },
  MD5: { start: hash('md5'), bytes: 16 },
  SHA1: { start: hash('sha1'), bytes: 20 },
  SHA256: { start: hash('sha256'), bytes: 32 },
  SHA512: { start: hash('sha512'), bytes: 64 },
} as const satisfies Record<string, { start: () => RunningChecksum; bytes: number }>

export type ChecksumAlgorithm = keyof typeof ALGORITHMS
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** A checksum as S3 keeps it: base64, with `-N` behind it when it is composed of N parts' checksums. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
  readonly type: ChecksumType
}

const HEADER = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/

export const startChecksum = (algorithm: ChecksumAlgorithm): RunningChecksum => ALGORITHMS[algorithm].start()

/** The algorithm of that name, in any case. Throws 501 NotImplemented for one that is not emulated. */
export const algorithmNamed = (name: string): ChecksumAlgorithm => {
  const upper = name.toUpperCase()
  if (Object.hasOwn(ALGORITHMS, upper)) return upper as ChecksumAlgorithm
  throw new S3Error('NotImplemented', { message: `NotImplemented: checksum ${name} is not emulated` })
}

/** The algorithm whose `x-amz-checksum-*` header this is; undefined for any other header. */
export const algorithmOfHeader = (header: string): ChecksumAlgorithm | undefined => {
  const name = HEADER.exec(header)?.[1]
  return name === undefined ? undefined : algorithmNamed(name)
}

export const headerOf = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`

/** Decodes the base64 of a checksum. Throws 400 InvalidRequest unless it has the algorithm's length. */
export const checksumBytes = (algorithm: ChecksumAlgorithm, base64: string): Buffer => {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === ALGORITHMS[algorithm].bytes && bytes.toString('base64') === base64) return bytes
  throw new S3Error('InvalidRequest', { message: `Value for ${headerOf(algorithm)} header is invalid.` })
}

/** The response header that tells a checksum. */
export const checksumHeader = (checksum: StoredChecksum | undefined): Record<string, string> =>
  checksum ? { [headerOf(checksum.algorithm)]: checksum.value } : {}

/** Like {@link checksumHeader}, and of which type it is. */
export const checksumHeaders = (checksum: StoredChecksum | undefined): Record<string, string> =>
  checksum ? { ...checksumHeader(checksum), 'x-amz-checksum-type': checksum.type } : {}

/** The XML element that tells a checksum. */
export const checksumElement = (checksum: StoredChecksum | undefined): XmlElements =>
  checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}

/** Like {@link checksumElement}, and of which type it is. */
export const checksumElements = (checksum: StoredChecksum | undefined): XmlElements =>
  checksum ? { ...checksumElement(checksum), ChecksumType: checksum.type } : {}
