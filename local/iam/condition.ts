/** The conditions of a policy statement, on the keys the local Regions can know. */
import { fits, fitsArn } from './pattern.ts'
import { PolicyError } from './policy-error.ts'

/** What is known of a request, by condition key (letter case does not matter). */
export type Context = Readonly<Record<string, string | readonly string[]>>

export interface Condition {
  readonly quantifier: 'any' | 'all'
  readonly operator: Operator
  /** In lower case, as IAM compares keys. */
  readonly key: string
  readonly values: readonly string[]
}

/** The keys a caller of the evaluator may hand in. Only of these may `Null` say that one is missing. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'dynamodb:leadingkeys',
  'iam:passedtoservice',
  's3:prefix',
])

const OPERATORS = {
  StringEquals: (wanted: string, given: string) => wanted === given,
  StringLike: fits,
  ArnEquals: fitsArn,
  ArnLike: fitsArn,
  Bool: (wanted: string, given: string) => wanted.toLowerCase() === given.toLowerCase(),
  Null: () => false,
} as const

type Operator = keyof typeof OPERATORS

/** Reads a `Condition` block. Throws {@link PolicyError} for an operator that is not emulated. */
export const readConditions = (block: unknown, where: string): readonly Condition[] =>
  entriesOf(block, where).flatMap(([spelled, byKey]) => {
    const { operator, quantifier } = readOperator(spelled, where)
    return entriesOf(byKey, `${where}.${spelled}`).map(([key, values]) => ({
      quantifier,
      operator,
      key: key.toLowerCase(),
      values: [values].flat().map(String),
    }))
  })

/**
 * True where the condition is met. A key nobody handed in meets nothing — also under `ForAllValues`, where IAM
 * itself would say yes: what the local Regions cannot know, they do not allow.
 */
export const isMet = (condition: Condition, context: Context): boolean => {
  const given = valuesOf(context, condition.key)
  if (condition.operator === 'Null') return isNullMet(condition, given)
  if (given.length === 0) return false
  const matches = (value: string) =>
    condition.values.some((wanted) => OPERATORS[condition.operator](wanted, value))
  return condition.quantifier === 'all' ? given.every(matches) : given.some(matches)
}

const isNullMet = (condition: Condition, given: readonly string[]): boolean =>
  KNOWN_KEYS.has(condition.key) && condition.values.includes(String(given.length === 0))

const valuesOf = (context: Context, key: string): readonly string[] =>
  Object.entries(context)
    .filter(([name]) => name.toLowerCase() === key)
    .flatMap(([, value]) => value)

const readOperator = (spelled: string, where: string): Pick<Condition, 'operator' | 'quantifier'> => {
  const [, prefix, name] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/u.exec(spelled) ?? []
  if (name === undefined || !isOperator(name)) {
    throw new PolicyError(`${where}: condition operator ${spelled} is not emulated`)
  }
  return { operator: name, quantifier: prefix === 'ForAllValues' ? 'all' : 'any' }
}

const isOperator = (name: string): name is Operator => Object.hasOwn(OPERATORS, name)

const entriesOf = (block: unknown, where: string): [string, unknown][] => {
  if (block === undefined) return []
  if (typeof block === 'object' && block !== null && !Array.isArray(block)) return Object.entries(block)
  throw new PolicyError(`${where} is not an object: ${JSON.stringify(block)}`)
}
