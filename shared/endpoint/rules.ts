/** The rules an endpoint must keep before any Region is asked to take it. */
import { addressProblems, isChannelType } from './address-rules.ts'
import { attributeProblems, textProblems } from './attribute-rules.ts'
import { COUNTRY_CODES } from './country-codes.ts'
import { CHANNEL_TYPES } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { LIMITS } from './limits.ts'
import { problem } from './problem.ts'
import type { Candidate, Problem, Rule } from './problem.ts'

export type { Candidate, Problem } from './problem.ts'

/** Either an endpoint that Pinpoint can hold, or everything that is wrong with the candidate. */
export const check = (candidate: Candidate): Endpoint | readonly Problem[] => judge(candidate, RULES)

/** The same by other rules; the size counts where nothing else is wrong, as what is too long may be why. */
export const judge = (candidate: Candidate, rules: readonly Rule[]): Endpoint | readonly Problem[] => {
  const problems = rules.flatMap((rule) => rule(candidate))
  if (problems.length > 0) return problems
  if (Buffer.byteLength(JSON.stringify(candidate)) > LIMITS.endpointBytes) {
    return [problem('ENDPOINT_TOO_LARGE', 'Id', `at most ${LIMITS.endpointBytes} bytes in all`)]
  }
  return candidate as Endpoint
}

export const isEndpoint = (checked: Endpoint | readonly Problem[]): checked is Endpoint =>
  !Array.isArray(checked)

const idProblems: Rule = ({ Id }) => {
  // Pinpoint would invent an id, and a different one in each Region.
  if (!Id?.trim()) return [problem('ID_MISSING', 'Id', 'an id that stays the same for ever')]
  return /[${}]/.test(Id) ? [problem('ID_CHARACTER', 'Id', 'no $, { or }')] : []
}

const channelProblems: Rule = ({ Address, ChannelType }) => {
  if (!ChannelType) return [problem('CHANNEL_MISSING', 'ChannelType', CHANNEL_TYPES.join(', '))]
  if (!isChannelType(ChannelType))
    return [problem('CHANNEL_UNKNOWN', 'ChannelType', CHANNEL_TYPES.join(', '))]
  if (!Address) return [problem('ADDRESS_MISSING', 'Address', 'an address of the channel')]
  return addressProblems(Address, ChannelType)
}

const consentProblems: Rule = ({ OptOut, EndpointStatus }) => [
  ...(OptOut === undefined || OptOut === 'ALL' || OptOut === 'NONE'
    ? []
    : [problem('OPT_OUT', 'OptOut', 'ALL, NONE or nothing')]),
  ...(EndpointStatus === undefined || EndpointStatus === 'ACTIVE' || EndpointStatus === 'INACTIVE'
    ? []
    : [problem('ENDPOINT_STATUS', 'EndpointStatus', 'ACTIVE, INACTIVE or nothing')]),
]

const placeProblems: Rule = ({ Location: { Country, Latitude = 0, Longitude = 0 } = {} }) => [
  ...(Country && !COUNTRY_CODES.has(Country)
    ? [problem('COUNTRY', 'Location.Country', 'a country code of two capital letters (ISO 3166-1 alpha-2)')]
    : []),
  ...(Math.abs(Latitude) <= 90
    ? []
    : [problem('COORDINATE', 'Location.Latitude', 'a number from -90 to 90')]),
  ...(Math.abs(Longitude) <= 180
    ? []
    : [problem('COORDINATE', 'Location.Longitude', 'a number from -180 to 180')]),
]

const numberProblems: Rule = ({ Metrics = {} }) =>
  Object.entries(Metrics)
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name]) => problem('NUMBER', `Metrics.${name}`, 'a number'))

/** What Pinpoint is documented to ask of any endpoint. */
export const RULES: readonly Rule[] = [
  idProblems,
  channelProblems,
  consentProblems,
  placeProblems,
  numberProblems,
  attributeProblems,
  textProblems,
]
