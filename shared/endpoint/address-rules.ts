/** What an address must look like, by channel; and the one rewriting of an address that needs no guess. */
import { CHANNEL_TYPES } from './endpoint.ts'
import type { ChannelType } from './endpoint.ts'
import { LIMITS } from './limits.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'

export const isChannelType = (text: string): text is ChannelType =>
  CHANNEL_TYPES.some((channel) => channel === text)

interface AddressRule {
  readonly rule: string
  readonly expected: string
  readonly test: (address: string) => boolean
}

// No quoted local parts and no address literals: RFC 5321 allows them, and nobody has a customer there.
const LOCAL_PART = /^[^\s\p{Cc}@"(),:;<>[\]\\.]+(?:\.[^\s\p{Cc}@"(),:;<>[\]\\.]+)*$/u

// Letters, digits and inner hyphens (RFC 1035); above ASCII anything that is no blank, as names in other scripts are (IDN).
const LABEL = String.raw`(?!-)(?:[A-Za-z0-9-]|[^\s\p{Cc}\u0000-\u007f]){1,63}(?<!-)`
const DOMAIN = new RegExp(String.raw`^(?:${LABEL}\.)+(?=..)${LABEL}$`, 'u')

const isEmail = (address: string): boolean => {
  const at = address.lastIndexOf('@')
  if (at < 0 || Buffer.byteLength(address) > LIMITS.emailBytes) return false
  const local = address.slice(0, at)
  return (
    Buffer.byteLength(local) <= LIMITS.emailLocalBytes &&
    LOCAL_PART.test(local) &&
    DOMAIN.test(address.slice(at + 1))
  )
}

const PHONE: AddressRule = {
  rule: 'PHONE_E164',
  expected: 'E.164, such as +15550100',
  test: (address) => /^\+[1-9]\d{6,14}$/.test(address),
}

const RULES: Partial<Record<ChannelType, AddressRule>> = {
  EMAIL: { rule: 'EMAIL_SYNTAX', expected: 'name@domain', test: isEmail },
  SMS: PHONE,
  VOICE: PHONE,
}

/** The other channels' addresses are opaque: printable ASCII is all that can be said of every one. */
const TOKEN: AddressRule = {
  rule: 'TOKEN_SYNTAX',
  expected: 'a token without blanks',
  test: (address) => address.length <= LIMITS.token && /^[\x21-\x7e]+$/.test(address),
}

/** What is wrong with an address of the channel. */
export const addressProblems = (address: string, channel: ChannelType): readonly Problem[] => {
  const { rule, expected, test } = RULES[channel] ?? TOKEN
  return test(address) ? [] : [problem(rule, 'Address', expected)]
}

/** Their addresses are whatever somebody has chosen: of PUSH nobody says of which service. */
const OPEN: ReadonlySet<ChannelType> = new Set(['PUSH', 'CUSTOM', 'IN_APP'])

/** An address of the channel is a device's token. */
export const isPushChannel = (channel: string): channel is ChannelType =>
  isChannelType(channel) && !(channel in RULES) && !OPEN.has(channel)

export const isPhoneChannel = (channel: string | undefined): boolean =>
  channel === 'SMS' || channel === 'VOICE'

// A parenthesis that begins with 0 is a trunk prefix, which one dials at home and leaves out from abroad, as in
// '+49 (0)30 …': with it and without it are two numbers.
const SPACED_PHONE = /^\+\d(?:[ .\u00a0-]*(?:\d|\([1-9]\d*\)))*$/

/**
 * A phone number without what people put between its digits, where it says its country by a leading `+`; anything else as
 * it is. Never guesses a country.
 */
export const normalisePhone = (text: string): string =>
  SPACED_PHONE.test(text) ? text.replace(/[^+\d]/g, '') : text
