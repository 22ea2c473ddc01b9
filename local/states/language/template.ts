/** Payload templates: JSON in which a key that ends in `.$` takes its value from a path or an intrinsic function. */
import { EvaluationFailure, runtimeFailure } from './failure.ts'
import type { Argument, Call } from './intrinsic-syntax.ts'
import { parseCall } from './intrinsic-syntax.ts'
import { INTRINSICS } from './intrinsics.ts'
import { isArray, isObject } from './json.ts'
import type { Json } from './json.ts'
import { parsePath, valueAt } from './json-path.ts'

/** What an expression can see. */
export interface Scope {
  readonly input: Json
  readonly context: Json
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

/** The template filled in. Throws `States.Runtime` for a path that finds nothing, `States.IntrinsicFailure`. */
export const fill = (template: Json, scope: Scope): Json => {
  if (isArray(template)) return template.map((each) => fill(each, scope))
  if (!isObject(template)) return template
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$') && typeof value === 'string'
        ? [key.slice(0, -2), evaluate(value, scope, key)]
        : [key, fill(value, scope)],
    ),
  )
}

/** The value of a path or an intrinsic function that stands in `field`. Throws as {@link fill} does. */
export const evaluate = (expression: string, scope: Scope, field: string): Json =>
  expression.startsWith('$') ? select(expression, scope, field) : run(parseCall(expression), scope, field)

/** The value at the path that stands in `field`. Throws `States.Runtime` where it finds nothing. */
export const select = (path: string, scope: Scope, field: string): Json => {
  const found = valueAt(parsePath(path), scope.input, scope.context)
  if (found !== undefined) return found
  throw runtimeFailure(
    `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(scope.input)}'`,
  )
}

const run = (call: Call, scope: Scope, field: string): Json => {
  const intrinsic = INTRINSICS[call.name]
  if (!intrinsic) throw runtimeFailure(`${call.name} is not an intrinsic function`)
  const args = call.args.map((argument, i) =>
    // States.Format must still tell `\{\}` from `{}` in its template.
    argument.kind === 'text' && call.name === 'States.Format' && i === 0
      ? argument.raw
      : argumentValue(argument, scope, field),
  )
  try {
    return intrinsic.run(args, scope.random)
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    throw new EvaluationFailure(
      error.error,
      `The intrinsic function in the field '${field}': ${error.reason}`,
    )
  }
}

const argumentValue = (argument: Argument, scope: Scope, field: string): Json => {
  switch (argument.kind) {
    case 'value':
      return argument.value
    case 'path':
      return select(argument.path.text, scope, field)
    case 'call':
      return run(argument.call, scope, field)
    case 'text':
      return argument.raw.replace(/\\(.)/gs, '$1')
  }
}

/** What is wrong with the expressions of a template, each in a sentence. */
export const templateProblems = (template: Json): readonly string[] => {
  if (isArray(template)) return template.flatMap(templateProblems)
  if (!isObject(template)) return []
  return Object.entries(template).flatMap(([key, value]) => {
    if (!key.endsWith('.$')) return templateProblems(value)
    return typeof value === 'string' ? expressionProblems(value) : [`"${key}" must be a path or a function`]
  })
}

/** What is wrong with a path or an intrinsic function, in a sentence; nothing where it is right. */
export const expressionProblems = (expression: string): readonly string[] => {
  try {
    if (expression.startsWith('$')) parsePath(expression)
    else return callProblems(parseCall(expression))
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const callProblems = (call: Call): readonly string[] => {
  const [from, to] = INTRINSICS[call.name]?.arity ?? [0, -1]
  if (to < 0) return [`${call.name} is not an intrinsic function that is emulated`]
  const inner = call.args.flatMap((argument) => (argument.kind === 'call' ? callProblems(argument.call) : []))
  return call.args.length < from || call.args.length > to
    ? [`${call.name} does not take ${call.args.length} arguments here`, ...inner]
    : inner
}
