/** JSON Lines, as a drop may be too: the same odd rows, said in JSON, and files that are hardly JSON. */
import { gzipSync } from 'node:zlib'
import type { Random } from '../fixtures/odd-csv.ts'
import { goodRow, raw, refused, secretsOf, taken } from './corpus-file.ts'
import type { Broken, CorpusFile, Row, Verdict } from './corpus-file.ts'
import { ROW_CASES } from './good-and-bad-rows.ts'
import { holdsOf } from './row-cases.ts'

/** `Location.City` → Location, City; an attribute's name may have dots of its own. */
const pathOf = (column: string): readonly string[] => {
  const [, group, name] =
    /^(Attributes|Metrics|User\.UserAttributes|Location|Demographic|User)\.(.*)$/s.exec(column) ?? []
  return group === undefined || name === undefined ? [column] : [...group.split('.'), name]
}

/** One line; a cell that is empty says nothing. Written by hand, so that a name such as `__proto__` is one. */
const jsonOf = (cells: Row['cells']): string => {
  const groups = new Map<string, [name: string, text: string][]>()
  for (const [column, cell] of Object.entries(cells)) {
    const path = pathOf(column)
    const value = /Attributes$/.test(path.slice(0, -1).join('.'))
      ? JSON.stringify([cell])
      : JSON.stringify(cell)
    const group = path.slice(0, -1).join('.')
    if (cell !== '') groups.set(group, [...(groups.get(group) ?? []), [path.at(-1) ?? '', value]])
  }
  const object = (group: string): string[] =>
    (groups.get(group) ?? []).map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  const member = (name: string, members: readonly string[]) =>
    members.length > 0 ? [`${JSON.stringify(name)}:{${members.join()}}`] : []
  const user = [...object('User'), ...member('UserAttributes', object('User.UserAttributes'))]
  const rest = ['Attributes', 'Location', 'Demographic'].flatMap((name) => member(name, object(name)))
  return `{${[...object(''), ...rest, ...member('User', user)].join()}}`
}

/** Numbers are no text in JSON, and have forms of their own below. */
const isText = (column: string) => !/^Metrics\.|Latitude|Longitude/.test(column)

const rows = (random: Random): CorpusFile[] =>
  ROW_CASES.filter(({ cells }) => Object.keys(cells).every(isText)).map((each) => {
    const { name, cells, broken } = each
    const before = Array.from({ length: Math.floor(random() * 3) }, () => goodRow(random))
    const all = [...before, { ...goodRow(random, cells), broken }, goodRow(random)]
    const line = before.length + 1
    const verdict = taken(
      all.length,
      broken.map(([rule, field]): Broken => [line, rule, field]),
    )
    const file = raw(`json row: ${name}`, all.map((row) => `${jsonOf(row.cells)}\n`).join(''), verdict)
    return { ...file, secrets: secretsOf(all), holds: holdsOf(each) }
  })

const GOOD = '{"Id":"zq1","Address":"zqada@example.com","ChannelType":"EMAIL"}\n'
const MORE = '{"Id":"zq2","Address":"zqbob@example.com","ChannelType":"EMAIL","OptOut":"NONE"}\n'
/** A good line with more in it. */
const withMore = (members: string) => GOOD.replace('}', `,${members}}`)
const bad = (rule: string, field: string) => taken(2, [[1, rule, field]])

type Named = readonly [name: string, file: string | Uint8Array, verdict: Verdict]

