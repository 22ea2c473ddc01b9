/** A CloudFormation template in its packaged form (JSON), with its outer shape checked. */
import { inside, StackError } from './place.ts'
import type { Place } from './place.ts'

export type Json = Readonly<Record<string, unknown>>

export interface ResourceTemplate {
  readonly type: string
  readonly properties: Json
  readonly dependsOn: readonly string[]
  readonly condition?: string
}

export interface Template {
  readonly parameters: ReadonlyMap<string, Json>
  readonly conditions: ReadonlyMap<string, unknown>
  readonly resources: ReadonlyMap<string, ResourceTemplate>
  readonly outputs: ReadonlyMap<string, Json>
}

const SECTIONS = [
  ...[
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Conditions',
    'Resources',
    'Outputs',
  ],
]
const RESOURCE_ATTRIBUTES = [
  ...['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'],
]

/** Reads a parsed template. Throws {@link StackError} for a section or attribute that is not understood. */
export const readTemplate = (source: unknown, stack: string): Template => {
  const top: Place = { stack, path: [] }
  const sections = objectAt(source, top)
  refuseOthers(sections, SECTIONS, top)
  const objects = (name: string): ReadonlyMap<string, Json> => {
    const place = inside(top, name)
    const entries = Object.entries(objectAt(sections[name] ?? {}, place))
    return new Map(entries.map(([key, value]) => [key, objectAt(value, inside(place, key))]))
  }
  return {
    parameters: objects('Parameters'),
    conditions: objects('Conditions'),
    resources: new Map(
      [...objects('Resources')].map(([id, value]) => [id, readResource(value, inside(top, 'Resources', id))]),
    ),
    outputs: objects('Outputs'),
  }
}

const readResource = (value: Json, place: Place): ResourceTemplate => {
  refuseOthers(value, RESOURCE_ATTRIBUTES, place)
  const { Type: type, DependsOn: dependsOn = [], Condition: condition } = value
  if (typeof type !== 'string') throw new StackError(place, 'has no Type')
  if (condition !== undefined && typeof condition !== 'string') {
    throw new StackError(inside(place, 'Condition'), 'is not the name of a condition')
  }
  return {
    type,
    properties: objectAt(value['Properties'] ?? {}, inside(place, 'Properties')),
    dependsOn: [dependsOn].flat().map((name) => textAt(name, inside(place, 'DependsOn'))),
    ...(condition !== undefined && { condition }),
  }
}

/** The value as an object; throws {@link StackError} where it is none. */
export const objectAt = (value: unknown, place: Place): Json => {
  if (isObject(value)) return value
  throw new StackError(place, `expected an object, got ${JSON.stringify(value)}`)
}

/** The value as a list; throws {@link StackError} where it is none. */
export const listAt = (value: unknown, place: Place): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new StackError(place, `expected a list, got ${JSON.stringify(value)}`)
}

/** The value as text: a string, or a number or boolean written out, as CloudFormation converts them. */
export const textAt = (value: unknown, place: Place): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new StackError(place, `expected a string, got ${JSON.stringify(value)}`)
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws {@link StackError} naming the first key that is not among `known`. */
export const refuseOthers = (value: Json, known: readonly string[], place: Place): void => {
  const other = Object.keys(value).find((name) => !known.includes(name))
  if (other !== undefined) throw new StackError(inside(place, other), 'is not emulated')
}
