/** Where a mapping looks: `Home.City` in the item, `.Token` in the element of a list, `.` the element, `@` its name in a map. */
import type { Problem } from '../endpoint/rules.ts'

export interface Path {
  readonly from: 'item' | 'element' | 'name'
  readonly names: readonly string[]
  readonly text: string
}

/** What is read: an item, or one element of a list, a set or a map in it. */
export interface Scope {
  readonly item: unknown
  readonly element?: unknown
  /** The element's name, where it is of a map. */
  readonly name?: string
  /** Where the element is in the item, such as `Devices[0]`. */
  readonly place?: string
}

/** One endpoint being read: what was wrong with it is noted as it comes. */
export interface Reading {
  readonly scope: Scope
  readonly strict: boolean
  /** A number may be written as text: a cell of CSV is nothing else. */
  readonly isText?: boolean
  readonly problems: Problem[]
}

/** Undefined where `text` is no path. Braces and outer blanks in a name are slips. */
export const parsePath = (text: string): Path | undefined => {
  if (text === '@') return { from: 'name', names: [], text }
  if (text === '.') return { from: 'element', names: [], text }
  const from = text.startsWith('.') ? 'element' : 'item'
  const names = (from === 'element' ? text.slice(1) : text).split('.')
  return names.every((name) => /^[^{}]+$/.test(name) && name === name.trim())
    ? { from, names, text }
    : undefined
}

/**
 * The value at `path`; undefined where there is none. A value on the way that is no map is a problem, not a field that is
 * missing: what cannot be read must not be taken as gone.
 */
export const find = (path: Path, reading: Reading): unknown => {
  const { item, element, name } = reading.scope
  if (path.from === 'name') return name
  let value = path.from === 'item' ? item : element
  for (let depth = 0; depth < path.names.length; depth += 1) {
    if (isAbsent(value, reading)) return undefined
    if (!isMap(value)) {
      reading.problems.push({ rule: 'FIELD_TYPE', field: placeOf(path, reading, depth), expected: 'a map' })
      return undefined
    }
    const next = path.names[depth] ?? ''
    value = Object.hasOwn(value, next) ? value[next] : undefined
  }
  return value
}

/** The path in the item of what `path` means here, or of its first `depth` names. */
export const placeOf = (path: Path, { scope }: Reading, depth = path.names.length): string => {
  const names = path.names.slice(0, depth)
  return (path.from === 'item' ? names : [scope.place ?? '', ...names]).join('.')
}

/** Says nothing. A strict item means what it holds: only what is not there at all says nothing. */
export const isAbsent = (value: unknown, { strict }: Reading): value is undefined | null | '' =>
  value === undefined || (!strict && (value === null || value === ''))

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Set) &&
  !ArrayBuffer.isView(value)

/** A name that an item has chosen, to be told to people: one that looks like somebody's address or number is not told. */
export const shown = (name: string): string => (/^\p{L}[\p{L}\p{N} _.-]{0,49}$/u.test(name) ? name : '*')
