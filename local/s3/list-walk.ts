/** Walks sorted keys as S3 lists them: by prefix, with keys that share a head up to a delimiter rolled up into one. */
import { compareUtf8, partitionPoint } from './sorted-keys.ts'

export interface Walk {
  readonly prefix: string
  /** Empty = no rolling up. */
  readonly delimiter: string
  /** Only what comes behind this key or common prefix. */
  readonly after: string
  /** Begin with the key `after` itself. */
  readonly inclusive?: boolean
  readonly isListed?: (key: string) => boolean
}

export type Listed = { readonly key: string } | { readonly commonPrefix: string }

/** Keys and common prefixes in UTF-8 order, found as they are asked for. */
export function* walkKeys(keys: readonly string[], walk: Walk): Generator<Listed> {
  const { prefix, isListed = () => true } = walk
  let at = firstIndex(keys, walk)
  for (let key = keys[at]; key?.startsWith(prefix); key = keys[at]) {
    if (!isListed(key)) {
      at += 1
      continue
    }
    const commonPrefix = commonPrefixOf(key, walk)
    yield commonPrefix === undefined ? { key } : { commonPrefix }
    at = commonPrefix === undefined ? at + 1 : indexBehind(keys, commonPrefix)
  }
}

export const nameOf = (listed: Listed): string => ('key' in listed ? listed.key : listed.commonPrefix)

/** The first `size` of `items`, and whether there are more; at most one more is asked for. */
export const takePage = <T>(
  items: Iterable<T>,
  size: number,
): { page: readonly T[]; isTruncated: boolean } => {
  const page: T[] = []
  // S3 calls a page of no keys complete.
  if (size === 0) return { page, isTruncated: false }
  for (const item of items) {
    if (page.length === size) return { page, isTruncated: true }
    page.push(item)
  }
  return { page, isTruncated: false }
}

const firstIndex = (keys: readonly string[], walk: Walk): number => {
  const { after, prefix, inclusive = false } = walk
  const fromPrefix = partitionPoint(keys, (key) => compareUtf8(key, prefix) < 0)
  if (after === '') return fromPrefix
  // Behind a common prefix comes what does not begin with it.
  if (commonPrefixOf(after, walk) === after) return Math.max(fromPrefix, indexBehind(keys, after))
  const from = partitionPoint(keys, (key) => compareUtf8(key, after) < (inclusive ? 0 : 1))
  return Math.max(fromPrefix, from)
}

const commonPrefixOf = (key: string, { prefix, delimiter }: Walk): string | undefined => {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined
  const end = key.indexOf(delimiter, prefix.length)
  return end < 0 ? undefined : key.slice(0, end + delimiter.length)
}

const indexBehind = (keys: readonly string[], head: string): number =>
  partitionPoint(keys, (key) => compareUtf8(key, head) < 0 || key.startsWith(head))
