/** Files that are odd as bytes: encodings, other formats, delimiters, quotes, line ends, ragged rows, lengths. */
import { gzipSync } from 'node:zlib'
import { raw, refused, taken } from './corpus-file.ts'
import type { CorpusFile, Verdict } from './corpus-file.ts'

const HEADER = 'Id,Address,ChannelType,OptOut\n'
const GOOD = 'zq1,zqada@example.com,EMAIL,\n'
const MORE = 'zq2,zqbob@example.com,EMAIL,NONE\n'
const FILE = HEADER + GOOD + MORE

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const utf32 = (text: string, isLittle: boolean): Buffer => {
  const units = Array.from(text, (letter) => letter.codePointAt(0) ?? 0)
  const all = Buffer.alloc(units.length * 4)
  for (const [at, unit] of units.entries())
    if (isLittle) all.writeUInt32LE(unit, at * 4)
    else all.writeUInt32BE(unit, at * 4)
  return all
}
const utf16 = (text: string, isLittle: boolean): Buffer =>
  isLittle ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'utf16le').swap16()

type Named = readonly [name: string, file: string | Uint8Array, verdict: Verdict]

/** A cell of bytes in the third line. */
const cell = (...odd: readonly number[]) => bytes(HEADER, GOOD, 'zq', odd, 'x,zqbob@example.com,EMAIL,\n')

const ENCODINGS: readonly Named[] = [
  ['UTF-8 with a BOM', `\uFEFF${FILE}`, taken(2)],
  ['a BOM and a header alone', `\uFEFF${HEADER}`, taken(0)],
  ['a BOM alone', '\uFEFF', refused('EMPTY_FILE')],
  ['two BOMs', `\uFEFF\uFEFF${FILE}`, refused('HEADER_UNKNOWN', 'column 1')],
  ['a BOM before the second line', `${HEADER}\uFEFF${GOOD}`, taken(1)],
  ['UTF-7 for all that anybody can tell', `${HEADER}zq+AOk-,zqada@example.com,EMAIL,\n`, taken(1)],
  ['letters of four bytes', `${HEADER}zq😀𠮷,zqada@example.com,EMAIL,\n`, taken(1)],
  ...([true, false] as const).flatMap((isLittle): Named[] => {
    const end = isLittle ? 'LE' : 'BE'
    return [
      [`UTF-16 ${end} with a BOM`, utf16(`\uFEFF${FILE}`, isLittle), refused('NOT_UTF8', `UTF-16 ${end}`)],
      [`UTF-16 ${end} without`, utf16(FILE, isLittle), refused('NOT_UTF8', `UTF-16 ${end}`)],
      [`UTF-32 ${end} with a BOM`, utf32(`\uFEFF${FILE}`, isLittle), refused('NOT_UTF8', `UTF-32 ${end}`)],
      [`UTF-32 ${end} without`, utf32(FILE, isLittle), refused('NOT_UTF8', `UTF-32 ${end}`)],
    ]
  }),
  ['Latin-1', cell(0xfc), refused('NOT_UTF8', 'Latin-1')],
  ['Windows-1252 quotes', cell(0x93, 0x41, 0x94), refused('NOT_UTF8', 'Windows-1252')],
  [
    'Latin-1 in the header',
    bytes('Id,Address,ChannelType,Attributes.Gr', [0xf6], 'sse\n'),
    refused('NOT_UTF8'),
  ],
  ['Mac Roman', cell(0x8a), refused('NOT_UTF8')],
  ['Shift JIS', cell(0x93, 0xfa, 0x96, 0x7b), refused('NOT_UTF8')],
  ['GBK', cell(0xd6, 0xd0, 0xb9, 0xfa), refused('NOT_UTF8')],
  ['KOI8-R', cell(0xe1, 0xcc, 0xcc, 0xc1), refused('NOT_UTF8')],
  ['an overlong slash', cell(0xc0, 0xaf), refused('NOT_UTF8')],
  ['an overlong letter of three bytes', cell(0xe0, 0x80, 0xaf), refused('NOT_UTF8')],
  ['half a surrogate pair', cell(0xed, 0xa0, 0x80), refused('NOT_UTF8')],
  ['a letter beyond Unicode', cell(0xf4, 0x90, 0x80, 0x80), refused('NOT_UTF8')],
  ['a byte that begins nothing', cell(0xff), refused('NOT_UTF8')],
  ['a byte that goes on with nothing', cell(0x80), refused('NOT_UTF8')],
  ['a letter broken off by the next cell', cell(0xe2, 0x82, 0x2c), refused('NOT_UTF8')],
  ['a letter broken off by the end', bytes(HEADER, GOOD, 'zq', [0xe2, 0x82]), refused('NOT_UTF8', 'line 3')],
  [
    'one bad byte behind 3,000 good rows',
    bytes(HEADER, GOOD.repeat(3000), [0xfc]),
    refused('NOT_UTF8', 'line 3002'),
  ],
]

