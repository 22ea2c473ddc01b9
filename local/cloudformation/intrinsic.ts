/** How CloudFormation's intrinsic functions are spelled in JSON. */
import { inside, StackError } from './place.ts'
import type { Place } from './place.ts'
import { isObject, listAt, objectAt, textAt } from './template.ts'

export const FUNCTIONS = [
  ...(['Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::Join', 'Fn::Select', 'Fn::Split', 'Fn::If'] as const),
]
export type FunctionName = (typeof FUNCTIONS)[number]

export interface Call {
  readonly name: FunctionName
  readonly argument: unknown
  /** Where the argument stands. */
  readonly place: Place
}

/** The function a value calls, or undefined for plain data. Throws {@link StackError} for an unknown one. */
export const callIn = (value: unknown, place: Place): Call | undefined => {
  if (!isObject(value)) return undefined
  const name = Object.keys(value).find((key) => key === 'Ref' || key.startsWith('Fn::'))
  if (name === undefined) return undefined
  const at = inside(place, name)
  const known = FUNCTIONS.find((each) => each === name)
  if (!known) throw new StackError(at, 'this function is not emulated')
  if (Object.keys(value).length > 1) throw new StackError(place, `${name} stands beside other keys`)
  return { name: known, argument: value[name], place: at }
}

/** `Fn::GetAtt` as a list or as `Id.Attribute`. */
export const readGetAtt = (
  argument: unknown,
  place: Place,
): { readonly id: string; readonly attribute: string } => {
  const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : listAt(argument, place)
  if (id === undefined || attribute.length === 0) throw new StackError(place, 'names no attribute')
  return { id: textAt(id, place), attribute: attribute.map((part) => textAt(part, place)).join('.') }
}

/** `Fn::If`: the condition's name and its two branches. */
export const readIf = (argument: unknown, place: Place) => {
  const [name, whenTrue, whenFalse, ...more] = listAt(argument, place)
  if (whenFalse === undefined || more.length > 0)
    throw new StackError(place, 'takes a condition and two values')
  return { name: textAt(name, place), branches: { true: whenTrue, false: whenFalse } }
}

/** A list of exactly `count` arguments. */
export const readArguments = (argument: unknown, count: number, place: Place): readonly unknown[] => {
  const given = listAt(argument, place)
  if (given.length !== count) throw new StackError(place, `takes ${count} arguments, got ${given.length}`)
  return given
}

export interface Substitution {
  readonly text: string
  /** Values for names of the text that are no resources or parameters. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** `Fn::Sub` with or without a map of variables. */
export const readSub = (argument: unknown, place: Place): Substitution => {
  if (typeof argument === 'string') return { text: argument, variables: {} }
  const [text, variables] = readArguments(argument, 2, place)
  return { text: textAt(text, inside(place, 0)), variables: objectAt(variables, inside(place, 1)) }
}

/** Replaces every `${Name}` of a `Fn::Sub` text; `${!Name}` stays as a literal `${Name}`. */
export const substitute = (text: string, valueOf: (name: string) => string): string =>
  text.replace(/\$\{(!?)([^}]*)\}/gu, (_, literal: string, name: string) =>
    literal ? `\${${name}}` : valueOf(name.trim()),
  )
