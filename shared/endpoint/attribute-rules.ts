/** How many attributes and metrics an endpoint may have, how long their names and values, and which signs no text may hold. */
import { LOCATION_TEXT_FIELDS } from './endpoint.ts'
import type { Attributes } from './endpoint.ts'
import { LIMITS } from './limits.ts'
import { problem } from './problem.ts'
import type { Candidate, Problem } from './problem.ts'

interface Named {
  readonly field: string
  readonly name: string
}

const listsOf = ({ Attributes = {}, User = {} }: Candidate) => [
  ...inMap('Attributes', Attributes),
  ...inMap('User.UserAttributes', User.UserAttributes ?? {}),
]

const inMap = (group: string, attributes: Attributes) =>
  Object.entries(attributes).map(([name, values]) => ({ field: `${group}.${name}`, name, values }))

const namesOf = (candidate: Candidate): readonly Named[] => [
  ...listsOf(candidate),
  ...Object.keys(candidate.Metrics ?? {}).map((name) => ({ field: `Metrics.${name}`, name })),
]

/** Names and values of attributes, and names of metrics, against Pinpoint's quotas. */
export const attributeProblems = (candidate: Candidate): readonly Problem[] => {
  const names = namesOf(candidate)
  return [
    ...(names.length > LIMITS.attributeNames
      ? [problem('ATTRIBUTE_NAMES', 'Attributes', `at most ${LIMITS.attributeNames} names`)]
      : []),
    ...names
      .filter(({ name }) => name.length > LIMITS.attributeName)
      .map(({ field }) =>
        problem('ATTRIBUTE_NAME', field, `a name of at most ${LIMITS.attributeName} characters`),
      ),
    ...listsOf(candidate).flatMap(({ field, values }) => listProblems(field, values)),
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

// An import file can carry no line breaks and no tabs anywhere (user guide, "Importing segments"); U+0085, U+2028 and U+2029
// are line breaks too, and half a surrogate pair is no character. What is merely invisible (zero width, right to left) is text.
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/** Control characters, in texts and in names. An address has a rule of its own. */
export const textProblems = (candidate: Candidate): readonly Problem[] =>
  [...textsOf(candidate), ...namesOf(candidate).map(({ field, name }) => ({ field, text: name }))]
    .filter(({ text }) => CONTROL.test(text))
    .map(({ field }) => problem('CONTROL_CHARACTER', field, 'no tab, line break or other control character'))
    .filter(isFirst)

const isFirst = ({ field }: Problem, at: number, all: readonly Problem[]): boolean =>
  all.findIndex((each) => each.field === field) === at

interface Text {
  readonly field: string
  readonly text: string
}

const textsOf = (candidate: Candidate): readonly Text[] => [
  ...freeTexts(candidate),
  ...listsOf(candidate).map(({ field, values }) => ({ field, text: values.join('') })),
]

/** The texts that no quota of Pinpoint limits. */
export const freeTexts = ({
  Id = '',
  Demographic = {},
  Location = {},
  User = {},
}: Candidate): readonly Text[] => [
  { field: 'Id', text: Id },
  ...Object.entries(Demographic).map(([name, text]) => ({
    field: `Demographic.${name}`,
    text: String(text),
  })),
  ...LOCATION_TEXT_FIELDS.map((name) => ({ field: `Location.${name}`, text: Location[name] ?? '' })),
  { field: 'User.UserId', text: User.UserId ?? '' },
]
