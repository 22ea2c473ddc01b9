/** The definition of a state machine with its `DefinitionSubstitutions` put in. */
import { StackError } from '../place.ts'
import type { Place } from '../place.ts'
import type { Resource } from '../provision.ts'
import { isObject, textAt } from '../template.ts'
import { at, object, text } from './properties.ts'

/**
 * `Definition` (an object) or `DefinitionString` (JSON text), every `${Name}` in it replaced.
 * Throws {@link StackError} for text that is no JSON and for a `${Name}` without a substitution.
 */
export const definitionOf = (resource: Resource): unknown => {
  const place = at(resource, 'DefinitionSubstitutions')
  const valueOf = (name: string): string => {
    const value = object(resource, 'DefinitionSubstitutions')[name]
    if (value === undefined)
      throw new StackError(place, `there is no \${${name}}, which the definition needs`)
    return textAt(value, place)
  }
  const { DefinitionString: source, Definition: definition } = resource.properties
  if (source === undefined) return substituted(definition, valueOf)
  return parsed(replace(text(resource, 'DefinitionString'), valueOf), at(resource, 'DefinitionString'))
}

const substituted = (value: unknown, valueOf: (name: string) => string): unknown => {
  if (typeof value === 'string') return replace(value, valueOf)
  if (Array.isArray(value)) return value.map((item) => substituted(item, valueOf))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substituted(item, valueOf)]))
}

const replace = (source: string, valueOf: (name: string) => string): string =>
  source.replace(/\$\{([^}]*)\}/gu, (_, name: string) => valueOf(name))

const parsed = (source: string, place: Place): unknown => {
  try {
    return JSON.parse(source)
  } catch (cause) {
    throw new StackError(place, `is not JSON: ${String(cause)}`, { cause })
  }
}
