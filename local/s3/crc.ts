/** The two CRCs of S3 that Node has no native code for: CRC-32C (Castagnoli) and CRC-64/NVME. */

export interface RunningCrc {
  update(chunk: Uint8Array): void
  /** Big-endian, as S3 writes it in base64. */
  digest(): Buffer
}

const CRC32C_POLYNOMIAL = 0x82f63b78
// 0x9a6c9329ac4bc9b5, reflected, as two halves: BigInt would be far slower.
const CRC64_HIGH = 0x9a6c9329
const CRC64_LOW = 0xac4bc9b5

const TABLE_32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1
  return crc
})

const TABLE_64_HIGH = new Uint32Array(256)
const TABLE_64_LOW = new Uint32Array(256)
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1
    low = ((low >>> 1) | (high << 31)) ^ (odd ? CRC64_LOW : 0)
    high = (high >>> 1) ^ (odd ? CRC64_HIGH : 0)
  }
  TABLE_64_HIGH[byte] = high
  TABLE_64_LOW[byte] = low
}

export const crc32c = (): RunningCrc => {
  let crc = 0xffffffff
  return {
    update(chunk) {
      for (const byte of chunk) crc = (crc >>> 8) ^ (TABLE_32C[(crc ^ byte) & 0xff] ?? 0)
    },
    digest: () => bigEndian(~crc),
  }
}

export const crc64nvme = (): RunningCrc => {
  let high = 0xffffffff
  let low = 0xffffffff
  return {
    update(chunk) {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (TABLE_64_LOW[index] ?? 0)
        high = (high >>> 8) ^ (TABLE_64_HIGH[index] ?? 0)
      }
    },
    digest: () => Buffer.concat([bigEndian(~high), bigEndian(~low)]),
  }
}

const bigEndian = (word: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(word >>> 0)
  return bytes
}
