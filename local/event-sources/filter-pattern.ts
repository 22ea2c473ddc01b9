/**
 * Event filtering: which records a function gets to see.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */

/** As CloudFormation writes it: a record passes if any of the patterns (JSON text) matches. */
export interface FilterCriteria {
  readonly filters: readonly { readonly pattern: string }[]
}

type Structure = Readonly<Record<string, unknown>>
type Operator = (operand: unknown, value: unknown) => boolean

/** A predicate for records; without criteria everything passes. Throws `InvalidFilterPattern` naming what is wrong. */
export const recordFilter = (criteria?: FilterCriteria): ((record: unknown) => boolean) => {
  const patterns = (criteria?.filters ?? []).map(({ pattern }) => parsed(pattern))
  return (record) => patterns.length === 0 || patterns.some((pattern) => matches(pattern, record))
}

export class InvalidFilterPattern extends Error {
  override readonly name = 'InvalidFilterPattern'
}

const parsed = (text: string): Structure => {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch {
    throw new InvalidFilterPattern(`A filter pattern is not JSON: ${text}`)
  }
  if (!isStructure(pattern)) throw new InvalidFilterPattern(`A filter pattern must be an object: ${text}`)
  check(pattern, '')
  return pattern
}

const check = (pattern: unknown, path: string): void => {
  if (Array.isArray(pattern)) {
    for (const rule of pattern)
      if (path.endsWith('.$or')) check(rule, path.slice(0, -4))
      else checkRule(rule, path)
  } else if (isStructure(pattern)) {
    for (const [name, inner] of Object.entries(pattern)) check(inner, `${path}.${name}`)
  } else {
    throw new InvalidFilterPattern(`${path || 'A pattern'} must hold a list of rules or further names`)
  }
}

const checkRule = (rule: unknown, path: string): void => {
  if (!isStructure(rule)) return
  const names = Object.keys(rule)
  const [name = ''] = names
  if (names.length === 1 && Object.hasOwn(OPERATORS, name)) return
  throw new InvalidFilterPattern(`${path} uses a rule that is not emulated: ${JSON.stringify(rule)}`)
}

const matches = (pattern: unknown, value: unknown): boolean => {
  if (Array.isArray(pattern)) {
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return pattern.some((rule) => values.some((each) => follows(rule, each)))
  }
  if (Array.isArray(value)) return value.some((each) => matches(pattern, each))
  return Object.entries(pattern as Structure).every(([name, inner]) =>
    name === '$or' && Array.isArray(inner)
      ? inner.some((choice) => matches(choice, value))
      : matches(inner, isStructure(value) ? value[name] : undefined),
  )
}

const follows = (rule: unknown, value: unknown): boolean => {
  if (!isStructure(rule)) return rule === value
  const [name = '', operand] = Object.entries(rule)[0] ?? []
  return OPERATORS[name]?.(operand, value) ?? false
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: (operand, value) => typeof value === 'string' && value.startsWith(String(operand)),
  suffix: (operand, value) => typeof value === 'string' && value.endsWith(String(operand)),
  'equals-ignore-case': (operand, value) =>
    typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase(),
  exists: (operand, value) => (value !== undefined) === operand,
  'anything-but': (operand, value) => {
    const rules: unknown[] = Array.isArray(operand) ? operand : [operand]
    return value !== undefined && !rules.some((rule) => follows(rule, value))
  },
  // A DynamoDB number is text in its record, so this never matches one: as in AWS.
  numeric: (operand, value) =>
    typeof value === 'number' &&
    Array.isArray(operand) &&
    pairs(operand).every((pair) => compares(pair, value)),
}

const pairs = (operand: readonly unknown[]): [unknown, unknown][] =>
  operand.flatMap((sign, index) =>
    index % 2 === 0 ? [[sign, operand[index + 1]] as [unknown, unknown]] : [],
  )

const compares = ([sign, bound]: readonly [unknown, unknown], value: number): boolean => {
  if (typeof bound !== 'number') return false
  if (sign === '=') return value === bound
  if (sign === '<') return value < bound
  if (sign === '<=') return value <= bound
  return sign === '>' ? value > bound : sign === '>=' && value >= bound
}

const isStructure = (value: unknown): value is Structure =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
