/** Walks a piece of a template, and reads which resources it refers to. */
import { isObject } from './templates.ts'
import type { Resource } from './templates.ts'

export interface Node {
  readonly place: string
  readonly value: unknown
}

/** The value itself and everything inside it, each with the place where it stands. */
export const nodesIn = (value: unknown, place: string): readonly Node[] => {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [{ place, value }, ...inner.flatMap(([key, item]) => nodesIn(item, `${place}.${key}`))]
}

export interface Reference {
  readonly id: string
  readonly attribute?: string
  readonly place: string
}

/** Every `Ref`, `Fn::GetAtt` and `Fn::Sub` in a value, pseudo parameters included. */
export const referencesIn = (value: unknown, place: string): readonly Reference[] =>
  nodesIn(value, place).flatMap((node) =>
    callsOf(node.value).map(([id = '', attribute]) => ({
      id,
      place: node.place,
      ...(attribute !== undefined && { attribute }),
    })),
  )

/** The logical id that a value as a whole stands for, by Ref or by an attribute. */
export const idOf = (value: unknown): string | undefined =>
  isObject(value) && !('Fn::Sub' in value) ? callsOf(value)[0]?.[0] : undefined

/** A resource needs those it refers to, and those it names in DependsOn. */
export const needsOf = (id: string, resource: Resource): readonly Reference[] => [
  ...referencesIn(resource.Properties, id),
  ...[resource.DependsOn ?? []].flat().map((needed) => ({ id: needed, place: `${id}.DependsOn` })),
]

export const PLACEHOLDER = /\$\{([^!}][^}]*)\}/gu

const callsOf = (value: unknown): readonly (readonly string[])[] => {
  if (!isObject(value)) return []
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value
  if (typeof ref === 'string') return [[ref]]
  if (typeof attribute === 'string') return [splitOnce(attribute)]
  if (Array.isArray(attribute)) return [attribute as string[]]
  if (sub === undefined) return []
  const [text, variables] = [sub].flat() as [string, object?]
  return [...text.matchAll(PLACEHOLDER)]
    .map(([, name = '']) => splitOnce(name))
    .filter(([name = '']) => !Object.hasOwn(variables ?? {}, name))
}

const splitOnce = (name: string): readonly string[] => {
  const dot = name.indexOf('.')
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)]
}
