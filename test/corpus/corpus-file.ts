/** A file of the corpus, with the verdict that the rules demand; and the tools that make such files. */
import { pick } from '../fixtures/odd-csv.ts'
import type { Random } from '../fixtures/odd-csv.ts'

/** A broken rule: the line its record begins in, the code, the field. */
export type Broken = readonly [line: number, rule: string, field: string]

export interface Counts {
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  readonly superseded: number
}

/** `says`: what the message must hold, for whoever mends the file. */
export type Verdict =
  | { readonly refused: string; readonly says?: string }
  | (Counts & { readonly broken: readonly Broken[]; readonly supersededLines: readonly number[] })

export interface CorpusFile {
  /** Unique, and says what is odd about the file. */
  readonly name: string
  readonly bytes: Uint8Array
  readonly verdict: Verdict
  /** Cells that no message may repeat. */
  readonly secrets: readonly string[]
  /** What the lines to import must hold, as JSON. */
  readonly holds?: readonly string[]
}

/** A row by its columns, and what the rules say of it: nothing of a good one. */
export interface Row {
  readonly cells: Readonly<Record<string, string>>
  readonly broken?: readonly (readonly [rule: string, field: string])[]
  /** Where it is not clear from the broken rules: an unfit row that opts out is accepted for that alone. */
  readonly fate?: 'accepted' | 'rejected' | 'superseded'
}

/** How a file is written, within what is allowed. */
export interface Style {
  readonly bom?: boolean
  readonly lineEnd?: () => string
  readonly quotes?: () => boolean
  readonly blankLine?: () => boolean
  readonly lastLineEnd?: boolean
}

export const BASE = ['Id', 'Address', 'ChannelType', 'OptOut', 'Location.City', 'Attributes.Plan'] as const

const NAMES = ['Ada', 'Björn', 'Chiara', 'Đặng', '恵', 'Zoë', 'Ōtomo', 'Łucja']
const CITIES = ['Graz', 'Köln', 'São Paulo', '名古屋', "L'Aquila", 'Frankfurt, Oder', '']

/** A row that keeps every rule, of somebody invented. */
export const goodRow = (random: Random, cells: Row['cells'] = {}): Row => {
  const number = Math.floor(random() * 1e9)
  const phone = random() < 0.3
  return {
    cells: {
      Id: `zq-${number}`,
      Address: phone ? `+1212${String(number).padStart(9, '0').slice(-7)}` : `zq${number}@example.com`,
      ChannelType: phone ? 'SMS' : 'EMAIL',
      'Location.City': pick(random, CITIES),
      'Attributes.Plan': `${pick(random, NAMES)}'s`,
      ...cells,
    },
  }
}

/** The columns that `rows` need, the usual ones first. */
const columnsOf = (rows: readonly Row[]): string[] => [
  ...new Set([...BASE, ...rows.flatMap(({ cells }) => Object.keys(cells))]),
]

/** The file of these rows, and what must become of it. */
export const sheet = (name: string, rows: readonly Row[], style: Style = {}): CorpusFile => {
  const { lineEnd = () => '\n', quotes = () => false, blankLine = () => false, lastLineEnd = true } = style
  const columns = columnsOf(rows)
  let text = style.bom === true ? '\uFEFF' : ''
  let line = 1
  const add = (cells: readonly string[]): number => {
    const begins = line
    const record = cells.map((cell) => csvCell(cell, quotes())).join(',') + lineEnd()
    text += record
    line += record.split('\n').length - 1
    return begins
  }
  const placed = [add(columns)].slice(1)
  for (const { cells } of rows) {
    while (blankLine()) {
      text += lineEnd()
      line += 1
    }
    placed.push(add(columns.map((column) => cells[column] ?? '')))
  }
  const whole = lastLineEnd ? text : text.replace(/\r?\n$/, '')
  return { name, bytes: Buffer.from(whole), verdict: verdictOf(rows, placed), secrets: secretsOf(rows) }
}

export const csvCell = (cell: string, quoted = false): string =>
  quoted || /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

const fateOf = ({ fate, broken = [] }: Row) => fate ?? (broken.length > 0 ? 'rejected' : 'accepted')

const verdictOf = (rows: readonly Row[], lines: readonly number[]): Verdict => {
  const count = (fate: Row['fate']) => rows.filter((row) => fateOf(row) === fate).length
  return {
    rows: rows.length,
    accepted: count('accepted'),
    rejected: count('rejected'),
    superseded: count('superseded'),
    broken: rows.flatMap(({ broken = [] }, at) =>
      broken.map(([rule, field]): Broken => [lines[at] ?? 0, rule, field]),
    ),
    supersededLines: lines.filter((_, at) => fateOf(rows[at] as Row) === 'superseded'),
  }
}

// Shorter ones are words of the messages too.
export const secretsOf = (rows: readonly Row[]): string[] =>
  rows
    .filter(({ broken = [] }) => broken.length > 0)
    .flatMap(({ cells }) => Object.values(cells))
    .filter((cell) => cell.length > 5 && !WORDS.has(cell))

/** Cells that are our own words. */
const WORDS = new Set([' EMAIL', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'undefined', 'unknown'])

/** A file given as it is; `secrets` are told by their mark. */
export const raw = (name: string, bytes: string | Uint8Array, verdict: Verdict): CorpusFile => ({
  name,
  bytes: Buffer.from(bytes),
  verdict,
  secrets:
    Buffer.from(bytes)
      .toString('latin1')
      .match(/zq[\w@.-]*/g) ?? [],
})

export const refused = (code: string, says?: string): Verdict => ({
  refused: code,
  ...(says !== undefined && { says }),
})

/** Of a file whose rows are all good, but for these. */
export const taken = (rows: number, broken: readonly Broken[] = []): Verdict => {
  const rejected = new Set(broken.map(([line]) => line)).size
  return { ...{ rows, accepted: rows - rejected, rejected, superseded: 0 }, broken, supersededLines: [] }
}