const FILES: readonly Named[] = [
  ['two lines', GOOD + MORE, taken(2)],
  ['with CRLF', (GOOD + MORE).replaceAll('\n', '\r\n'), taken(2)],
  ['with a BOM', `\uFEFF${GOOD}${MORE}`, taken(2)],
  ['without a line end', (GOOD + MORE).trim(), taken(2)],
  ['with empty lines', `${GOOD}\n \n\r\n${MORE}\n`, taken(2)],
  ['with blanks', `  ${GOOD.replaceAll(',', ' , ')}${MORE}`, taken(2)],
  ['gzip', gzipSync(GOOD + MORE), taken(2)],
  ['with a BOM in the second line', `${GOOD}\uFEFF${MORE}`, taken(2, [[2, 'NOT_JSON', '']])],
  ['a line broken off', `${GOOD}${MORE.slice(0, 30)}`, taken(2, [[2, 'NOT_JSON', '']])],
  ['a list in a line', `${GOOD}[${MORE.trim()}]\n`, taken(2, [[2, 'NOT_JSON', '']])],
  ['a number in a line', `${GOOD}7\n`, taken(2, [[2, 'NOT_JSON', '']])],
  ['null in a line', `${GOOD}null\n`, taken(2, [[2, 'NOT_JSON', '']])],
  ['two objects in a line', `${GOOD}${MORE.trim()}${MORE}`, taken(2, [[2, 'NOT_JSON', '']])],
  ['commas between lines', `${GOOD.trim()},\n${MORE}`, taken(2, [[1, 'NOT_JSON', '']])],
  ['single quotes', `${GOOD}${MORE.replaceAll('"', "'")}`, taken(2, [[2, 'NOT_JSON', '']])],
  [
    'an object over several lines',
    `${GOOD}${MORE.replaceAll(',', ',\n')}`,
    taken(
      5,
      [2, 3, 4, 5].map((line) => [line, 'NOT_JSON', '']),
    ),
  ],
  ['a row of CSV', `${GOOD}zq2,zqbob@example.com,EMAIL\n`, taken(2, [[2, 'NOT_JSON', '']])],
  [
    'an empty object',
    `${GOOD}{}\n`,
    taken(2, [
      [2, 'ID_MISSING', 'Id'],
      [2, 'CHANNEL_MISSING', 'ChannelType'],
    ]),
  ],
  [
    'Latin-1',
    Buffer.from(`${GOOD}${MORE.replace('zqbob', 'zqb\xf6b')}`, 'latin1'),
    refused('NOT_UTF8', 'line 2'),
  ],
  ['UTF-16', Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), refused('NOT_UTF8', 'UTF-16 LE')],
  [
    'a line of 64 KiB and more',
    `${GOOD}${withMore(`"RequestId":"${'x'.repeat(66_000)}"`)}`,
    refused('RECORD_TOO_LONG', 'line 2'),
  ],
  ['no line end in 200 KB', `{"Id":"${'zq'.repeat(100_000)}`, refused('RECORD_TOO_LONG', 'line 1')],
  ['a number for an id', GOOD.replace('"zq1"', '7') + MORE, bad('SHAPE', 'Id')],
  ['null for an OptOut', withMore('"OptOut":null') + MORE, bad('SHAPE', 'OptOut')],
  ['a number for a city', withMore('"Location":{"City":7}') + MORE, bad('SHAPE', 'Location.City')],
  ['text for a latitude', withMore('"Location":{"Latitude":"48"}') + MORE, bad('SHAPE', 'Location.Latitude')],
  [
    'a latitude beyond the pole',
    withMore('"Location":{"Latitude":90.1}') + MORE,
    bad('COORDINATE', 'Location.Latitude'),
  ],
  ['text for a metric', withMore('"Metrics":{"Orders":"7"}') + MORE, bad('SHAPE', 'Metrics.Orders')],
  ['numbers for values', withMore('"Attributes":{"A":[7]}') + MORE, bad('SHAPE', 'Attributes.A')],
  ['text for a list of one', withMore('"Attributes":{"A":"x"}') + MORE, taken(2)],
  ['50 values', withMore(`"Attributes":{"A":[${Array(50).fill('"x"').join()}]}`) + MORE, taken(2)],
  [
    '51 values',
    withMore(`"Attributes":{"A":[${Array(51).fill('"x"').join()}]}`) + MORE,
    bad('ATTRIBUTE_VALUES', 'Attributes.A'),
  ],
  ['a list for attributes', withMore('"Attributes":["x"]') + MORE, bad('SHAPE', 'Attributes')],
  ['null for metrics', withMore('"Metrics":null') + MORE, bad('SHAPE', 'Metrics')],
  ['a list for a location', withMore('"Location":[]') + MORE, bad('SHAPE', 'Location')],
  [
    'an escaped line break',
    withMore('"Location":{"City":"zq\\ncity"}') + MORE,
    bad('CONTROL_CHARACTER', 'Location.City'),
  ],
  [
    'an escaped NUL',
    withMore('"Location":{"City":"zq\\u0000city"}') + MORE,
    bad('CONTROL_CHARACTER', 'Location.City'),
  ],
  ['a name twice', withMore('"ChannelType":"EMAIL"') + MORE, taken(2)],
  [
    'an unfit opt-out',
    `${GOOD}${withMore('"OptOut":"ALL","Location":{"Country":"zqland"}')}`,
    {
      ...{ rows: 2, accepted: 1, rejected: 0, superseded: 1 },
      broken: [[2, 'COUNTRY', 'Location.Country']],
      supersededLines: [2],
    },
  ],
  [
    'an id in another case',
    `${GOOD}${GOOD.replace('zq1', 'ZQ1')}`,
    { ...{ rows: 2, accepted: 1, rejected: 0, superseded: 1 }, broken: [], supersededLines: [1] },
  ],
]

export const jsonLinesFiles = (random: Random): CorpusFile[] => [
  ...FILES.map(([name, file, verdict]) => raw(`json: ${name}`, file, verdict)),
  ...rows(random),
]
