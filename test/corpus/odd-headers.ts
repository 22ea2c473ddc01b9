/** Files with odd headers: each name mistyped, left out, repeated or unknown; names and columns in any number. */
import { pick } from '../fixtures/odd-csv.ts'
import type { Random } from '../fixtures/odd-csv.ts'
import { csvCell, raw, refused, taken } from './corpus-file.ts'
import type { CorpusFile, Verdict } from './corpus-file.ts'

/** As the user guide lists them ("Importing segments"); written down here again, so that the product's list is checked too. */
const FIXED = [
  ...['Id', 'Address', 'ChannelType', 'OptOut', 'EffectiveDate', 'RequestId', 'User.UserId'],
  ...['AppVersion', 'Locale', 'Make', 'Model', 'ModelVersion', 'Platform', 'PlatformVersion', 'Timezone'].map(
    (name) => `Demographic.${name}`,
  ),
  ...['City', 'Country', 'PostalCode', 'Region', 'Latitude', 'Longitude'].map((name) => `Location.${name}`),
]
const REQUIRED = ['Id', 'Address', 'ChannelType']
const CELLS: Readonly<Record<string, string>> = {
  ...{ Id: 'zq-1', Address: 'zqada@example.com', ChannelType: 'EMAIL' },
  ...{
    'Location.Country': 'DE',
    'Location.Latitude': '7',
    'Location.Longitude': '7',
    EffectiveDate: '2026-01-31',
  },
}

const file = (
  name: string,
  header: readonly string[],
  verdict: Verdict,
  cells: readonly string[] = [],
): CorpusFile => {
  const row = header.map((column, at) => cells[at] ?? CELLS[column] ?? '')
  return raw(
    `header: ${name}`,
    `${[header, row].map((line) => line.map((each) => csvCell(each)).join()).join('\n')}\n`,
    verdict,
  )
}

/** Mistakes that a person makes with a name, and what the hint is then. */
const typosOf = (random: Random, name: string): readonly string[] => {
  const at = 1 + Math.floor(random() * (name.length - 1))
  return [
    name.toLowerCase(),
    name.toUpperCase() === name ? `${name}s` : name.toUpperCase(),
    name.slice(0, at) + name.slice(at + 1),
    pick(random, [
      `${name} `,
      ` ${name}`,
      `${name}s`,
      `${name.slice(0, at)}_${name.slice(at)}`,
      `${name}\u200b`,
    ]),
  ].filter((typo) => !FIXED.includes(typo))
}

const placed = (name: string, typo: string): string[] => {
  const header = REQUIRED.includes(name) ? REQUIRED : [...REQUIRED, name]
  return header.map((each) => (each === name ? typo : each))
}

const typos = (random: Random): CorpusFile[] =>
  FIXED.flatMap((name) =>
    typosOf(random, name).map((typo, at) =>
      file(
        `typo ${at + 1} of ${name}`,
        placed(name, typo),
        refused('HEADER_UNKNOWN', `did you mean ${name}?`),
      ),
    ),
  )

const OTHERS: readonly (readonly [name: string, hint: string])[] = [
  ['Аddress', 'did you mean Address?'],
  ['Ｉｄ', 'did you mean Id?'],
  ['attributes.Plan', 'Attributes.'],
  ['Attribute.Plan', 'Attributes.'],
  ['metrics.Orders', 'Metrics.'],
  ['User.UserAttribute.First', 'User.UserAttributes.'],
  ...[
    ...[
      'EndpointStatus',
      'CreationDate',
      'ApplicationId',
      'CohortId',
      'Endpoint.Id',
      'UserId',
      'Email',
      'Phone',
      '',
      ' ',
    ],
    ...[
      'Attributes',
      'Attributes.',
      'Metrics.',
      'User.UserAttributes.',
      'User',
      'Location',
      'Demographic.',
      'Location.Street',
    ],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'zq-secret@example.com',
      '=cmd()',
      '1',
      'x'.repeat(5000),
    ],
  ].map((name) => [name, 'column 4'] as const),
]

const unknown = (): CorpusFile[] =>
  OTHERS.map(([name, says], at) =>
    file(`unknown ${at + 1}`, [...REQUIRED, name], refused('HEADER_UNKNOWN', says)),
  )

const missing = (): CorpusFile[] =>
  REQUIRED.map((name) =>
    file(
      `without ${name}`,
      REQUIRED.filter((each) => each !== name),
      refused('HEADER_MISSING', name),
    ),
  )

