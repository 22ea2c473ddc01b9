/** The values of an item → what an endpoint holds: text, numbers, lists of texts, and Pinpoint's own words. */
import type { Problem } from '../endpoint/rules.ts'
import { decimal } from './decimal.ts'
import { find, isAbsent, isMap, placeOf, shown } from './mapping-path.ts'
import type { Path, Reading } from './mapping-path.ts'

/** Notes a problem, and gives undefined, where the value at `place` is of another type. */
export type Convert = (value: unknown, place: string, reading: Reading) => unknown

const wrongType = (place: string, expected: string, { problems }: Reading): undefined => {
  problems.push({ rule: 'FIELD_TYPE', field: place, expected })
  return undefined
}

export const asText = (value: unknown, place: string, reading: Reading): string | undefined => {
  if (typeof value === 'string') return value
  if (reading.strict) return wrongType(place, 'text', reading)
  return isExact(value) ? String(value) : wrongType(place, 'text, or a number of at most 15 digits', reading)
}

// The table holds 38 digits, JavaScript less: a longer number has been rounded, and may have become somebody else's.
const isExact = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' ||
  (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)

export const asNumber = (value: unknown, place: string, reading: Reading): number | undefined => {
  const number = typeof value === 'bigint' ? Number(value) : written(value, reading)
  return typeof number === 'number' && Number.isFinite(number)
    ? number
    : wrongType(place, 'a number', reading)
}

const written = (value: unknown, { isText }: Reading): unknown =>
  isText && typeof value === 'string' ? decimal(value) : value

/** A list or a set as it is, anything single as a list of one. A list of nothing says nothing, unless the item is strict. */
export const asTexts = (value: unknown, place: string, reading: Reading): readonly string[] | undefined => {
  const values = valuesIn(value, reading)
  if (values?.length === 0 && !reading.strict) return undefined
  if (!values?.every((each) => isWord(each, reading)))
    return wrongType(place, reading.strict ? 'a list of texts' : 'text, a number, or a list of them', reading)
  const texts = values.map(String)
  // A set has no order: sorted, it is the same list each time it is read.
  return value instanceof Set ? texts.sort() : texts
}

const valuesIn = (value: unknown, reading: Reading): readonly unknown[] | undefined => {
  if (!Array.isArray(value) && !(value instanceof Set)) return reading.strict ? undefined : [value]
  const values: unknown[] = [...(value as Iterable<unknown>)]
  return reading.strict ? values : values.filter((each) => !isAbsent(each, reading))
}

const isWord = (value: unknown, { strict }: Reading): boolean =>
  typeof value === 'string' || (!strict && (typeof value === 'boolean' || isExact(value)))

/** One of Pinpoint's words, and the values of a field that mean it. */
export interface Choice {
  readonly path: Path
  readonly words: ReadonlyMap<unknown, string>
  /** The rule that a value breaks which means none of them, and what was expected. */
  readonly rule: string
  readonly expected: string
}

export const choose = ({ path, words, rule, expected }: Choice, reading: Reading): string | undefined => {
  const value = find(path, reading)
  if (isAbsent(value, reading)) return undefined
  const word = words.get(value)
  if (word === undefined) reading.problems.push({ rule, field: placeOf(path, reading), expected })
  return word
}

/** A whole map of the item, or single fields by the names that the endpoint is to have for them. */
export type Fields = Path | ReadonlyMap<string, Path>

export const isWhole = (fields: Fields): fields is Path => 'names' in fields

type ConvertOf = (name: string) => Convert | undefined

/** `convertOf`: by name; a name that it does not know is a problem. Undefined where no field says anything. */
export const readFields = (
  fields: Fields,
  convertOf: ConvertOf,
  reading: Reading,
): Readonly<Record<string, unknown>> | undefined => {
  const read: [string, unknown][] = []
  for (const [name, value, place] of isWhole(fields) ? inMap(fields, reading) : named(fields, reading)) {
    if (isAbsent(value, reading)) continue
    const convert = convertOf(name)
    if (!convert) reading.problems.push(unknownField(place))
    const converted = convert?.(value, place, reading)
    if (converted !== undefined) read.push([name, converted])
  }
  // fromEntries defines own properties, so that a field named __proto__ is only data.
  return read.length === 0 ? undefined : Object.fromEntries(read)
}

type Field = readonly [name: string, value: unknown, place: string]

const named = (fields: ReadonlyMap<string, Path>, reading: Reading): Field[] =>
  [...fields].map(([name, path]) => [name, find(path, reading), placeOf(path, reading)])

const inMap = (path: Path, reading: Reading): Field[] => {
  const map = find(path, reading)
  if (isAbsent(map, reading)) return []
  const place = placeOf(path, reading)
  if (isMap(map)) return Object.entries(map).map(([name, value]) => [name, value, `${place}.${shown(name)}`])
  wrongType(place, 'a map', reading)
  return []
}

export const unknownField = (place: string): Problem => ({
  rule: 'FIELD_UNKNOWN',
  field: place,
  expected: 'no field of this name',
})