const zip = (...signature: readonly number[]) =>
  bytes('PK', signature, [0x14, 0, 6, 0, 8, 0], 'xl/workbook.xml', FILE)

const FORMATS: readonly Named[] = [
  ['gzip of a good file', gzipSync(FILE), taken(2)],
  ['gzip in gzip', gzipSync(gzipSync(FILE)), refused('GZIP')],
  ['gzip broken off', gzipSync(FILE.repeat(50)).subarray(0, 60), refused('GZIP_DAMAGED')],
  ['gzip with a wrong checksum', withLastByte(gzipSync(FILE)), refused('GZIP_DAMAGED')],
  ['two bytes of gzip', bytes([0x1f, 0x8b]), refused('GZIP_DAMAGED')],
  ['a gzip bomb', gzipSync(HEADER + GOOD.repeat(300_000)), refused('GZIP_BOMB')],
  ['zip, or an Excel workbook', zip(3, 4), refused('COMPRESSED', 'Excel')],
  ['an empty zip', bytes('PK', [5, 6], new Array<number>(18).fill(0)), refused('COMPRESSED', 'zip')],
  ['a zip of several volumes', zip(7, 8), refused('COMPRESSED', 'zip')],
  [
    'an old Excel workbook',
    bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], FILE),
    refused('NOT_UTF8'),
  ],
  ['bzip2', bytes('BZh91AY&SY', [0xff, 0x9b, 0x8f], FILE), refused('NOT_UTF8')],
  ['xz', bytes([0xfd], '7zXZ', [0], FILE), refused('NOT_UTF8')],
  ['zstd', bytes([0x28, 0xb5, 0x2f, 0xfd], FILE), refused('NOT_UTF8')],
  ['a PNG', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], FILE), refused('NOT_UTF8')],
  ['a PDF', bytes('%PDF-1.7\n%', [0xe2, 0xe3, 0xcf, 0xd3], '\n'), refused('HEADER_UNKNOWN')],
  ['HTML', '<!DOCTYPE html>\n<table><tr><td>zq</td></tr></table>\n', refused('HEADER_UNKNOWN', 'column 1')],
  ['a list of JSON', '[{"Id":"zq1"}]\n', refused('STRAY_QUOTE', 'line 1')],
]

function withLastByte(file: Buffer): Buffer {
  file[file.length - 5] = (file[file.length - 5] ?? 0) ^ 0xff
  return file
}

const EMPTY: readonly Named[] = [
  ['nothing', '', refused('EMPTY_FILE')],
  ['a line feed', '\n', refused('EMPTY_FILE')],
  ['empty lines', '\r\n\r\n\n', refused('EMPTY_FILE')],
  ['a BOM and empty lines', '\uFEFF\n\r\n', refused('EMPTY_FILE')],
  ['a blank', ' ', refused('HEADER_UNKNOWN', 'column 1')],
  ['a header alone', HEADER, taken(0)],
  ['a header without a line end', HEADER.trim(), taken(0)],
  ['a header and empty lines', `${HEADER}\r\n\n\r\n`, taken(0)],
  ['an empty line before the header', `\n${HEADER}${GOOD}`, taken(1)],
]

const asDelimited = (delimiter: string) => FILE.replaceAll(',', delimiter)