const repeated = (): CorpusFile[] => [
  ...FIXED.map((name) =>
    file(
      `${name} twice`,
      REQUIRED.includes(name) ? [...REQUIRED, name] : [...REQUIRED, name, name],
      refused('HEADER_DUPLICATE', `column ${REQUIRED.includes(name) ? 4 : 5}`),
    ),
  ),
  file('a metric twice', [...REQUIRED, 'Metrics.A', 'Metrics.A'], refused('HEADER_DUPLICATE', 'column 5')),
  file('an attribute twice', [...REQUIRED, 'Attributes.A', 'Attributes.A'], taken(1), [
    'zq-1',
    'zq@example.com',
    'EMAIL',
    'a',
    'b',
  ]),
  file(
    'a user’s attribute three times',
    [...REQUIRED, ...(Array(3).fill('User.UserAttributes.A') as string[])],
    taken(1),
  ),
  file('one name in two cases', [...REQUIRED, 'Attributes.A', 'Attributes.a'], taken(1)),
]

const few = (count: number, name: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => name(at))

/** `cells` of the columns behind the required ones. */
const wide = (name: string, columns: readonly string[], verdict: Verdict, cell = 'x'): CorpusFile =>
  file(name, [...REQUIRED, ...columns], verdict, [
    'zq-1',
    'zq@example.com',
    'EMAIL',
    ...columns.map(() => cell),
  ])

const broken = (rule: string, field: string) => taken(1, [[2, rule, field]])

const many = (): CorpusFile[] => [
  wide(
    '300 columns',
    few(297, () => 'Attributes.A'),
    taken(1),
    '',
  ),
  wide(
    '301 columns',
    few(298, () => 'Attributes.A'),
    refused('TOO_MANY_COLUMNS', '301'),
    '',
  ),
  wide(
    '10,000 columns',
    few(9997, () => 'Metrics.A'),
    refused('RECORD_TOO_LONG', 'line 1'),
    '',
  ),
  wide(
    '5,000 short columns',
    few(5000, () => 'Id'),
    refused('TOO_MANY_COLUMNS', '5003'),
    '',
  ),
  wide(
    '50 values of an attribute',
    few(50, () => 'Attributes.A'),
    taken(1),
  ),
  wide(
    '51 values of an attribute',
    few(51, () => 'Attributes.A'),
    broken('ATTRIBUTE_VALUES', 'Attributes.A'),
  ),
  wide(
    '51 values of a user',
    few(51, () => 'User.UserAttributes.A'),
    broken('ATTRIBUTE_VALUES', 'User.UserAttributes.A'),
  ),
  wide(
    '51 columns of 50 values',
    few(51, () => 'Attributes.A'),
    taken(1),
    '',
  ),
  wide(
    '250 names',
    few(250, (at) => `Attributes.N${at}`),
    taken(1),
  ),
  wide(
    '251 names',
    few(251, (at) => `Attributes.N${at}`),
    broken('ATTRIBUTE_NAMES', 'Attributes'),
  ),
  wide(
    '251 names in three groups',
    few(251, (at) => `${['Attributes', 'Metrics', 'User.UserAttributes'][at % 3] ?? ''}.N${at}`),
    broken('ATTRIBUTE_NAMES', 'Attributes'),
    '7',
  ),
  wide(
    '251 names, and nothing said',
    few(251, (at) => `Attributes.N${at}`),
    taken(1),
    '',
  ),
]

const noHeader = (): CorpusFile[] => [
  raw(
    'header: none, but a customer',
    'zq-1,zqada@example.com,EMAIL\nzq-2,zqbob@example.com,EMAIL\n',
    refused('HEADER_UNKNOWN', 'the first line must name'),
  ),
  raw('header: none, but a number', '+12125550100\n+12125550101\n', refused('HEADER_UNKNOWN', 'column 1')),
  raw(
    'header: behind a title',
    'Customers of 2026\nId,Address,ChannelType\n',
    refused('HEADER_UNKNOWN', 'column 1'),
  ),
  file('in another order', ['ChannelType', 'Address', 'Id'], taken(1)),
  file('every fixed name', FIXED, taken(1)),
]

export const oddHeaderFiles = (random: Random): CorpusFile[] => [
  ...typos(random),
  ...unknown(),
  ...missing(),
  ...repeated(),
  ...many(),
  ...noHeader(),
]
