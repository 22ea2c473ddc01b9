/** Are a template's types, properties and values what AWS's own specification says? */
import { propertiesOf, specificationOf } from './specification.ts'
import type { Properties, PropertyType } from './specification.ts'
import { isObject } from './templates.ts'
import type { Template } from './templates.ts'

export const shapeProblems = ({ resources }: Template): string[] =>
  Object.entries(resources).flatMap(([id, { Type: type, Properties: properties = {} }]) => {
    const specification = specificationOf(type)
    if (!specification) return [`${id}: there is no resource type ${type}`]
    return inObject(properties, specification.properties, id)
  })

const inObject = (value: unknown, properties: Properties, place: string): string[] => {
  if (!isObject(value)) return [wrong(place, 'an object', value)]
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required && value[name] === undefined)
    .map(([name]) => `${place}: ${name} is required`)
  return [
    ...missing,
    ...Object.entries(value).flatMap(([name, item]) => {
      const property = properties[name]
      return property
        ? inValue(item, property.type, `${place}.${name}`)
        : [`${place}: there is no property ${name}`]
    }),
  ]
}

const inValue = (value: unknown, type: PropertyType, place: string): string[] => {
  switch (type.type) {
    case 'ref':
      return inObject(value, propertiesOf(type), place)
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => inValue(item, type.element, `${place}.${index}`))
        : [wrong(place, 'a list', value)]
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) => inValue(item, type.element, `${place}.${key}`))
        : [wrong(place, 'an object', value)]
    case 'union':
      return inUnion(value, type.types, place)
    case 'tag':
      return isObject(value) && typeof value['Key'] === 'string' ? [] : [wrong(place, 'a tag', value)]
    case 'json':
      return []
    default:
      return inScalar(value, type, place)
  }
}

/** A union with free JSON takes anything: where it also names a shape, the value must have that shape. */
const inUnion = (value: unknown, types: readonly PropertyType[], place: string): string[] => {
  const shaped = types.filter(({ type }) =>
    Array.isArray(value) ? type === 'array' : type === 'ref' && isObject(value),
  )
  const verdicts = (shaped.length > 0 ? shaped : types).map((type) => inValue(value, type, place))
  return verdicts.toSorted((a, b) => a.length - b.length)[0] ?? []
}

const inScalar = (value: unknown, type: PropertyType, place: string): string[] => {
  // What an intrinsic function gives is text, which CloudFormation turns into what is wanted.
  if (isObject(value) && Object.keys(value).every((key) => key === 'Ref' || key.startsWith('Fn::'))) return []
  const wanted = type.type === 'date-time' ? 'string' : type.type === 'integer' ? 'number' : type.type
  if (typeof value !== wanted || (type.type === 'integer' && !Number.isInteger(value))) {
    return [wrong(place, `a ${type.type}`, value)]
  }
  const allowed: readonly unknown[] | undefined = 'allowedValues' in type ? type.allowedValues : undefined
  return allowed && !allowed.includes(value) ? [wrong(place, `one of ${allowed.join(', ')}`, value)] : []
}

const wrong = (place: string, wanted: string, value: unknown): string =>
  `${place}: expected ${wanted}, got ${JSON.stringify(value)}`
