/**
 * The rules for a row of a dropped file: those of every endpoint, and some more that are good sense and not Pinpoint's word.
 * They catch what a column mix-up or an export with a fault leaves in a file, for a person to mend. An item of the
 * customer table, which comes from a system, is not parked for what nobody has documented.
 */
import { addressProblems, isPushChannel } from './address-rules.ts'
import { freeTexts } from './attribute-rules.ts'
import type { Endpoint } from './endpoint.ts'
import { LIMITS } from './limits.ts'
import { problem } from './problem.ts'
import type { Candidate, Problem, Rule } from './problem.ts'
import { judge, RULES } from './rules.ts'

/** Either an endpoint to import, or everything that is wrong with the row. */
export const checkDropped = (candidate: Candidate): Endpoint | readonly Problem[] =>
  judge(candidate, DROP_RULES)

const tokenProblems: Rule = ({ Address, ChannelType }) => {
  if (!Address || !ChannelType || !isPushChannel(ChannelType)) return []
  if (addressProblems(Address, ChannelType).length > 0) return []
  if (isPlaceholder(Address)) return [problem('TOKEN_PLACEHOLDER', 'Address', 'the token of a device')]
  return ChannelType.startsWith('APNS') && !isDeviceToken(Address)
    ? [problem('TOKEN_SYNTAX', 'Address', 'a device token in hexadecimal, of 64 to 200 digits')]
    : []
}

/** What programs write where they have no token. */
const isPlaceholder = (token: string): boolean =>
  /^(?:null|\(null\)|nil|none|undefined|unknown|n\/a|na|blacklisted|token|test)$/i.test(token) ||
  /^0+$/.test(token)

// Bytes in hexadecimal: 32 of them today. Apple forbids to rely on that, and allows up to 100.
const isDeviceToken = (token: string): boolean =>
  token.length % 2 === 0 &&
  token.length >= LIMITS.deviceToken.least &&
  token.length <= LIMITS.deviceToken.most &&
  /^[\da-f]+$/i.test(token)

const longTextProblems: Rule = (candidate) =>
  freeTexts(candidate)
    .filter(({ text }) => Buffer.byteLength(text) > LIMITS.textBytes)
    .map(({ field }) => problem('TEXT_TOO_LONG', field, `at most ${LIMITS.textBytes} bytes`))

const DROP_RULES: readonly Rule[] = [...RULES, tokenProblems, longTextProblems]