const DELIMITERS: readonly Named[] = [
  ...[';', '\t', '|'].flatMap((delimiter): Named[] => [
    [`the delimiter ${JSON.stringify(delimiter)}`, asDelimited(delimiter), refused('DELIMITER', 'comma')],
    [`the same with CRLF`, asDelimited(delimiter).replaceAll('\n', '\r\n'), refused('DELIMITER', 'comma')],
    [`the same behind a BOM`, `\uFEFF${asDelimited(delimiter)}`, refused('DELIMITER', 'comma')],
    [`the same, quoted`, asDelimited(delimiter).replace(/\w+(?=\W)/, '"$&"'), refused('DELIMITER', 'comma')],
    [
      `the same with decimal commas`,
      `${asDelimited(delimiter).replace('OptOut', 'Location.Latitude')}zq3${delimiter}a${delimiter}b${delimiter}48,1\n`,
      refused('DELIMITER', 'comma'),
    ],
    [
      `${JSON.stringify(delimiter)} in the rows only`,
      HEADER + GOOD.replaceAll(',', delimiter) + MORE,
      taken(2, [[2, 'COLUMNS', '']]),
    ],
  ]),
  ['the delimiter ^', asDelimited('^'), refused('HEADER_UNKNOWN', 'column 1')],
  ['blanks for delimiters', asDelimited(' '), refused('HEADER_UNKNOWN', 'column 1')],
  ['two delimiters', FILE.replace('Id,', 'Id;'), refused('HEADER_UNKNOWN', 'column 1')],
  ['blanks behind the commas', FILE.replaceAll(',', ', '), refused('HEADER_UNKNOWN', 'column 2')],
  ['sep= as Excel wants it', `sep=,\n${FILE}`, refused('HEADER_UNKNOWN', 'column 1')],
  ['commas of another script', asDelimited('\uff0c'), refused('HEADER_UNKNOWN', 'column 1')],
]

const QUOTES: readonly Named[] = [
  [
    'everything quoted',
    FILE.trim()
      .split('\n')
      .map((line) =>
        line
          .split(',')
          .map((each) => `"${each}"`)
          .join(),
      )
      .join('\n'),
    taken(2),
  ],
  ['quotes within quotes', `${HEADER}"zq""1""",zqada@example.com,EMAIL,\n`, taken(1)],
  ['a cell of one quote', `${HEADER}"""",zqada@example.com,EMAIL,\n`, taken(1)],
  ['an empty quoted id', `${HEADER}"",zqada@example.com,EMAIL,\n`, taken(1, [[2, 'ID_MISSING', 'Id']])],
  ['a comma in quotes', `${HEADER}"zq,1",zqada@example.com,EMAIL,\n`, taken(1)],
  [
    'never closed, in the first row',
    `${HEADER}"zq1,zqada@example.com,EMAIL,\n${MORE}`,
    refused('UNCLOSED_QUOTE', 'line 2'),
  ],
  [
    'never closed, in the second',
    `${HEADER}${GOOD}zq2,"zqbob@example.com,EMAIL,\n${GOOD}`,
    refused('UNCLOSED_QUOTE', 'line 3'),
  ],
  [
    'never closed, in the last cell',
    `${HEADER}${GOOD}zq2,zqbob@example.com,EMAIL,"`,
    refused('UNCLOSED_QUOTE', 'line 3'),
  ],
  ['never closed but for a doubled one', `${HEADER}"zq1""`, refused('UNCLOSED_QUOTE', 'line 2')],
  [
    'never closed behind a line break in quotes',
    `${HEADER}"zq\n1",x,y,\nzq2,"zqbob\n\n`,
    refused('UNCLOSED_QUOTE', 'line 4'),
  ],
  ['never closed, in the header', `Id,Address,"ChannelType\n${GOOD}`, refused('UNCLOSED_QUOTE', 'line 1')],
  [
    'never closed, with CRLF',
    `${HEADER}${GOOD}${GOOD}"zq\r\n`.replaceAll(/\r?\n/g, '\r\n'),
    refused('UNCLOSED_QUOTE', 'line 4'),
  ],
  ['closed by the quote of a later row', `${HEADER}"zq1,a,EMAIL,\n"zq2",b,EMAIL,\n`, refused('STRAY_QUOTE')],
  ['text behind a quote', `${HEADER}"zq1"x,zqada@example.com,EMAIL,\n`, refused('STRAY_QUOTE', 'line 2')],
  [
    'a blank behind a quote',
    `${HEADER}${GOOD}"zq1" ,zqada@example.com,EMAIL,\n`,
    refused('STRAY_QUOTE', 'line 3'),
  ],
  ['a blank before a quote', `${HEADER} "zq1",zqada@example.com,EMAIL,\n`, refused('STRAY_QUOTE', 'line 2')],
  ['a quote inside', `${HEADER}zq"1,zqada@example.com,EMAIL,\n`, refused('STRAY_QUOTE', 'line 2')],
  ['inches', `${HEADER}zq 5" screen,zqada@example.com,EMAIL,\n`, refused('STRAY_QUOTE', 'line 2')],
  [
    'quotes escaped by backslashes',
    `${HEADER}"zq\\"1",zqada@example.com,EMAIL,\n`,
    refused('STRAY_QUOTE', 'line 2'),
  ],
  ['a quote inside the header', `Id,Address,Channel"Type\n${GOOD}`, refused('STRAY_QUOTE', 'line 1')],
  [
    'a good row, and then a stray quote',
    `${HEADER}${GOOD}zq"2,b,c,\n${MORE}`,
    refused('STRAY_QUOTE', 'line 3'),
  ],
  ['single quotes', `${HEADER}'zq,1',zqada@example.com,EMAIL,\n`, taken(1, [[2, 'COLUMNS', '']])],
  ['typographic quotes', `${HEADER}“zq,1”,zqada@example.com,EMAIL,\n`, taken(1, [[2, 'COLUMNS', '']])],
  ['a header in quotes', `"Id","Address","ChannelType","OptOut"\n${GOOD}`, taken(1)],
]

