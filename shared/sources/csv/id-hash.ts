/** 64 bits that stand for an id: a file's ids fit in memory so. Not for keeping: no secret in it. */
import { keyOf } from '../../endpoint/endpoint.ts'

/** Where a hash goes: `pair[at]` and `pair[at + 1]`. */
export interface HashPlace {
  readonly pair: Uint32Array
  readonly at: number
}

/** The bytes of ids that need no second thought, in lower case; 0 for the others: not ASCII, control characters, and `$ { }`. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte)
  return /[\x20-\x7e]/.test(letter) && !/[${}]/.test(letter) ? letter.toLowerCase().charCodeAt(0) : 0
})

const ANY = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** Hashes the id in `bytes`; false, and nothing written, where the id is not plain ASCII that any endpoint may have. */
export const hashPlainId = (bytes: Uint8Array, from: number, to: number, place: HashPlace): boolean =>
  hash({ bytes, from, to }, FOLDED, place)

/** Hashes any endpoint's id, letter case aside (`keyOf`). */
export const hashId = (id: string, place: HashPlace): void => {
  const bytes = Buffer.from(keyOf(id))
  hash({ bytes, from: 0, to: bytes.length }, ANY, place)
}

/** Hashes a user's id; 0 and 0 where there is none. */
export const hashUser = (id: string | undefined, place: HashPlace): void => {
  const bytes = Buffer.from(id ?? '')
  hashUserIn(bytes, 0, bytes.length, place)
}

/** The same of a user's id in UTF-8, as it stands in `bytes`. */
export const hashUserIn = (bytes: Uint8Array, from: number, to: number, place: HashPlace): void => {
  if (from < to) hash({ bytes, from, to }, ANY, place)
  else {
    place.pair[place.at] = 0
    place.pair[place.at + 1] = 0
  }
}

interface Stretch {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

// Two lanes that turn and multiply by different odd numbers, and know of each other at the end (MurmurHash3's finish).
const hash = ({ bytes, from, to }: Stretch, fold: Uint8Array, { pair, at }: HashPlace): boolean => {
  let one = 0x9e3779b9 ^ (to - from)
  let two = 0x85ebca6b
  for (let next = from; next < to; next += 1) {
    const byte = fold[bytes[next] ?? 0] ?? 0
    if (byte === 0 && fold === FOLDED) return false
    one = Math.imul(((one << 13) | (one >>> 19)) ^ byte, 0xcc9e2d51)
    two = Math.imul(((two << 7) | (two >>> 25)) ^ byte, 0x1b873593)
  }
  one = mixed(one ^ Math.imul(two, 0x27d4eb2f))
  two = mixed(two ^ one)
  pair[at] = one
  pair[at + 1] = two
  return true
}

const mixed = (bits: number): number => {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
