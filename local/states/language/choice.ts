/** The rules of a Choice state. https://states-language.net/#choice-state */
import { isArray, isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { runtimeFailure } from './failure.ts'
import { parsePath, valueAt } from './json-path.ts'
import { expressionProblems } from './template.ts'
import type { Scope } from './template.ts'

type Comparison = (order: number) => boolean

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** Milliseconds since the epoch, or undefined where the text is no RFC 3339 timestamp. */
export const timestampOf = (value: Json | undefined): number | undefined => {
  if (typeof value !== 'string' || !RFC3339.test(value)) return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : time
}

/** A value as its type compares it: undefined where it is not of that type, which no comparison matches. */
const COMPARABLES: Readonly<Record<string, (value: Json | undefined) => string | number | undefined>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
  Timestamp: timestampOf,
}

const TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => timestampOf(value) !== undefined,
}

const COMPARE =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$/
const NOT_OPERATORS = ['Next', 'Comment', 'Variable']

/** True where the rule matches. Throws `States.Runtime` where its Variable points to nothing (but for IsPresent). */
export const matches = (rule: JsonObject, scope: Scope): boolean => {
  if (isArray(rule['And'])) return rulesOf(rule['And']).every((each) => matches(each, scope))
  if (isArray(rule['Or'])) return rulesOf(rule['Or']).some((each) => matches(each, scope))
  if (isObject(rule['Not'])) return !matches(rule['Not'], scope)
  const operator = operatorsOf(rule)[0] ?? ''
  const variable = textOf(rule['Variable'])
  if (operator === 'IsPresent') return (find(variable, scope) !== undefined) === rule['IsPresent']
  return compare(operator, variableValue(variable, scope), rule[operator] ?? null, scope)
}

const compare = (operator: string, value: Json, operand: Json, scope: Scope): boolean => {
  const test = TESTS[operator]
  if (test) return test(value) === operand
  if (operator === 'StringMatches') return typeof value === 'string' && wildcard(textOf(operand)).test(value)
  const { type, comparison, byPath } = comparisonOf(operator)
  const other = byPath ? variableValue(textOf(operand), scope) : operand
  const [left, right] = [COMPARABLES[type]?.(value), COMPARABLES[type]?.(other)]
  if (left === undefined || right === undefined) return false
  return COMPARISONS[comparison]?.(order(left, right)) === true
}

const order = (left: string | number, right: string | number): number =>
  left < right ? -1 : left > right ? 1 : 0

const comparisonOf = (operator: string) => {
  const [, type = '', comparison = '', path] = COMPARE.exec(operator) ?? []
  return { type, comparison, byPath: path !== undefined }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const find = (path: string, scope: Scope): Json | undefined =>
  valueAt(parsePath(path), scope.input, scope.context)

const variableValue = (path: string, scope: Scope): Json => {
  const value = find(path, scope)
  if (value !== undefined) return value
  throw runtimeFailure(
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  )
}

// Only `*` is a wildcard, and `\*` is an asterisk.
const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/\\([*\\])|(\*)|[.+?^${}()|[\]\\]/g, (char, escaped?: string, star?: string) =>
      star ? '.*' : `\\${escaped ?? char}`,
    )}$`,
    's',
  )

const operatorsOf = (rule: JsonObject): readonly string[] =>
  Object.keys(rule).filter((key) => !NOT_OPERATORS.includes(key))

const rulesOf = (rules: readonly Json[]): readonly JsonObject[] => rules.filter(isObject)

/** What is wrong with a choice rule, each in a sentence. */
export const ruleProblems = (rule: Json | undefined): readonly string[] => {
  if (!isObject(rule)) return ['a choice rule must be an object']
  const [operator, ...more] = operatorsOf(rule)
  if (operator === undefined || more.length > 0) {
    return [`a choice rule needs exactly one operator, got ${operatorsOf(rule).join(', ') || 'none'}`]
  }
  const operand = rule[operator]
  switch (operator) {
    case 'Not':
      return ruleProblems(operand)
    case 'And':
    case 'Or':
      return isArray(operand) && operand.length > 0
        ? operand.flatMap(ruleProblems)
        : [`${operator} needs a list of rules`]
    default:
      return [...variableProblems(rule), ...operandProblems(operator, operand)]
  }
}

const variableProblems = (rule: JsonObject): readonly string[] => {
  const variable = rule['Variable']
  if (typeof variable === 'string' && variable.startsWith('$')) return expressionProblems(variable)
  return ['a choice rule needs a Variable that is a path']
}

const operandProblems = (operator: string, operand: Json | undefined): readonly string[] => {
  if (operator === 'IsPresent' || TESTS[operator]) {
    return typeof operand === 'boolean' ? [] : [`${operator} must be true or false`]
  }
  if (operator === 'StringMatches') return typeof operand === 'string' ? [] : ['StringMatches needs a string']
  const { type, byPath } = comparisonOf(operator)
  if (type === '' || /^Boolean(?!Equals)/.test(operator)) return [`${operator} is not a choice operator`]
  return byPath ? pathProblems(operator, operand) : literalProblems(operator, type, operand)
}

const pathProblems = (operator: string, operand: Json | undefined): readonly string[] =>
  textOf(operand).startsWith('$') ? expressionProblems(textOf(operand)) : [`${operator} must be a path`]

const literalProblems = (operator: string, type: string, operand: Json | undefined): readonly string[] =>
  COMPARABLES[type]?.(operand) === undefined
    ? [`${operator} does not compare with ${JSON.stringify(operand)}`]
    : []