const LINE_ENDS: readonly Named[] = [
  ['CRLF', FILE.replaceAll('\n', '\r\n'), taken(2)],
  ['LF and CRLF in turns', `${HEADER}${GOOD.trim()}\r\n${MORE}`, taken(2)],
  ['no line end at the end', FILE.trimEnd(), taken(2)],
  ['empty lines between rows', `${HEADER}\n\n${GOOD}\r\n${MORE}\n`, taken(2)],
  [
    'lines counted past empty ones',
    `${HEADER}\n\n${GOOD}\r\nzq2,nowhere,EMAIL,\n`,
    taken(2, [[6, 'EMAIL_SYNTAX', 'Address']]),
  ],
  [
    'lines counted past breaks in quotes',
    `${HEADER}"z\r\nq\n1",a@example.com,EMAIL,\nzq2,nowhere,EMAIL,\n`,
    taken(2, [
      [2, 'CONTROL_CHARACTER', 'Id'],
      [5, 'EMAIL_SYNTAX', 'Address'],
    ]),
  ],
  ['CR alone', FILE.replaceAll('\n', '\r'), refused('BARE_CR', 'line 1')],
  ['CR behind a good header', `${HEADER}${GOOD.trim()}\r${MORE}`, refused('BARE_CR', 'line 2')],
  ['CR at the very end', `${HEADER}${GOOD.trim()}\r`, refused('BARE_CR', 'line 2')],
  ['CR in a cell', `${HEADER}${GOOD}zq\r2,zqbob@example.com,EMAIL,\n`, refused('BARE_CR', 'line 3')],
  ['CR CR LF', FILE.replaceAll('\n', '\r\r\n'), refused('BARE_CR', 'line 1')],
  ['LF CR', FILE.replaceAll('\n', '\n\r'), refused('BARE_CR', 'line 2')],
  ['NEL', FILE.replaceAll('\n', '\u0085'), refused('HEADER_UNKNOWN', 'column 4')],
  ['U+2028', FILE.replaceAll('\n', '\u2028'), refused('HEADER_UNKNOWN', 'column 4')],
  ['NUL in a cell', `${HEADER}${GOOD}zq\0,zqbob@example.com,EMAIL,\n`, refused('NUL_BYTE', 'line 3')],
  ['NUL in quotes', `${HEADER}"zq\n\0",zqbob@example.com,EMAIL,\n`, refused('NUL_BYTE', 'line 3')],
  ['NUL in the header', `Id,Address,Channel\0Type\n${GOOD}`, refused('NUL_BYTE', 'line 1')],
  ['NUL at the end', `${FILE}\0`, refused('NUL_BYTE', 'line 4')],
  ['NUL for 4 KB', Buffer.alloc(4096), refused('NUL_BYTE', 'line 1')],
  ['Control-Z at the end', `${FILE}\u001a`, taken(3, [[4, 'COLUMNS', '']])],
]

