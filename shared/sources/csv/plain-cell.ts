/**
 * The rules of `rules.ts` for cells of plain ASCII, on bytes. Each says yes only where the rule certainly holds; no sends the
 * row to the rules themselves.
 */
import { COUNTRY_CODES } from '../../endpoint/country-codes.ts'
import { CHANNEL_TYPES } from '../../endpoint/endpoint.ts'
import type { ChannelType } from '../../endpoint/endpoint.ts'
import { LIMITS } from '../../endpoint/limits.ts'
import { ascii, byteSet } from './ascii.ts'

const AT = 0x40
const DOT = 0x2e
const PLUS = 0x2b
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** A byte table of what may stand before the @ of an e-mail address, dots aside, and in a label behind it, hyphens aside. */
const LOCAL = byteSet(/[^\s@"(),:;<>[\]\\.\p{Cc}]/u)
const LABEL = byteSet(/[A-Za-z0-9]/)
const TOKEN = byteSet(/[\x21-\x7e]/)
const HEX = byteSet(/[\dA-Fa-f]/)

const isEmail = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from > LIMITS.emailBytes) return false
  let at = from
  // A dot stands between two others.
  while (at < to && (LOCAL[bytes[at] ?? 0] === 1 || isJoined(bytes, at, DOT, LOCAL))) at += 1
  if (at === to || at === from || bytes[from] === DOT || at - from > LIMITS.emailLocalBytes) return false
  return bytes[at] === AT && isDomain(bytes, at + 1, to)
}

/** Is it `joint`, with something behind it that may be joined? */
const isJoined = (bytes: Uint8Array, at: number, joint: number, parts: Uint8Array): boolean =>
  bytes[at] === joint && parts[bytes[at + 1] ?? 0] === 1

const isDomain = (bytes: Uint8Array, from: number, to: number): boolean => {
  let label = from
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === DOT) {
      if (at === label || at - label > 63 || bytes[at - 1] === MINUS) return false
      label = at + 1
    } else if (LABEL[byte] !== 1 && (byte !== MINUS || at === label)) return false
  }
  return label > from && isLastLabel(bytes, label, to)
}

const isLastLabel = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from >= 2 && to - from <= 63 && bytes[to - 1] !== MINUS

const isPhone = (bytes: Uint8Array, from: number, to: number): boolean => {
  const digits = to - from - 1
  if (bytes[from] !== PLUS || digits < 7 || digits > 15 || bytes[from + 1] === ZERO) return false
  for (let at = from + 1; at < to; at += 1) if (!isDigit(bytes[at] ?? 0)) return false
  return true
}

const isToken = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from > LIMITS.token) return false
  for (let at = from; at < to; at += 1) if (TOKEN[bytes[at] ?? 0] !== 1) return false
  return to > from
}

// What programs write where they have no token is short, or nothing but zeros.
const isPushToken = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from > 16 && !isZeros(bytes, from) && isToken(bytes, from, to)

const isZeros = (bytes: Uint8Array, from: number): boolean => bytes[from] === ZERO && bytes[from + 1] === ZERO

const isDeviceToken = (bytes: Uint8Array, from: number, to: number): boolean => {
  const { least, most } = LIMITS.deviceToken
  const digits = to - from
  if (digits < least || digits > most || digits % 2 !== 0 || isZeros(bytes, from)) return false
  for (let at = from; at < to; at += 1) if (HEX[bytes[at] ?? 0] !== 1) return false
  return true
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE

/** Is the address of the channel's kind? */
export type AddressTest = (bytes: Uint8Array, from: number, to: number) => boolean

const TESTS: Partial<Record<ChannelType, AddressTest>> = {
  ...{ EMAIL: isEmail, SMS: isPhone, VOICE: isPhone },
  ...{ APNS: isDeviceToken, APNS_SANDBOX: isDeviceToken },
  ...{ APNS_VOIP: isDeviceToken, APNS_VOIP_SANDBOX: isDeviceToken },
  ...{ GCM: isPushToken, ADM: isPushToken, BAIDU: isPushToken },
}

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

const COUNTRIES = new Uint8Array(2 ** 16)
for (const code of COUNTRY_CODES) COUNTRIES[Buffer.from(code).readUInt16BE()] = 1

/** A country code. */
export const isCountry = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from === 2 && COUNTRIES[(bytes[from] ?? 0) * 256 + (bytes[from + 1] ?? 0)] === 1

/** Is there a control character or a line break among the letters above ASCII? */
export const hasHighControl = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to - 1; at += 1) {
    const next = bytes[at + 1] ?? 0
    // U+0080 to U+009F are C2 80 to C2 9F; U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
    if (bytes[at] === 0xc2 && next < 0xa0) return true
    if (bytes[at] === 0xe2 && next === 0x80 && ((bytes[at + 2] ?? 0) & 0xfe) === 0xa8) return true
  }
  return false
}

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
