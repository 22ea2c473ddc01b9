import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openCsv } from '../../shared/sources/csv/byte-kernel.ts'
import { cut, readAll, readChunks, readPlainly } from './csv-read.ts'

const HEADER = 'Id,Address,ChannelType,OptOut\n'
const GOOD = 'a,ada@example.com,EMAIL,\n'

describe('a refused file', () => {
  it.each<[string, number | undefined, string, string | Uint8Array]>([
    ['EMPTY_FILE', undefined, 'header', ''],
    ['EMPTY_FILE', undefined, 'header', '\uFEFF'],
    ['EMPTY_FILE', undefined, 'header', '\n\r\n'],
    ['HEADER_MISSING', 1, 'ChannelType', 'Id,Address\n'],
    ['HEADER_UNKNOWN', 1, 'did you mean Address?', 'Id,Adress,ChannelType\n'],
    ['HEADER_UNKNOWN', 1, 'column 1', '\uFEFF\uFEFFId,Address,ChannelType\n'],
    ['DELIMITER', 1, 'commas', 'Id;Address;ChannelType\n'],
    ['DELIMITER', 1, 'commas', '"Id";"Address";"ChannelType"\n'],
    ['STRAY_QUOTE', 2, 'behind', 'Id,Address,ChannelType\n"1";"ada@example.com";"EMAIL"\n'],
    ['TOO_MANY_COLUMNS', 1, '301', `${HEADER.trim()}${',Attributes.A'.repeat(297)}\n`],
    ['UNCLOSED_QUOTE', 3, 'line 3', `${HEADER}${GOOD}b,"bob@example.com,EMAIL,\nc,x,EMAIL,\n`],
    ['UNCLOSED_QUOTE', 4, 'line 4', `${HEADER}${GOOD}"b\n","bob@example.com,EMAIL,\nc,x,EMAIL,\n`],
    ['UNCLOSED_QUOTE', 2, 'line 2', `${HEADER}"`],
    ['UNCLOSED_QUOTE', 2, 'line 2', `${HEADER}a,"b""`],
    ['STRAY_QUOTE', 2, 'inside', `${HEADER}a,ada"@example.com,EMAIL,\n`],
    ['STRAY_QUOTE', 2, 'behind', `${HEADER}a,"ada"@example.com,EMAIL,\n`],
    ['STRAY_QUOTE', 2, 'behind', `${HEADER}a,"ada" ,EMAIL,\n`],
    ['BARE_CR', 2, 'line feed', `${HEADER}a,b\rc,EMAIL,\n`],
    ['BARE_CR', 1, 'line feed', HEADER.replace('\n', '\r') + GOOD],
    ['BARE_CR', 2, 'line feed', `${HEADER}${GOOD.replace('\n', '\r')}`],
    ['BARE_CR', 2, 'line feed', `${HEADER}a,"b"\rc,EMAIL,\n`],
    ['NUL_BYTE', 2, 'NUL', `${HEADER}a,b\0c,EMAIL,\n`],
    ['NUL_BYTE', 3, 'NUL', `${HEADER}a,"b\n\0c",EMAIL,\n`],
    ['NUL_BYTE', 2, 'NUL', `${HEADER}a,"b"\0,EMAIL,\n`],
    ['RECORD_TOO_LONG', 3, '65536', `${HEADER}${GOOD}a,"${'x\n'.repeat(40_000)}`],
    ['RECORD_TOO_LONG', 3, '65536', `${HEADER}${GOOD}a,${'x'.repeat(65_536)},,\n`],
    ['RECORD_TOO_LONG', 1, '65536', 'x'.repeat(300_000)],
    ['GZIP', undefined, 'gzip', gzipSync(HEADER)],
    ['COMPRESSED', undefined, 'Excel', Buffer.from([0x50, 0x4b, 3, 4, 20])],
    ['COMPRESSED', undefined, 'volumes', Buffer.from([0x50, 0x4b, 7, 8, 20])],
    ['NOT_UTF8', 1, 'UTF-16 LE', Buffer.from(`\uFEFF${HEADER}`, 'utf16le')],
    ['NOT_UTF8', 1, 'UTF-16 BE', Buffer.from(`\uFEFF${HEADER}`, 'utf16le').swap16()],
    ['NOT_UTF8', 1, 'like UTF-16 LE', Buffer.from(HEADER, 'utf16le')],
    ['NOT_UTF8', 1, 'like UTF-16 BE', Buffer.from(HEADER, 'utf16le').swap16()],
    ['NOT_UTF8', 1, 'UTF-32 LE', Uint8Array.of(0xff, 0xfe, 0, 0, 0x49, 0, 0, 0)],
    ['NOT_UTF8', 1, 'UTF-32 BE', Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 0x49)],
    ['NOT_UTF8', 1, 'like UTF-32 LE', Uint8Array.of(0x49, 0, 0, 0, 0x64, 0, 0, 0)],
    [
      'NOT_UTF8',
      3,
      'Latin-1 or Windows-1252',
      Buffer.from(`${HEADER}${GOOD}b,bj\xf6rn@x,EMAIL,\n`, 'latin1'),
    ],
    ['NOT_UTF8', 2, 'like Windows-1252', Buffer.from(`${HEADER}a\x93b\x94,x,EMAIL,\n`, 'latin1')],
    ['NOT_UTF8', 4, 'Latin-1', Buffer.from(`${HEADER}${GOOD}"a\nb\xfc,x,EMAIL,\n`, 'latin1')],
    [
      'NOT_UTF8',
      2,
      'middle of a letter',
      Buffer.concat([Buffer.from(`${HEADER}a`), Uint8Array.of(0xe2, 0x82)]),
    ],
    [
      'NOT_UTF8',
      2,
      'Windows-1252',
      Buffer.concat([Buffer.from(HEADER), Uint8Array.of(0xed, 0xa0, 0x80, 10)]),
    ],
  ])('%s in line %s: %s', (code, line, says, file) => {
    const whole = readAll(file)
    expect(whole.refusal).toMatchObject({ code, ...(line !== undefined && { line }) })
    expect(whole.refusal?.message).toContain(says)
    expect(JSON.stringify(whole.refusal)).not.toMatch(/ada|bob|bj/)
    expect(readChunks(cut(Buffer.from(file), 1))).toEqual(whole)
  })

  it('is refused for the first thing that is wrong with it, its good rows given', () => {
    const { rows, refusal } = readAll(Buffer.from(`${HEADER}${GOOD}a,b"c\n\xff`, 'latin1'))
    expect(rows).toHaveLength(1)
    expect(refusal).toMatchObject({ code: 'STRAY_QUOTE', line: 3 })
  })

  it('stays refused, whatever comes behind', () => {
    const kernel = openCsv()
    expect([...kernel.push(Buffer.alloc(400_000, 'x'))]).toEqual([])
    expect(kernel.refusal?.code).toBe('RECORD_TOO_LONG')
    expect([...kernel.push(Buffer.from('\xff')), ...kernel.end()]).toEqual([])
    expect(kernel.refusal?.code).toBe('RECORD_TOO_LONG')
  })

  it('a delimiter that CSV cannot have is the caller’s mistake', () => {
    for (const delimiter of [0, 10, 13, 34, 0x80, 300])
      expect(() => openCsv({ delimiter })).toThrow(RangeError)
  })
})