const RAGGED: readonly Named[] = [
  ...[
    'zq1',
    'zq1,zqada@example.com,EMAIL',
    'zq1,zqada@example.com,EMAIL,,',
    'zq1,zqada@example.com,EMAIL,,extra',
    ' ',
    '""',
    ',,,,,,',
  ].map((row): Named => [
    `the row ${row}`,
    `${HEADER}${GOOD}${row}\n${MORE}`,
    taken(3, [[3, 'COLUMNS', '']]),
  ]),
  [
    'every row with a comma more',
    `${HEADER}${GOOD.replace('\n', ',\n')}${MORE.replace('\n', ',\n')}`,
    taken(2, [
      [2, 'COLUMNS', ''],
      [3, 'COLUMNS', ''],
    ]),
  ],
  [
    'the header with a comma more',
    `${HEADER.replace('\n', ',\n')}${GOOD}`,
    refused('HEADER_UNKNOWN', 'column 5'),
  ],
  [
    'an opt-out in a ragged row, which nobody can be sure of',
    `${HEADER}zq1,zqada@example.com,ALL\n`,
    taken(1, [[2, 'COLUMNS', '']]),
  ],
  [
    'the header again',
    `${HEADER}${GOOD}${HEADER}${MORE}`,
    taken(3, [
      [3, 'CHANNEL_UNKNOWN', 'ChannelType'],
      [3, 'OPT_OUT', 'OptOut'],
    ]),
  ],
  ['a total at the end', `${FILE}Total: 2\n`, taken(3, [[4, 'COLUMNS', '']])],
  ['a comment', `${HEADER}# zq\n${GOOD}`, taken(2, [[2, 'COLUMNS', '']])],
  ['30,000 cells', `${HEADER}${','.repeat(30_000)}\n${GOOD}`, taken(2, [[2, 'COLUMNS', '']])],
]

const RECORD = 64 * 1024

const LENGTHS: readonly Named[] = [
  ['a record of 64 KiB', `${HEADER}${'x'.repeat(RECORD)}\n${GOOD}`, taken(2, [[2, 'COLUMNS', '']])],
  ['one of a byte more', `${HEADER}${GOOD}${'x'.repeat(RECORD + 1)}\n`, refused('RECORD_TOO_LONG', 'line 3')],
  ['one of 64 KiB with CRLF', `${HEADER}${'x'.repeat(RECORD)}\r\n${GOOD}`, taken(2, [[2, 'COLUMNS', '']])],
  ['one of 64 KiB at the end', `${HEADER}${'x'.repeat(RECORD)}`, taken(1, [[2, 'COLUMNS', '']])],
  [
    'one of 200 KB',
    `${HEADER}${GOOD}${MORE}zq,${'x'.repeat(200_000)},,\n${GOOD}`,
    refused('RECORD_TOO_LONG', 'line 4'),
  ],
  [
    'one of 200 KB of letters of three bytes',
    `${HEADER}${'日'.repeat(70_000)},,,\n`,
    refused('RECORD_TOO_LONG', 'line 2'),
  ],
  [
    'a quote never closed before 200 KB of rows',
    `${HEADER}${GOOD}zq,"${GOOD.repeat(7000)}`,
    refused('RECORD_TOO_LONG', 'line 3'),
  ],
  ['a header of 100 KB', `${'x'.repeat(100_000)}\n${GOOD}`, refused('RECORD_TOO_LONG', 'line 1')],
  ['no line end in 300 KB', 'zq'.repeat(150_000), refused('RECORD_TOO_LONG', 'line 1')],
]

const groups: Readonly<Record<string, readonly Named[]>> = {
  ...{ encoding: ENCODINGS, format: FORMATS, empty: EMPTY, delimiter: DELIMITERS, quote: QUOTES },
  ...{ 'line end': LINE_ENDS, ragged: RAGGED, length: LENGTHS },
}

export const oddBytesFiles = (): CorpusFile[] =>
  Object.entries(groups).flatMap(([group, files]) =>
    files.map(([name, file, verdict], at) => raw(`${group} ${at + 1}: ${name}`, file, verdict)),
  )
