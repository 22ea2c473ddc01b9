/** One row of a CSV file → an endpoint, or what is wrong with the row. */
import { isPhoneChannel, normalisePhone } from '../endpoint/address-rules.ts'
import { checkDropped } from '../endpoint/drop-rules.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { isIsoDate } from '../endpoint/iso-date.ts'
import type { Candidate, Problem } from '../endpoint/problem.ts'
import { isMended } from './csv-header.ts'
import type { Column } from './csv-header.ts'
import { original } from './formula.ts'

/**
 * The endpoint that `cells` describe under `columns`. An empty cell says nothing of its field. Consent-silent: a blank or
 * `NONE` in OptOut is no opt-in (a file carries no date of consent), so only `ALL` remains.
 */
export const endpointOf = (
  columns: readonly Column[],
  cells: readonly string[],
): Endpoint | readonly Problem[] => {
  if (cells.length !== columns.length) {
    return [{ rule: 'COLUMNS', field: '', expected: `${columns.length} cells, as in the header` }]
  }
  const checked = checkDropped(candidateOf(columns, cells))
  const dates = dateProblems(columns, cells)
  if (!('Id' in checked)) return [...checked, ...dates]
  if (dates.length > 0) return dates
  const { OptOut, ...silent } = checked
  return OptOut === 'ALL' ? { ...silent, OptOut } : silent
}

/**
 * What is left of an unfit row that says `ALL`: its id, and its address where that is fit. Undefined where the row says
 * nothing of consent, or names nobody.
 */
export const optOutOf = (
  columns: readonly Column[],
  cells: readonly string[],
): { readonly Id: string; readonly endpoint: Endpoint | undefined } | undefined => {
  if (cells.length !== columns.length) return undefined
  const { Id, Address, ChannelType, OptOut } = candidateOf(columns, cells)
  if (!Id?.trim() || OptOut !== 'ALL') return undefined
  const checked = checkDropped({
    Id,
    OptOut,
    ...(Address && { Address }),
    ...(ChannelType && { ChannelType }),
  })
  return { Id, endpoint: 'Id' in checked ? checked : undefined }
}

/** No import can set the date, so that it goes nowhere; but a wrong one is a sign that the cells have slipped. */
const dateProblems = (columns: readonly Column[], cells: readonly string[]): readonly Problem[] => {
  const cell = cells[columns.findIndex(({ path }) => path[0] === 'EffectiveDate')]
  return !cell || isIsoDate(cell)
    ? []
    : [{ rule: 'DATE', field: 'EffectiveDate', expected: 'a date in ISO 8601, such as 2026-01-31T12:00:00Z' }]
}

type Node = Map<string, Node | string | number | string[]>

const candidateOf = (columns: readonly Column[], cells: readonly string[]): Candidate => {
  const root: Node = new Map()
  const textOf = isMended(columns) ? original : (cell: string) => cell
  for (const [at, column] of columns.entries()) {
    const cell = textOf(cells[at] ?? '')
    if (cell !== '' && column.kind !== 'none') place(root, column, cell)
  }
  return withPlainPhone(plain(root))
}

const withPlainPhone = (candidate: Candidate): Candidate =>
  candidate.Address !== undefined && isPhoneChannel(candidate.ChannelType)
    ? { ...candidate, Address: normalisePhone(candidate.Address) }
    : candidate

const place = (root: Node, { path, kind }: Column, cell: string): void => {
  const name = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce(childOf, root)
  if (kind === 'number') parent.set(name, decimal(cell))
  else if (kind === 'text') parent.set(name, cell)
  else parent.set(name, [...listAt(parent, name), cell])
}

// `Number` would read '0x10' and ' 7 ' too; the rules then refuse NaN by its field.
const decimal = (cell: string): number =>
  /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell) ? Number(cell) : NaN

const childOf = (parent: Node, name: string): Node => {
  const child = parent.get(name)
  if (child instanceof Map) return child
  const fresh: Node = new Map()
  parent.set(name, fresh)
  return fresh
}

const listAt = (parent: Node, name: string): string[] => {
  const list = parent.get(name)
  return Array.isArray(list) ? list : []
}

// Object.fromEntries defines own properties, so a column named Attributes.__proto__ is only data.
const plain = (node: Node): object =>
  Object.fromEntries([...node].map(([name, value]) => [name, value instanceof Map ? plain(value) : value]))
