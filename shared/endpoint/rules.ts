/** The rules an endpoint must keep before any Region is asked to take it. */
import { CHANNEL_TYPES, LOCATION_TEXT_FIELDS } from './endpoint.ts'
import type { ChannelType, Endpoint } from './endpoint.ts'
import { LIMITS } from './limits.ts'

/** One broken rule: its code, the field it concerns and what was expected. Never the value. */
export interface Problem {
  readonly rule: string
  readonly field: string
  readonly expected: string
}

/** An endpoint as it comes in: any text where a Channel or an OptOut belongs. */
export type Candidate = Omit<Partial<Endpoint>, 'ChannelType' | 'OptOut'> & {
  readonly ChannelType?: string
  readonly OptOut?: string
}

/** Either an endpoint that Pinpoint can hold, or everything that is wrong with the candidate. */
export const check = (candidate: Candidate): Endpoint | readonly Problem[] => {
  const problems = [
    ...identityProblems(candidate),
    ...consentProblems(candidate),
    ...placeProblems(candidate),
    ...attributeProblems(candidate),
    ...textProblems(candidate),
  ]
  if (problems.length > 0) return problems
  if (Buffer.byteLength(JSON.stringify(candidate)) > LIMITS.endpointBytes) {
    return [
      { rule: 'ENDPOINT_TOO_LARGE', field: 'Id', expected: `at most ${LIMITS.endpointBytes} bytes in all` },
    ]
  }
  return candidate as Endpoint
}

export const isEndpoint = (checked: Endpoint | readonly Problem[]): checked is Endpoint =>
  !Array.isArray(checked)

const problem = (rule: string, field: string, expected: string): Problem => ({ rule, field, expected })

const identityProblems = ({ Id, Address, ChannelType }: Candidate): Problem[] => {
  const problems: Problem[] = []
  // Pinpoint would invent an id, and a different one in each Region.
  if (!Id) problems.push(problem('ID_MISSING', 'Id', 'an id that stays the same for ever'))
  else if (/[${}]/.test(Id)) problems.push(problem('ID_CHARACTER', 'Id', 'no $, { or }'))
  if (!ChannelType) problems.push(problem('CHANNEL_MISSING', 'ChannelType', CHANNEL_TYPES.join(', ')))
  else if (!isChannelType(ChannelType))
    problems.push(problem('CHANNEL_UNKNOWN', 'ChannelType', CHANNEL_TYPES.join(', ')))
  else if (!Address) problems.push(problem('ADDRESS_MISSING', 'Address', 'an address of the channel'))
  else problems.push(...addressProblems(Address, ChannelType))
  return problems
}

const isChannelType = (text: string): text is ChannelType => CHANNEL_TYPES.some((channel) => channel === text)

/** Address patterns by channel; the other channels' addresses are opaque tokens. */
const ADDRESS_RULES: Partial<Record<ChannelType, { rule: string; pattern: RegExp; expected: string }>> = {
  EMAIL: {
    rule: 'EMAIL_SYNTAX',
    pattern: /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[^\s@.]{1,63}\.)+[^\s@.]{2,63}$/u,
    expected: 'name@domain',
  },
  SMS: { rule: 'PHONE_E164', pattern: /^\+[1-9]\d{6,14}$/, expected: 'E.164, such as +15550100' },
  VOICE: { rule: 'PHONE_E164', pattern: /^\+[1-9]\d{6,14}$/, expected: 'E.164, such as +15550100' },
}
const TOKEN_RULE = {
  rule: 'TOKEN_SYNTAX',
  pattern: /^[\x21-\x7e]{1,4096}$/,
  expected: 'a token without blanks',
}

const addressProblems = (address: string, channel: ChannelType): Problem[] => {
  const { rule, pattern, expected } = ADDRESS_RULES[channel] ?? TOKEN_RULE
  return pattern.test(address) ? [] : [problem(rule, 'Address', expected)]
}

