/** The truth of a template's conditions. They can only look at parameters, so they are known before any resource. */
import { inside, StackError } from './place.ts'
import type { Place } from './place.ts'
import { resolve } from './resolve.ts'
import type { Scope } from './resolve.ts'
import { isObject, listAt, textAt } from './template.ts'

/** Evaluates every condition. Throws {@link StackError} for one that is dangling, circular or not understood. */
export const evaluateConditions = (
  conditions: ReadonlyMap<string, unknown>,
  stack: string,
  parameter: (name: string) => unknown,
): ReadonlyMap<string, boolean> => {
  const truths = new Map<string, boolean>()

  const truthOf = (name: string, from: Place, asked: readonly string[]): boolean => {
    const known = truths.get(name)
    if (known !== undefined) return known
    if (!conditions.has(name)) throw new StackError(from, `there is no condition ${name}`)
    if (asked.includes(name)) throw new StackError(from, `condition ${name} depends on itself`)
    const look: Look = {
      scope: { ref: parameter, attribute: () => undefined, condition: () => undefined },
      truthOf: (other, place) => truthOf(other, place, [...asked, name]),
    }
    const truth = evaluate(conditions.get(name), { stack, path: ['Conditions', name] }, look)
    truths.set(name, truth)
    return truth
  }

  for (const name of conditions.keys()) truthOf(name, { stack, path: ['Conditions', name] }, [])
  return truths
}

interface Look {
  readonly scope: Scope
  readonly truthOf: (name: string, from: Place) => boolean
}

const evaluate = (expression: unknown, place: Place, look: Look): boolean => {
  const [name, argument, ...more] = isObject(expression) ? Object.entries(expression).flat() : []
  if (typeof name !== 'string' || more.length > 0) {
    throw new StackError(place, `expected a condition function, got ${JSON.stringify(expression)}`)
  }
  const at = inside(place, name)
  const each = () => listAt(argument, at).map((item, index) => evaluate(item, inside(at, index), look))
  switch (name) {
    case 'Condition':
      return look.truthOf(textAt(argument, at), at)
    case 'Fn::Equals':
      return areEqual(argument, at, look.scope)
    case 'Fn::And':
      return each().every(Boolean)
    case 'Fn::Or':
      return each().some(Boolean)
    case 'Fn::Not':
      return !each().some(Boolean)
    default:
      throw new StackError(at, 'this function is not emulated in a condition')
  }
}

const areEqual = (argument: unknown, place: Place, scope: Scope): boolean => {
  const [left, right, ...more] = listAt(argument, place).map((item, index) =>
    textAt(resolve(item, inside(place, index), scope), inside(place, index)),
  )
  if (right === undefined || more.length > 0) throw new StackError(place, 'compares two values')
  return left === right
}
