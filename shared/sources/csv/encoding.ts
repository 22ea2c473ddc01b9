/** Is it UTF-8, and if not: where does it stop being so, and what does it look like instead? */
import { isUtf8 } from 'node:buffer'
import { NUL } from './ascii.ts'
import { compressed, gzipped, notUtf8 } from './csv-refusal.ts'
import type { CsvRefusal } from './csv-refusal.ts'

/** How many bytes at the end of `bytes` begin a letter that the next bytes would go on with. */
export const openLetter = (bytes: Uint8Array, to = bytes.length): number => {
  for (let back = 1; back <= 3 && back <= to; back += 1) {
    const byte = bytes[to - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sizeOf(byte) > back ? back : 0
  }
  return 0
}

const sizeOf = (lead: number): number => {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

/**
 * Where `bytes` stop being UTF-8, -1 where they do not. A letter cut off at the very end is none of our business unless
 * `isLast`.
 */
export const firstNotUtf8 = (bytes: Uint8Array, isLast: boolean): number => {
  const open = openLetter(bytes)
  if (isGood(bytes, bytes.length)) return isLast && open > 0 ? bytes.length - open : -1
  // The longest prefix that is good by itself, but for a letter cut off at its end.
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (isGood(bytes, middle)) good = middle
    else bad = middle
  }
  return good - openLetter(bytes, good)
}

const isGood = (bytes: Uint8Array, to: number): boolean =>
  isUtf8(bytes.subarray(0, to - openLetter(bytes, to)))

/** What the byte that is no UTF-8 says of the encoding. Below 0xa0, Latin-1 has control characters only. */
export const looksLike = (bytes: Uint8Array, at: number): string => {
  if (at + openLetter(bytes) === bytes.length) return 'it ends in the middle of a letter'
  return (bytes[at] ?? 0) < 0xa0 ? 'it looks like Windows-1252' : 'it looks like Latin-1 or Windows-1252'
}

const MAGIC: readonly { readonly bytes: readonly number[]; readonly refusal: () => CsvRefusal }[] = [
  { bytes: [0x1f, 0x8b], refusal: gzipped },
  { bytes: [0x50, 0x4b, 0x03, 0x04], refusal: () => compressed('zip (or an Excel workbook)') },
  { bytes: [0x50, 0x4b, 0x05, 0x06], refusal: () => compressed('zip (an empty one)') },
  { bytes: [0x50, 0x4b, 0x07, 0x08], refusal: () => compressed('zip (of several volumes)') },
  { bytes: [0xff, 0xfe, 0x00, 0x00], refusal: () => notUtf8(1, 'it is UTF-32 LE') },
  { bytes: [0x00, 0x00, 0xfe, 0xff], refusal: () => notUtf8(1, 'it is UTF-32 BE') },
  { bytes: [0xff, 0xfe], refusal: () => notUtf8(1, 'it is UTF-16 LE') },
  { bytes: [0xfe, 0xff], refusal: () => notUtf8(1, 'it is UTF-16 BE') },
]

/** What the first bytes of a file give away: another format or another encoding. */
export const refusalOfStart = (start: Uint8Array): CsvRefusal | undefined => {
  const magic = MAGIC.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte))
  if (magic) return magic.refusal()
  const wide = wideEncodingOf(start.subarray(0, 512))
  return wide === undefined ? undefined : notUtf8(1, `it looks like ${wide}`)
}

/** UTF-16 and UTF-32 without a BOM: Latin letters leave a NUL in the same place of each pair, or three in each four. */
const wideEncodingOf = (start: Uint8Array): string | undefined => {
  const nuls = [0, 0, 0, 0]
  const units = Math.floor(start.length / 4)
  for (let at = 0; at < units * 4; at += 1) if (start[at] === NUL) nuls[at % 4] = (nuls[at % 4] ?? 0) + 1
  if (units === 0) return undefined
  const pattern = nuls.map((count) => (count > units / 2 ? '0' : 'x')).join('')
  return WIDE[pattern]
}

const WIDE: Partial<Record<string, string>> = {
  x0x0: 'UTF-16 LE',
  '0x0x': 'UTF-16 BE',
  x000: 'UTF-32 LE',
  '000x': 'UTF-32 BE',
}
