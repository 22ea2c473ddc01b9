/** One row of a CSV file → an endpoint, or what is wrong with the row. */
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Candidate, Problem } from '../endpoint/problem.ts'
import { isMended } from './csv-header.ts'
import type { Column } from './csv-header.ts'
import { decimal } from './decimal.ts'
import { droppedEndpoint, droppedOptOut } from './dropped-row.ts'
import type { DroppedOptOut } from './dropped-row.ts'
import { original } from './formula.ts'

/** The endpoint that `cells` describe under `columns`. An empty cell says nothing of its field. */
export const endpointOf = (
  columns: readonly Column[],
  cells: readonly string[],
): Endpoint | readonly Problem[] => {
  if (cells.length !== columns.length) {
    return [{ rule: 'COLUMNS', field: '', expected: `${columns.length} cells, as in the header` }]
  }
  const date = cells[columns.findIndex(({ path }) => path[0] === 'EffectiveDate')]
  return droppedEndpoint(candidateOf(columns, cells), date === '' ? undefined : date)
}

/** What is left of an unfit row that says `ALL`. A ragged one says nothing that anybody can be sure of. */
export const optOutOf = (columns: readonly Column[], cells: readonly string[]): DroppedOptOut | undefined =>
  cells.length === columns.length ? droppedOptOut(candidateOf(columns, cells)) : undefined

type Node = Map<string, Node | string | number | string[]>

const candidateOf = (columns: readonly Column[], cells: readonly string[]): Candidate => {
  const root: Node = new Map()
  const textOf = isMended(columns) ? original : (cell: string) => cell
  for (const [at, column] of columns.entries()) {
    const cell = textOf(cells[at] ?? '')
    if (cell !== '' && column.kind !== 'none') place(root, column, cell)
  }
  return plain(root)
}

const place = (root: Node, { path, kind }: Column, cell: string): void => {
  const name = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce(childOf, root)
  if (kind === 'number') parent.set(name, decimal(cell))
  else if (kind === 'text') parent.set(name, cell)
  else parent.set(name, [...listAt(parent, name), cell])
}

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
