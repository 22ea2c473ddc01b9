/** The `Range` of a GET, as S3 honours it: one range, or the whole object. */
import type { ByteRange } from './body-files.ts'
import { S3Error } from './errors.ts'

/**
 * The bytes that `header` asks for out of `size`; undefined for the whole object, which is also the answer to several
 * ranges or none that can be read. Throws 416 InvalidRange where there is nothing to give.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const wanted = wantedRange(header?.trim() ?? '', size)
  if (!wanted || wanted.first <= wanted.last) return wanted
  throw new S3Error('InvalidRange', {
    fields: { RangeRequested: header ?? '', ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  })
}

/** Undefined where there is nothing to honour; `first` behind `last` where nothing of it exists. */
const wantedRange = (header: string, size: number): ByteRange | undefined => {
  const [, suffix] = /^bytes=-(\d+)$/.exec(header) ?? []
  if (suffix !== undefined) return { first: Math.max(0, size - Number(suffix)), last: size - 1 }
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? []
  if (first === undefined || (last && Number(first) > Number(last))) return undefined
  return { first: Number(first), last: last ? Math.min(Number(last), size - 1) : size - 1 }
}
