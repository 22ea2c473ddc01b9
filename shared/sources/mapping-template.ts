/** An id template such as `{CustomerId}-email`: text, and fields in braces. */
import { find, isAbsent, parsePath, placeOf } from './mapping-path.ts'
import type { Path, Reading } from './mapping-path.ts'
import { asText } from './mapping-values.ts'

/** Text and fields, in turn. */
export type Template = readonly (string | Path)[]

/** Undefined where `text` is no template: a brace without its other, a field that is no path, or a character no id may have. */
export const parseTemplate = (text: string): Template | undefined => {
  const parts = text
    .split(/\{([^{}]*)\}/)
    .map((part, at) => (at % 2 === 1 ? parsePath(part) : /[${}\p{Cc}]/u.test(part) ? undefined : part))
  return parts.every((part) => part !== undefined) ? parts : undefined
}

export const fieldsIn = (template: Template): Path[] => template.filter((part) => typeof part !== 'string')

/** The id; undefined, with the problem noted, where a field of it says nothing or is no text. */
export const fill = (template: Template, reading: Reading): string | undefined => {
  const texts = template.map((part) => (typeof part === 'string' ? part : idPart(part, reading)))
  return texts.every((text) => text !== undefined) ? texts.join('') : undefined
}

const idPart = (path: Path, reading: Reading): string | undefined => {
  const value = find(path, reading)
  if (!isAbsent(value, reading) && value !== '') return asText(value, placeOf(path, reading), reading)
  reading.problems.push({
    rule: 'ID_MISSING',
    field: placeOf(path, reading),
    expected: 'what makes an id that stays the same for ever',
  })
  return undefined
}

/** Where the id comes from, for people. */
export const idPlace = (template: Template, reading: Reading): string =>
  fieldsIn(template)
    .map((path) => placeOf(path, reading))
    .join(', ')
