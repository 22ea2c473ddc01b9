/** How the labelled rows are put down: one form a line, with the rule that it breaks. */
import type { Row } from './corpus-file.ts'

export interface RowCase {
  readonly name: string
  readonly cells: Row['cells']
  /** None of a good one. */
  readonly broken: readonly (readonly [rule: string, field: string])[]
}

type Cells = Row['cells']

export const cases = (
  name: string,
  broken: RowCase['broken'],
  values: readonly string[],
  cellsOf: (value: string) => Cells,
): RowCase[] =>
  values.map((value, at) => ({ name: `${name} ${at + 1}: ${shown(value)}`, cells: cellsOf(value), broken }))

/** Names of tests are read by people: what cannot be seen is written as its code. */
const shown = (value: string): string =>
  (value.length > 24 ? `${value.slice(0, 20)}… (${value.length})` : value).replace(
    /[^\x20-\x7e]/gu,
    (sign) => `U+${(sign.codePointAt(0) ?? 0).toString(16)}`,
  )

export const column =
  (name: string) =>
  (value: string): Cells => ({ [name]: value })
export const address =
  (ChannelType: string) =>
  (Address: string): Cells => ({ ChannelType, Address })

export const times = (text: string, count: number) => text.repeat(count)
