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

/** What a good row's line must hold: its texts as they are, but for a phone number's, which is plain; and its own names. */
export const holdsOf = ({ cells, broken }: RowCase): string[] =>
  broken.length > 0
    ? []
    : Object.entries(cells).flatMap(([name, cell]) => {
        if (cell === '' || name === 'EffectiveDate' || cell === 'NONE') return []
        const own = /^(?:Attributes|Metrics|User\.UserAttributes)\.(.*)$/s.exec(name)?.[1]
        if (own !== undefined) return [`${JSON.stringify(own)}:`]
        if (/itude$/.test(name)) return []
        const isPhone = name === 'Address' && /^(?:SMS|VOICE)$/.test(cells['ChannelType'] ?? '')
        return [JSON.stringify(isPhone ? cell.replace(/[^+\d]/g, '') : cell)]
      })
