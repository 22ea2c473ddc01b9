/** 53 of a hash's 64 bits: what a number can hold. */
export const keyOfHash = (high: number, low: number): number => high * 2 ** 21 + (low >>> 11)

/** The same of the hash that stands at `2 * row`. */
export const keyAt = (hashes: Uint32Array, row: number): number =>
  keyOfHash(hashes[2 * row] ?? 0, hashes[2 * row + 1] ?? 0)
