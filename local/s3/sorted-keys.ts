/** Keys in the order S3 lists them: by their UTF-8 bytes, which is not how JavaScript compares strings. */

/** A sorted array of distinct keys. */
export type SortedKeys = string[]

/** Negative, 0 or positive, as `a` stands before, at or after `b` in UTF-8 order. */
export const compareUtf8 = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at += 1) {
    const difference = utf8Rank(a.charCodeAt(at)) - utf8Rank(b.charCodeAt(at))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The index of the first key for which `isBefore` is false; `isBefore` must be true for a head of the keys only. */
export const partitionPoint = (keys: readonly string[], isBefore: (key: string) => boolean): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(keys[middle] ?? '')) low = middle + 1
    else high = middle
  }
  return low
}

/** Puts `key` in its place; no change where it is there already. */
export const insertKey = (keys: SortedKeys, key: string): void => {
  const at = partitionPoint(keys, (other) => compareUtf8(other, key) < 0)
  if (keys[at] !== key) keys.splice(at, 0, key)
}

export const removeKey = (keys: SortedKeys, key: string): void => {
  const at = partitionPoint(keys, (other) => compareUtf8(other, key) < 0)
  if (keys[at] === key) keys.splice(at, 1)
}

// Surrogates stand for code points above U+FFFF, so they come after U+E000–U+FFFF.
const utf8Rank = (codeUnit: number): number => {
  if (codeUnit < 0xd800) return codeUnit
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800
}
