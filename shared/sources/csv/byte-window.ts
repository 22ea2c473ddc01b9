/** A stretch of the file in memory, filled up before anybody looks at it, so that nothing depends on how the file was cut. */
import { LF } from './ascii.ts'
import { firstNotUtf8, looksLike, openLetter } from './encoding.ts'
import type { Scan } from './scan-record.ts'

export interface ByteWindow {
  readonly scan: Scan
  readonly bytes: Buffer
  /** The first record that was not taken. */
  from: number
  /** Known to be UTF-8 up to here. */
  checked: number
  /** What the bytes behind the end look like, which are not UTF-8. */
  notUtf8: string | undefined
  /** Bytes of the file taken so far. */
  taken: number
}

/** Takes bytes from `chunk`, from `at` on, until the window is full; gives how many. */
export const fill = (window: ByteWindow, chunk: Uint8Array, at: number): number => {
  const { scan, bytes } = window
  const room = bytes.length - 1 - scan.end
  const size = Math.min(room, chunk.length - at)
  bytes.set(at === 0 && size === chunk.length ? chunk : chunk.subarray(at, at + size), scan.end)
  scan.end += size
  window.taken += size
  return size
}

/** Is there no room left? */
export const isFilled = ({ scan, bytes }: ByteWindow): boolean => scan.end === bytes.length - 1

/** Makes the window ready to be looked at: up to its end it is UTF-8, and a line feed stands behind it. */
export const seal = (window: ByteWindow, isLast: boolean): void => {
  const { scan, bytes, checked } = window
  const fresh = bytes.subarray(checked, scan.end)
  const bad = firstNotUtf8(fresh, isLast)
  if (bad < 0) {
    window.checked = scan.end - openLetter(fresh)
    scan.isLast = isLast
  } else {
    window.notUtf8 = looksLike(fresh, bad)
    scan.end = checked + bad
  }
  bytes[scan.end] = LF
}

/** Makes room: forgets what was taken. */
export const moveOn = (window: ByteWindow): void => {
  const { scan, bytes, from } = window
  bytes.copyWithin(0, from, scan.end)
  scan.end -= from
  window.checked -= from
  window.from = 0
}

/** Line feeds in the bytes that were not taken. */
export const breaksLeft = ({ scan, bytes, from }: ByteWindow): number => {
  let breaks = 0
  for (let at = from; at < scan.end; at += 1) if (bytes[at] === LF) breaks += 1
  return breaks
}
