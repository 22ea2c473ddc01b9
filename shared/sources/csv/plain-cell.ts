/**
 * The rules of `rules.ts` for cells of plain ASCII, on bytes. Each says yes only where the rule certainly holds; no sends the
 * row to the rules themselves.
 */
import { CHANNEL_TYPES } from '../../endpoint/endpoint.ts'
import type { ChannelType } from '../../endpoint/endpoint.ts'
import { ascii, byteSet } from './ascii.ts'

const AT = 0x40
const DOT = 0x2e
const PLUS = 0x2b
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** A byte table of what may stand before the @ of an e-mail address, and in a label behind it. */
const LOCAL = byteSet(/[^\s@"(),:;<>[\]\\\p{Cc}]/u)
const LABEL = byteSet(/[^\s@.\\\p{Cc}]/u)
const TOKEN = byteSet(/[\x21-\x7e]/)

const isEmail = (bytes: Uint8Array, from: number, to: number): boolean => {
  let at = from
  while (at < to && LOCAL[bytes[at] ?? 0] === 1) at += 1
  if (at === to || at === from || at - from > 64) return false
  return bytes[at] === AT && isDomain(bytes, at + 1, to)
}

const isDomain = (bytes: Uint8Array, from: number, to: number): boolean => {
  let label = from
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === DOT) {
      if (at === label || at - label > 63) return false
      label = at + 1
    } else if (LABEL[byte] !== 1) return false
  }
  const last = to - label
  return label > from && last >= 2 && last <= 63
}

const isPhone = (bytes: Uint8Array, from: number, to: number): boolean => {
  const digits = to - from - 1
  if (bytes[from] !== PLUS || digits < 7 || digits > 15 || bytes[from + 1] === ZERO) return false
  for (let at = from + 1; at < to; at += 1) if (!isDigit(bytes[at] ?? 0)) return false
  return true
}

const isToken = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from > 4096) return false
  for (let at = from; at < to; at += 1) if (TOKEN[bytes[at] ?? 0] !== 1) return false
  return to > from
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE

/** Is the address of the channel's kind? */
export type AddressTest = (bytes: Uint8Array, from: number, to: number) => boolean

const TESTS: Partial<Record<ChannelType, AddressTest>> = { EMAIL: isEmail, SMS: isPhone, VOICE: isPhone }

const CHANNELS = CHANNEL_TYPES.map((name) => ({ name: ascii(name), test: TESTS[name] ?? isToken }))
const BY_LENGTH = Array.from({ length: 32 }, (_, size) => CHANNELS.filter(({ name }) => name.length === size))

/** The test for addresses of the channel that the cell names; undefined where it names none. */
export const addressTestOf = (bytes: Uint8Array, from: number, to: number): AddressTest | undefined => {
  const channels = BY_LENGTH[to - from]
  if (channels === undefined) return undefined
  for (const { name, test } of channels) if (isText(bytes, from, name)) return test
  return undefined
}

/** Do the bytes at `from` begin with `text`? */
export const isText = (bytes: Uint8Array, from: number, text: Uint8Array): boolean => {
  for (let at = 0; at < text.length; at += 1) if (bytes[from + at] !== text[at]) return false
  return true
}

/** Two capital letters. */
export const isCountry = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from === 2 && isCapital(bytes[from] ?? 0) && isCapital(bytes[from + 1] ?? 0)

const isCapital = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/**
 * A number written as JSON would write it, with at most 9 digits before the point and 6 behind it: 15 digits come back from a
 * double as they went in. Its size, rounded up; -1 for any other text.
 */
export const plainNumber = (bytes: Uint8Array, from: number, to: number): number => {
  const first = bytes[from] === MINUS ? from + 1 : from
  let point = first
  while (point < to && isDigit(bytes[point] ?? 0)) point += 1
  const whole = wholeNumber(bytes, first, point)
  // '-0' would come out as '0'.
  if (point === to) return whole === 0 && first > from ? -1 : whole
  return whole >= 0 && isFraction(bytes, point, to) ? whole + 1 : -1
}

/** Of digits alone. */
const wholeNumber = (bytes: Uint8Array, from: number, to: number): number => {
  const digits = to - from
  if (digits === 0 || digits > 9 || (bytes[from] === ZERO && digits > 1)) return -1
  let whole = 0
  for (let at = from; at < to; at += 1) whole = whole * 10 + (bytes[at] ?? 0) - ZERO
  return whole
}

const isFraction = (bytes: Uint8Array, from: number, to: number): boolean => {
  const digits = to - from - 1
  if (bytes[from] !== DOT || digits < 1 || digits > 6 || bytes[to - 1] === ZERO) return false
  for (let at = from + 1; at < to; at += 1) if (!isDigit(bytes[at] ?? 0)) return false
  return true
}
