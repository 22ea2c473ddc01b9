/** Reads a resource's properties one by one; an error names the place of the property. */
import { physicalName } from '../physical-name.ts'
import { inside, StackError } from '../place.ts'
import type { Place } from '../place.ts'
import type { Resource } from '../provision.ts'
import { listAt, objectAt, textAt } from '../template.ts'
import type { Json } from '../template.ts'

/** Throws `StackError` where the property is missing or has another shape. */
export const text = (resource: Resource, name: string): string =>
  textAt(resource.properties[name], at(resource, name))

export const optionalText = (resource: Resource, name: string): string | undefined =>
  resource.properties[name] === undefined ? undefined : text(resource, name)

/** A whole number, also where the template writes it as text. */
export const optionalNumber = (resource: Resource, name: string): number | undefined => {
  const given = optionalText(resource, name)
  if (given === undefined) return undefined
  if (!/^-?\d+$/u.test(given))
    throw new StackError(at(resource, name), `expected a whole number, got ${given}`)
  return Number(given)
}

/** `true` and `false`, also where the template writes them as text. */
export const flag = (resource: Resource, name: string, otherwise: boolean): boolean => {
  const given = optionalText(resource, name) ?? String(otherwise)
  if (given !== 'true' && given !== 'false') {
    throw new StackError(at(resource, name), `expected true or false, got ${given}`)
  }
  return given === 'true'
}

export const object = (resource: Resource, name: string): Json =>
  objectAt(resource.properties[name] ?? {}, at(resource, name))

export const list = (resource: Resource, name: string): readonly unknown[] =>
  listAt(resource.properties[name] ?? [], at(resource, name))

export const texts = (resource: Resource, name: string): readonly string[] =>
  list(resource, name).map((item, index) => textAt(item, inside(at(resource, name), index)))

/** The named properties, as far as the template gives them. */
export const picked = (resource: Resource, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(resource.properties).filter(([name]) => names.includes(name)))

/** The name the template gives, else one made up as CloudFormation does, at most `limit` characters long. */
export const nameOf = (resource: Resource, property: string, limit: number): string =>
  optionalText(resource, property) ?? physicalName(resource, limit)

export const at = (resource: Resource, ...names: readonly string[]): Place => inside(resource.place, ...names)
