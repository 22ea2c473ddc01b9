/** The rows of a file that has a mapping, CSV or JSON Lines → what the mapping makes of them. */
import type { Judged } from './csv/judged-row.ts'
import type { CsvOptions } from './csv/kernel.ts'
import { isMended, OUR_COLUMNS, wrongDelimiter, OTHER_DELIMITERS } from './csv-header.ts'
import type { Column, Refusal } from './csv-header.ts'
import { ENDPOINTS_OF_ROW } from './drop-mapping.ts'
import type { DropMapping } from './drop-mapping.ts'
import { original } from './formula.ts'
import { NO_OBJECT, objectIn } from './json-line.ts'
import type { JsonLinesOptions } from './json-lines.ts'
import { nearest } from './nearest.ts'

/** How to read a file of JSON Lines: each line's object is the row. */
export const mappedLines = (
  mapping: DropMapping,
  now: string,
): Required<Pick<JsonLinesOptions, 'judge' | 'endpointsOfRow'>> => ({
  endpointsOfRow: ENDPOINTS_OF_ROW,
  judge(text) {
    const row = objectIn(text)
    return row ? mapping.judge(row, now) : NO_OBJECT
  },
})

/** How to read a file of CSV, once: the row is an object of its cells by the names of their columns, an empty cell saying nothing. */
export const mappedCells = (
  mapping: DropMapping,
  now: string,
): Required<Pick<CsvOptions, 'columnsOf' | 'judge' | 'endpointsOfRow'>> => {
  let fields: readonly Field[] = []
  return {
    endpointsOfRow: ENDPOINTS_OF_ROW,
    columnsOf(header) {
      fields = fieldsIn(mapping, header)
      return refusalOf(mapping, header, fields) ?? header.map(columnOf)
    },
    judge: (columns, cells) =>
      cells.length === columns.length
        ? mapping.judge(rowOf(fields, isMended(columns) ? cells.map(original) : cells), now)
        : ragged(columns.length),
  }
}

const ragged = (columns: number): Judged => ({
  problems: [{ rule: 'COLUMNS', field: '', expected: `${columns} cells, as in the header` }],
  optOuts: [],
})

/** Ours are left out, the others are the mapping's to read. */
const columnOf = (name: string): Column => ({
  path: OUR_COLUMNS.includes(name) ? name.split('.') : [name],
  kind: 'none',
})

/** A name in the row, and the columns that are its values. */
interface Field {
  readonly path: readonly string[]
  readonly columns: readonly number[]
  /** A list of the cells that say something, even of one. */
  readonly isList: boolean
}

const fieldsIn = ({ fields, lists }: DropMapping, header: readonly string[]): Field[] => {
  const names = new Set(header.filter((name) => fields.some((field) => isOf(name, field))))
  return [...names].map((name) => {
    const columns = [...header.keys()].filter((at) => header[at] === name)
    return { path: name.split('.'), columns, isList: lists.has(name) || columns.length > 1 }
  })
}

/** The field itself, or below it. */
const isOf = (name: string, field: string): boolean => name === field || name.startsWith(`${field}.`)

const refusalOf = (
  { name, fields }: DropMapping,
  header: readonly string[],
  found: readonly Field[],
): Refusal | undefined => {
  if (header.length === 1 && OTHER_DELIMITERS.test(header[0] ?? '')) return wrongDelimiter()
  const missing = fields.find((field) => !header.some((column) => isOf(column, field)))
  if (missing !== undefined) {
    const near = nearest(missing, header)
    const hint = near === undefined ? '' : `; is it column ${header.indexOf(near) + 1}?`
    const message = `the mapping ${name} reads the column ${missing}, which the header does not have${hint}`
    return { code: 'HEADER_MISSING', message }
  }
  const names = found.map(({ path }) => path.join('.'))
  const clash = names.find((one) => names.some((other) => other !== one && isOf(other, one)))
  if (clash === undefined) return undefined
  const message = `column ${header.indexOf(clash) + 1} has a value, and others have parts of it; leave out either`
  return { code: 'HEADER_CLASH', message }
}

type Node = Map<string, Node | string | string[]>

const rowOf = (fields: readonly Field[], cells: readonly string[]): Readonly<Record<string, unknown>> => {
  const root: Node = new Map()
  for (const { path, columns, isList } of fields) {
    const values = columns.map((at) => cells[at] ?? '').filter((cell) => cell !== '')
    const [first] = values
    if (first === undefined) continue
    const parent = path.slice(0, -1).reduce(childOf, root)
    parent.set(path.at(-1) ?? '', isList ? values : first)
  }
  return plain(root)
}

const childOf = (parent: Node, name: string): Node => {
  const child = parent.get(name)
  if (child instanceof Map) return child
  const fresh: Node = new Map()
  parent.set(name, fresh)
  return fresh
}

// Object.fromEntries defines own properties, so a column named __proto__ is only data.
const plain = (node: Node): Record<string, unknown> =>
  Object.fromEntries([...node].map(([name, value]) => [name, value instanceof Map ? plain(value) : value]))