describe('a file that is taken', () => {
  it('may be a header alone, with or without a line’s end', () => {
    expect(readAll(HEADER)).toEqual({ rows: [], unfit: [], refusal: undefined })
    expect(readAll(HEADER.trim())).toEqual({ rows: [], unfit: [], refusal: undefined })
  })

  it('names the line of each row, empty lines and breaks in quotes counted', () => {
    const { rows, unfit } = readAll(
      `\n${HEADER}\r\n${GOOD}\n"b",ada@example.com,EMAIL,\r\nc,"x\r\ny",EMAIL,\nd,x,FAX,`,
    )
    expect(rows).toMatchObject([{ line: 4 }, { line: 6 }])
    expect(unfit).toMatchObject([{ line: 7 }, { line: 9 }])
  })

  it('takes any delimiter', () => {
    for (const delimiter of [';', '\t', '|', '@', '1']) {
      const file = `${HEADER}a,+2025550100,SMS,"a${delimiter}b"\nc,+2025550100,SMS,ALL\n`.replaceAll(
        ',',
        delimiter,
      )
      const { rows, unfit } = readAll(file, { delimiter: delimiter.charCodeAt(0) })
      expect(rows.length + unfit.length).toBe(2)
      if (delimiter !== '1') expect(rows).toMatchObject([{ id: 'c', optsOut: 1 }])
    }
  })

  it('calls a row ragged however many cells it has', () => {
    const { unfit, refusal } = readAll(`${HEADER}a,b\n${','.repeat(60_000)}\n""\n${GOOD}`)
    expect(refusal).toBeUndefined()
    expect(unfit).toMatchObject(
      [2, 3, 4].map((line) => ({ line, problems: [{ rule: 'COLUMNS' }], optOuts: [] })),
    )
  })

  it('hears an unfit row that opts out', () => {
    const { unfit } = readAll(`${HEADER}B,bob(at)example.com,EMAIL,ALL\n`)
    const { rows } = readAll(`${HEADER}b,bob@example.com,EMAIL,ALL\n`)
    const hash = (rows[0] as { hash: unknown }).hash
    expect(unfit).toMatchObject([{ optOuts: [{ Id: 'B', hash, endpoint: undefined }] }])
  })

  it('folds ids for the hash, plain or not', () => {
    const hashOf = (id: string) =>
      (readAll(`${HEADER}${id},ada@example.com,EMAIL,\n`).rows[0] as { hash: unknown }).hash
    expect(hashOf('Cust-1')).toEqual(hashOf('cUST-1'))
    expect(hashOf('\u212A1')).toEqual(hashOf('k1'))
    expect(hashOf('JÜRGEN')).toEqual(hashOf('jürgen'))
    expect(hashOf('"a""B"')).toEqual(hashOf('"A""b"'))
    expect(hashOf('cust-1')).not.toEqual(hashOf('cust-2'))
  })

  it('gives no two of 200,000 ids one hash', () => {
    const kernel = openCsv({ isWriting: false })
    const [both, high, low] = [new Set<number>(), new Set<number>(), new Set<number>()]
    const take = (batches: ReturnType<typeof kernel.push>) => {
      for (const { hashes, count } of batches)
        for (let row = 0; row < count; row += 1) {
          const [one = 0, two = 0] = [hashes[2 * row], hashes[2 * row + 1]]
          high.add(one)
          low.add(two)
          both.add((one & 0x1fffff) * 2 ** 32 + two)
        }
    }
    take(kernel.push(Buffer.from(HEADER)))
    for (let id = 0; id < 200_000; id += 1) take(kernel.push(Buffer.from(`p-${id},a@example.com,EMAIL,\n`)))
    take(kernel.end())
    expect(both.size).toBe(200_000)
    // By chance 4.7 pairs of 200,000 would share 32 bits.
    expect(Math.min(high.size, low.size)).toBeGreaterThan(199_975)
  })

  it('gives the same wherever its bytes are cut, and whatever the window holds', () => {
    const rows = [
      'ü-1,"jürgen@example.com",EMAIL,"","say ""hi"""',
      '"日本","x\r\ny@example.com",EMAIL,ALL,',
      '😀,ada@example.com,EMAIL,NONE,"😀,\u{1F469}\u200D\u{1F680}"',
      '',
      'b,+12025550100,SMS,ALL,""',
    ]
    const file = `\uFEFF${HEADER.trim()},Attributes.Said\r\n${rows.join('\r\n')}`
    const bytes = Buffer.from(file)
    const whole = readAll(file)
    expect(whole).toEqual(readPlainly(file))
    expect(whole.rows).toHaveLength(3)
    for (let size = 1; size <= bytes.length; size += 1) expect(readChunks(cut(bytes, size))).toEqual(whole)
    for (let at = 0; at <= bytes.length; at += 1)
      expect(readChunks([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
    // Small windows end at any byte of the file.
    for (let recordBytes = 64; recordBytes < 96; recordBytes += 1)
      expect(readChunks(cut(bytes, 7), { recordBytes })).toEqual(whole)
  })

  it('does not write when it is only looked at', () => {
    const file = `${HEADER}${GOOD}b,x,FAX,\nü,ada@example.com,EMAIL,ALL\n`
    const looked = readAll(file, { isWriting: false })
    const written = readAll(file)
    expect(looked.rows).toEqual(written.rows.map((row) => ({ ...row, json: '', id: '' })))
    expect(looked.unfit).toEqual(written.unfit)
  })
})