const consentProblems = ({ OptOut, EndpointStatus }: Candidate): Problem[] => [
  ...(OptOut === undefined || OptOut === 'ALL' || OptOut === 'NONE'
    ? []
    : [problem('OPT_OUT', 'OptOut', 'ALL, NONE or nothing')]),
  ...(EndpointStatus === undefined || EndpointStatus === 'ACTIVE' || EndpointStatus === 'INACTIVE'
    ? []
    : [problem('ENDPOINT_STATUS', 'EndpointStatus', 'ACTIVE, INACTIVE or nothing')]),
]

const placeProblems = ({ Location = {}, Metrics = {} }: Candidate): Problem[] => {
  const problems: Problem[] = []
  if (Location.Country && !/^[A-Z]{2}$/.test(Location.Country)) {
    problems.push(problem('COUNTRY', 'Location.Country', 'two capital letters (ISO 3166-1 alpha-2)'))
  }
  if (Location.Latitude !== undefined && !(Math.abs(Location.Latitude) <= 90)) {
    problems.push(problem('COORDINATE', 'Location.Latitude', 'a number from -90 to 90'))
  }
  if (Location.Longitude !== undefined && !(Math.abs(Location.Longitude) <= 180)) {
    problems.push(problem('COORDINATE', 'Location.Longitude', 'a number from -180 to 180'))
  }
  for (const [name, value] of Object.entries(Metrics)) {
    if (!Number.isFinite(value)) problems.push(problem('NUMBER', `Metrics.${name}`, 'a number'))
  }
  return problems
}

const attributeProblems = ({ Attributes = {}, Metrics = {}, User = {} }: Candidate): Problem[] => {
  const lists = [
    ...Object.entries(Attributes).map(([name, values]) => ({ field: `Attributes.${name}`, name, values })),
    ...Object.entries(User.UserAttributes ?? {}).map(([name, values]) => ({
      field: `User.UserAttributes.${name}`,
      name,
      values,
    })),
  ]
  const names = [...lists, ...Object.keys(Metrics).map((name) => ({ field: `Metrics.${name}`, name }))]
  return [
    ...(names.length > LIMITS.attributeNames
      ? [problem('ATTRIBUTE_NAMES', 'Attributes', `at most ${LIMITS.attributeNames} names`)]
      : []),
    ...names
      .filter(({ name }) => name.length > LIMITS.attributeName)
      .map(({ field }) =>
        problem('ATTRIBUTE_NAME', field, `a name of at most ${LIMITS.attributeName} characters`),
      ),
    ...lists.flatMap(({ field, values }) => listProblems(field, values)),
  ]
}

const listProblems = (field: string, values: readonly string[]): Problem[] => [
  ...(values.length > LIMITS.attributeValues
    ? [problem('ATTRIBUTE_VALUES', field, `at most ${LIMITS.attributeValues} values`)]
    : []),
  ...(values.some((value) => value.length > LIMITS.attributeValue)
    ? [problem('ATTRIBUTE_VALUE', field, `values of at most ${LIMITS.attributeValue} characters`)]
    : []),
]

// An import file can carry no line breaks and no tabs anywhere (user guide, "Importing segments").
const CONTROL = /[\u0000-\u001f\u007f]/

const textProblems = (candidate: Candidate): Problem[] =>
  textsOf(candidate)
    .filter(([, text]) => CONTROL.test(text))
    .map(([field]) => problem('CONTROL_CHARACTER', field, 'no tab, line break or other control character'))

const textsOf = ({
  Id = '',
  Attributes = {},
  Demographic = {},
  Location = {},
  User = {},
}: Candidate): [string, string][] => [
  ['Id', Id],
  ...Object.entries(Attributes).map(([name, values]): [string, string] => [
    `Attributes.${name}`,
    values.join(''),
  ]),
  ...Object.entries(Demographic).map(([name, text]): [string, string] => [
    `Demographic.${name}`,
    String(text),
  ]),
  ...LOCATION_TEXT_FIELDS.map((name): [string, string] => [`Location.${name}`, Location[name] ?? '']),
  ['User.UserId', User.UserId ?? ''],
  ...Object.entries(User.UserAttributes ?? {}).map(([name, values]): [string, string] => [
    `User.UserAttributes.${name}`,
    values.join(''),
  ]),
]
