/** DynamoDB's condition expressions: parsed once, judged against an item. */

export type Item = Readonly<Record<string, unknown>>

export interface Expression {
  readonly names?: Readonly<Record<string, string>> | undefined
  readonly values?: Readonly<Record<string, unknown>> | undefined
}

type Judge = (item: Item, given: Expression) => boolean
type Operand = (item: Item, given: Expression) => unknown

const TOKEN = /\s*(<>|<=|>=|[<>=(),]|[:#]?[A-Za-z_][\w.]*)/y

const parsed = new Map<string, Judge>()

/** Throws an Error where the expression is not one. Source: DynamoDB developer guide, "Comparison operator and function reference". */
export const holds = (expression: string, item: Item | undefined, given: Expression): boolean => {
  const judge = parsed.get(expression) ?? parse(expression)
  parsed.set(expression, judge)
  return judge(item ?? {}, given)
}

const tokensOf = (expression: string): string[] => {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const token = TOKEN.exec(expression)?.[1]
    if (token === undefined) throw new Error(`no condition expression: ${expression}`)
    tokens.push(token)
  }
  return tokens
}

interface Cursor {
  readonly tokens: readonly string[]
  at: number
}

const parse = (expression: string): Judge => {
  const cursor = { tokens: tokensOf(expression), at: 0 }
  const judge = either(cursor)
  if (cursor.at < cursor.tokens.length) throw unexpected('no more', cursor)
  return judge
}

const unexpected = (wanted: string, { tokens, at }: Cursor): Error =>
  new Error(`condition expression: expected ${wanted} at token ${at} of: ${tokens.join(' ')}`)

const taken = (word: string, cursor: Cursor): boolean => {
  if (cursor.tokens[cursor.at]?.toUpperCase() !== word) return false
  cursor.at += 1
  return true
}

const take = (word: string, cursor: Cursor): void => {
  if (!taken(word, cursor)) throw unexpected(word, cursor)
}

const either = (cursor: Cursor): Judge => {
  const one = both(cursor)
  if (!taken('OR', cursor)) return one
  const other = either(cursor)
  return (item, given) => one(item, given) || other(item, given)
}

const both = (cursor: Cursor): Judge => {
  const one = not(cursor)
  if (!taken('AND', cursor)) return one
  const other = both(cursor)
  return (item, given) => one(item, given) && other(item, given)
}

const not = (cursor: Cursor): Judge => {
  if (!taken('NOT', cursor)) return primary(cursor)
  const inner = not(cursor)
  return (item, given) => !inner(item, given)
}

const primary = (cursor: Cursor): Judge => {
  if (taken('(', cursor)) {
    const inner = either(cursor)
    take(')', cursor)
    return inner
  }
  const called = FUNCTIONS[cursor.tokens[cursor.at]?.toLowerCase() ?? '']
  if (!called || cursor.tokens[cursor.at + 1] !== '(') return compared(cursor)
  cursor.at += 2
  return called(...operands(cursor))
}

const operands = (cursor: Cursor): Operand[] => {
  const list = [operand(cursor)]
  while (taken(',', cursor)) list.push(operand(cursor))
  take(')', cursor)
  return list
}

const compared = (cursor: Cursor): Judge => {
  const left = operand(cursor)
  if (taken('IN', cursor)) {
    take('(', cursor)
    const choices = operands(cursor)
    return (item, given) => choices.some((choice) => left(item, given) === choice(item, given))
  }
  if (taken('BETWEEN', cursor)) {
    const low = operand(cursor)
    take('AND', cursor)
    const high = operand(cursor)
    return (item, given) =>
      isOrdered(low(item, given), left(item, given)) && isOrdered(left(item, given), high(item, given))
  }
  const compare = COMPARE[cursor.tokens[cursor.at] ?? '']
  if (!compare) throw unexpected('a comparison', cursor)
  cursor.at += 1
  const right = operand(cursor)
  return (item, given) => compare(left(item, given), right(item, given))
}

const operand = (cursor: Cursor): Operand => {
  const token = cursor.tokens[cursor.at] ?? ''
  if (!/^[:#A-Za-z_]/.test(token)) throw unexpected('a name or a value', cursor)
  cursor.at += 1
  if (token.startsWith(':')) return (_item, given) => valueOf(given, token)
  return (item, given) => item[nameOf(given, token)]
}

const nameOf = ({ names }: Expression, token: string): string => {
  const name = token.startsWith('#') ? names?.[token] : token
  if (name === undefined) throw new Error(`no name for ${token}`)
  return name
}

const valueOf = ({ values }: Expression, token: string): unknown => {
  if (!values || !(token in values)) throw new Error(`no value for ${token}`)
  return values[token]
}

const isOrdered = (low: unknown, high: unknown): boolean =>
  typeof low === typeof high && (low as string) <= (high as string)

const COMPARE: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '=': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => typeof left === typeof right && (left as string) < (right as string),
  '>': (left, right) => typeof left === typeof right && (left as string) > (right as string),
  '<=': (left, right) => isOrdered(left, right),
  '>=': (left, right) => isOrdered(right, left),
}

const FUNCTIONS: Readonly<Record<string, ((...operands: Operand[]) => Judge) | undefined>> = {
  attribute_exists: (path) => (item, given) => path?.(item, given) !== undefined,
  attribute_not_exists: (path) => (item, given) => path?.(item, given) === undefined,
  begins_with: (text, start) => (item, given) =>
    textOf(text?.(item, given)).startsWith(textOf(start?.(item, given))),
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
