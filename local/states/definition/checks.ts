/** What may stand in the fields of a state: checks that answer every problem in a sentence. */
import { ruleProblems } from '../language/choice.ts'
import { isArray, isObject } from '../language/json.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { isReferencePath, parsePath } from '../language/json-path.ts'
import { expressionProblems } from '../language/template.ts'

/** What is wrong with a value, each in a sentence. */
export type Check = (value: Json) => readonly string[]

export const want =
  (wanted: string, holds: (value: Json) => boolean): Check =>
  (value) =>
    holds(value) ? [] : [`must be ${wanted}, got ${JSON.stringify(value)}`]

export const isInteger = (from: number, to: number) => (value: Json | undefined) =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to

export const A_YEAR_OR_SO = 99_999_999
export const text = want('a string', (value) => typeof value === 'string')
export const seconds = want('whole seconds from 1', isInteger(1, A_YEAR_OR_SO))

export const path: Check = (value) =>
  typeof value === 'string' && value.startsWith('$') ? expressionProblems(value) : ['must be a path']
export const pathOrNull: Check = (value) => (value === null ? [] : path(value))
export const pathOrFunction: Check = (value) =>
  typeof value === 'string' ? expressionProblems(value) : ['must be a path or an intrinsic function']

export const resultPath: Check = (value) => {
  const problems = pathOrNull(value)
  if (problems.length > 0 || typeof value !== 'string' || isReferencePath(parsePath(value))) return problems
  return [`must name one place in the input, got ${value}`]
}

const errorNames: Check = want(
  'a list of error names, States.ALL alone in it',
  (value) =>
    isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string') &&
    (value.length === 1 || !value.includes('States.ALL')),
)

const RETRIER: Readonly<Record<string, Check>> = {
  ErrorEquals: errorNames,
  IntervalSeconds: seconds,
  MaxAttempts: want('a whole number from 0', isInteger(0, A_YEAR_OR_SO)),
  BackoffRate: want('a number from 1', (value) => typeof value === 'number' && value >= 1),
  MaxDelaySeconds: want('whole seconds from 1 to 31622400', isInteger(1, 31_622_400)),
  JitterStrategy: want('NONE or FULL', (value) => value === 'NONE' || value === 'FULL'),
  Comment: text,
}

const CATCHER: Readonly<Record<string, Check>> = {
  ErrorEquals: errorNames,
  Next: text,
  ResultPath: resultPath,
  Comment: text,
}

/** A list of retriers or catchers, of which only the last may name States.ALL. */
const handlers =
  (fields: Readonly<Record<string, Check>>, needs: readonly string[]): Check =>
  (value) => {
    if (!isArray(value)) return ['must be a list']
    const early = value
      .slice(0, -1)
      .some(
        (each) =>
          isObject(each) && isArray(each['ErrorEquals']) && each['ErrorEquals'].includes('States.ALL'),
      )
    return [
      ...(early ? ['only the last of the list may name States.ALL'] : []),
      ...value.flatMap((each) =>
        isObject(each) ? fieldProblems(each, fields, needs) : ['must hold objects'],
      ),
    ]
  }

export const choices: Check = (value) => {
  if (!isArray(value) || value.length === 0) return ['must be a list of choice rules']
  const dangling = value.filter((rule) => isObject(rule) && typeof rule['Next'] !== 'string')
  return [...value.flatMap(ruleProblems), ...dangling.map(() => 'a choice rule needs a Next')]
}

export const retriers = handlers(RETRIER, ['ErrorEquals'])
export const catchers = handlers(CATCHER, ['ErrorEquals', 'Next'])

/** Fields that are missing, that are not among `fields`, or that hold what they may not. */
export const fieldProblems = (
  object: JsonObject,
  fields: Readonly<Record<string, Check>>,
  needs: readonly string[],
): readonly string[] => [
  ...needs.filter((name) => !Object.hasOwn(object, name)).map((name) => `${name} is missing`),
  ...Object.entries(object).flatMap(([name, value]) => {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined
    return check ? check(value).map((problem) => `${name}: ${problem}`) : [`${name} is not emulated here`]
  }),
]
