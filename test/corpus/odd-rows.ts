/** Files with odd rows: one for each form among good neighbours, and many at once in any style. */
import { pick } from '../fixtures/odd-csv.ts'
import type { Random } from '../fixtures/odd-csv.ts'
import { BASE, goodRow, sheet } from './corpus-file.ts'
import type { CorpusFile, Row, Style } from './corpus-file.ts'
import { ROW_CASES } from './good-and-bad-rows.ts'
import { holdsOf } from './row-cases.ts'
import type { RowCase } from './row-cases.ts'

const some = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make)

const rowOf = (random: Random, { cells, broken }: RowCase): Row => ({ ...goodRow(random, cells), broken })

const styleOf = (random: Random): Style => {
  const lineEnds = pick(random, [['\n'], ['\r\n'], ['\n', '\r\n']])
  const quoted = pick(random, [0, 0.2, 1])
  const blank = pick(random, [0, 0.2])
  return {
    bom: random() < 0.3,
    lineEnd: () => pick(random, lineEnds),
    quotes: () => random() < quoted,
    blankLine: () => random() < blank,
    lastLineEnd: random() < 0.7,
  }
}

const single = (random: Random): CorpusFile[] =>
  ROW_CASES.map((each) => {
    const before = some(random, 3, () => goodRow(random))
    const after = some(random, 3, () => goodRow(random))
    const file = sheet(`row: ${each.name}`, [...before, rowOf(random, each), ...after], styleOf(random))
    return { ...file, holds: holdsOf(each) }
  })

// A name that is wrong is so in each row that uses the column, and a fixed id comes but once.
const MIXABLE = ROW_CASES.filter(({ cells }) =>
  Object.keys(cells).every(
    (name) =>
      !/^(?:Attributes|Metrics|User\.UserAttributes)\./.test(name) ||
      (BASE as readonly string[]).includes(name),
  ),
)

const mixed = (random: Random, files: number): CorpusFile[] =>
  Array.from({ length: files }, (_, at) => {
    const ids = new Set<string>()
    const rows = Array.from({ length: 5 + Math.floor(random() * 60) }, () =>
      random() < 0.6 ? goodRow(random) : rowOf(random, pick(random, MIXABLE)),
    ).filter(({ cells }) => {
      const id = (cells['Id'] ?? '').toLowerCase()
      const isNew = !ids.has(id)
      ids.add(id)
      return isNew || id === ''
    })
    return sheet(`mixed rows ${at + 1}`, rows, styleOf(random))
  })

/** A row that is so long as JSON, with its city to make up what is missing. */
const ofSize = (size: number): Row => {
  const cells = { Id: 'zq-1', Address: 'zq@example.com', ChannelType: 'EMAIL' }
  const names = Array.from({ length: 110 }, (_, at) => `N${at}`)
  const Attributes = Object.fromEntries(names.map((name) => [name, ['x'.repeat(100)]]))
  const rest = size - Buffer.byteLength(JSON.stringify({ ...cells, Location: { City: '' }, Attributes }))
  const attributes = names.map((name) => [`Attributes.${name}`, 'x'.repeat(100)] as const)
  return { cells: { ...cells, 'Location.City': 'x'.repeat(rest), ...Object.fromEntries(attributes) } }
}

const FULL = 15 * 1024

const sizes = (): CorpusFile[] => [
  sheet('row: 15 KB', [ofSize(FULL)]),
  sheet('row: 15 KB and a byte', [{ ...ofSize(FULL + 1), broken: [['ENDPOINT_TOO_LARGE', 'Id']] }]),
]

export const oddRowFiles = (random: Random): CorpusFile[] => [
  ...single(random),
  ...sizes(),
  ...mixed(random, 60),
]
