/** Works out the intrinsic functions of a template, as CloudFormation does when it creates a resource. */
import { callIn, readArguments, readGetAtt, readIf, readSub, substitute } from './intrinsic.ts'
import type { Call } from './intrinsic.ts'
import { inside, StackError } from './place.ts'
import type { Place } from './place.ts'
import { isObject, listAt, textAt } from './template.ts'

/** What names stand for. A name that is not there answers undefined. */
export interface Scope {
  ref(name: string): unknown
  attribute(id: string, name: string): unknown
  condition(name: string): boolean | undefined
}

/** What `AWS::NoValue` stands for: the property or list item is left out. */
export const NO_VALUE = Symbol('AWS::NoValue')

/** `value` with every function worked out. Throws {@link StackError} naming the place of what cannot be. */
export const resolve = (value: unknown, place: Place, scope: Scope): unknown => {
  const call = callIn(value, place)
  if (call) return results[call.name](call, scope)
  if (Array.isArray(value)) {
    return value.map((item, index) => resolve(item, inside(place, index), scope)).filter(isValue)
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolve(item, inside(place, key), scope)] as const)
      .filter(([, item]) => isValue(item)),
  )
}

const isValue = (value: unknown): boolean => value !== NO_VALUE

const results: Record<Call['name'], (call: Call, scope: Scope) => unknown> = {
  Ref: ({ argument, place }, scope) => refTo(textAt(argument, place), place, scope),

  'Fn::GetAtt'({ argument, place }, scope) {
    const { id, attribute } = readGetAtt(argument, place)
    return attributeOf(id, attribute, { place, scope })
  },

  'Fn::Sub'({ argument, place }, scope) {
    const { text, variables } = readSub(argument, place)
    return substitute(text, (name) =>
      textAt(
        Object.hasOwn(variables, name)
          ? resolve(variables[name], inside(place, 1, name), scope)
          : named(name, place, scope),
        place,
      ),
    )
  },

  'Fn::Join'({ argument, place }, scope) {
    const [separator, items] = readArguments(argument, 2, place)
    const resolved = listAt(resolve(items, inside(place, 1), scope), inside(place, 1))
    return resolved.map((item) => textAt(item, place)).join(textAt(separator, place))
  },

  'Fn::Select'({ argument, place }, scope) {
    const [index, items] = readArguments(argument, 2, place).map((each, position) =>
      resolve(each, inside(place, position), scope),
    )
    const item = listAt(items, inside(place, 1))[Number(index)]
    if (item === undefined) throw new StackError(place, `there is no item ${textAt(index, place)}`)
    return item
  },

  'Fn::Split'({ argument, place }, scope) {
    const [separator, text] = readArguments(argument, 2, place)
    return textAt(resolve(text, inside(place, 1), scope), place).split(textAt(separator, place))
  },

  'Fn::If'({ argument, place }, scope) {
    const { name, branches } = readIf(argument, place)
    const holds = scope.condition(name)
    if (holds === undefined) throw new StackError(place, `there is no condition ${name}`)
    return resolve(branches[`${holds}`], place, scope)
  },
}

const named = (name: string, place: Place, scope: Scope): unknown => {
  const dot = name.indexOf('.')
  return dot === -1
    ? refTo(name, place, scope)
    : attributeOf(name.slice(0, dot), name.slice(dot + 1), { place, scope })
}

const refTo = (name: string, place: Place, scope: Scope): unknown => {
  const value = scope.ref(name)
  if (value === undefined) throw new StackError(place, `there is no resource or parameter ${name}`)
  return value
}

const attributeOf = (id: string, name: string, { place, scope }: { place: Place; scope: Scope }): unknown => {
  const value = scope.attribute(id, name)
  if (value === undefined) throw new StackError(place, `there is no attribute ${id}.${name}`)
  return value
}
