import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { prepareFile } from '../../shared/sync/prepare-file.ts'
import { customersCsv } from '../fixtures/make-customers.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const HEADER = 'Id,Address,ChannelType,OptOut\n'

const prepare = async (
  content: string | Uint8Array,
  chunk = 7,
  consents = consentRegister(memoryTable()),
) => {
  const { files, objects } = memoryFiles()
  const bytes = Buffer.from(content)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  )
  const source = { bucket: 'drops', key: 'drops/a.csv', version: 'v1' }
  const reading = { ...files, read: () => Promise.resolve(Readable.from(chunks, { objectMode: false })) }
  const file = await prepareFile({
    ...{ run: 'r', source, droppedAt: '2026-06-01T00:00:00.000Z' },
    ...{ bucket: 'work', files: reading, consents },
  })
  const lines = (key: string) => (objects.get(`work/${key}`) ?? '').split('\n').filter(Boolean)
  return {
    file,
    imports: lines('runs/r/import/part-00001.json').map((line) => JSON.parse(line) as object),
    rejects: lines('reports/r/rejects.csv'),
  }
}

describe('preparing a dropped file', () => {
  it('accounts for every row: accepted, rejected or superseded', async () => {
    const { file, imports, rejects } = await prepare(
      `${HEADER}a,ada@example.com,EMAIL,\nb,bo(at)example.com,EMAIL,\nA,ada2@example.com,EMAIL,ALL\n\nc,"+12125550100",SMS,NONE\n`,
    )
    expect(file).toEqual({ rows: 4, accepted: 2, rejected: 1, superseded: 1, inactive: 0, tableOwned: 0 })
    expect(imports).toEqual([
      { Id: 'A', Address: 'ada2@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
      { Id: 'c', Address: '+12125550100', ChannelType: 'SMS' },
    ])
    expect(rejects).toEqual([
      'line,field,rule,expected',
      '2,Id,SUPERSEDED,each id once; a later row has it too',
      '3,Address,EMAIL_SYNTAX,name@domain',
    ])
  })

  it('gives the same result wherever the bytes are cut', async () => {
    const text = `\uFEFF${HEADER}ü-1,"jürgen@example.com",EMAIL,\r\n日本,"x\ny@example.com",EMAIL,\r\n`
    const whole = await prepare(text, 10_000)
    for (let chunk = 1; chunk < 12; chunk += 1) expect(await prepare(text, chunk)).toEqual(whole)
    expect(whole.file).toMatchObject({ rows: 2, accepted: 1, rejected: 1 })
  })

  it('names the line a record begins in, when records have line breaks', async () => {
    const { rejects } = await prepare(`${HEADER}a,"ada\n@example.com",EMAIL,\nb,bo@example.com,FAX,\n`)
    expect(rejects.slice(1).map((line) => line.split(',')[0])).toEqual(['2', '4'])
  })

  it.each([
    ['EMPTY_FILE', ''],
    ['HEADER_MISSING', 'Address,ChannelType\nada@example.com,EMAIL\n'],
    ['HEADER_UNKNOWN', 'Id,Adress,ChannelType\n'],
    ['DELIMITER', 'Id;Address;ChannelType\n1;ada@example.com;EMAIL\n'],
    ['NOT_UTF8', Buffer.from(`${HEADER}a,bj\xf6rn@example.com,EMAIL,\n`, 'latin1')],
    ['NOT_UTF8', Buffer.from(`\uFEFF${HEADER}`, 'utf16le')],
    ['UNCLOSED_QUOTE', `${HEADER}a,"ada@example.com,EMAIL,\nb,bo@example.com,EMAIL,\n`],
    ['STRAY_QUOTE', `${HEADER}a,"ada"@example.com,EMAIL,\n`],
    ['STRAY_QUOTE', `${HEADER}a,ada"@example.com,EMAIL,\n`],
    ['RECORD_TOO_LONG', `${HEADER}a,"${'x'.repeat(70_000)}`],
    ['COMPRESSED', gzipSync(HEADER)],
  ])('refuses a whole file with %s and leaves nothing to import', async (code, content) => {
    const { file, imports, rejects } = await prepare(content, 1_000)
    expect(file).toMatchObject({ code })
    expect(JSON.stringify(file)).not.toMatch(/ada|bj/)
    expect(imports).toEqual([])
    expect(rejects).toEqual([])
  })

  it('takes a file of a header alone as no rows', async () => {
    expect((await prepare(HEADER)).file).toMatchObject({ rows: 0, accepted: 0 })
  })

  it('finds what is wrong in the fixture, and nothing else', async () => {
    const { file, imports, rejects } = await prepare(customersCsv(1_000, 7), 4_096)
    expect(file).toEqual({
      rows: 1000,
      accepted: imports.length,
      rejected: 17,
      superseded: 2,
      inactive: 0,
      tableOwned: 0,
    })
    expect(imports).toHaveLength(981)
    expect(new Set(rejects.slice(1).map((line) => line.split(',')[2])).size).toBeGreaterThan(8)
  })

  it('keeps an opt-out that a later row of the same id is silent about', async () => {
    const { imports } = await prepare(`${HEADER}a,ada@example.com,EMAIL,ALL\nA,ada2@example.com,EMAIL,\n`)
    expect(imports).toEqual([{ Id: 'A', Address: 'ada2@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' }])
  })

  it('enters its opt-outs into the register, and opts out who is so there', async () => {
    const consents = consentRegister(memoryTable())
    await consents.note('b', { value: 'ALL', at: '2026-01-01T00:00:00.000Z' })
    await consents.note('c', { value: 'NONE', at: '2026-07-01T00:00:00.000Z' })
    const rows = [
      'a,a@example.com,EMAIL,ALL',
      'b,b@example.com,EMAIL,NONE',
      'c,c@example.com,EMAIL,ALL',
      'd,d@example.com,EMAIL,',
    ]
    const { imports } = await prepare(`${HEADER}${rows.join('\n')}\n`, 7, consents)
    // c has opted in after the file was dropped.
    expect(imports.map((line) => (line as { OptOut?: string }).OptOut)).toEqual([
      'ALL',
      'ALL',
      undefined,
      undefined,
    ])
    expect([...(await consents.of(['a', 'b', 'c', 'd']))]).toMatchObject([
      ['a', { value: 'ALL', at: '2026-06-01T00:00:00.000Z' }],
      ['b', { value: 'ALL', at: '2026-01-01T00:00:00.000Z' }],
      ['c', { value: 'NONE', at: '2026-07-01T00:00:00.000Z' }],
    ])
  })

  it('takes a row that is unfit for the rest for its opt-out alone, and reports it', async () => {
    const consents = consentRegister(memoryTable())
    const rows = [
      'a,ada@example.com,EMAIL,ALL,Germany',
      'b,bob(at)example.com,EMAIL,ALL,DE',
      'b,bob@example.com,EMAIL,,DE',
    ]
    const { file, imports, rejects } = await prepare(
      `Id,Address,ChannelType,OptOut,Location.Country\n${rows.join('\n')}\n`,
      7,
      consents,
    )
    expect(imports).toEqual([
      { Id: 'a', Address: 'ada@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
      {
        Id: 'b',
        Address: 'bob@example.com',
        ChannelType: 'EMAIL',
        Location: { Country: 'DE' },
        OptOut: 'ALL',
      },
    ])
    expect(file).toMatchObject({ rows: 3, accepted: 2, rejected: 1 })
    expect(rejects.slice(1).map((line) => line.split(',').slice(0, 3).join())).toEqual([
      '2,Location.Country,COUNTRY',
      '3,Address,EMAIL_SYNTAX',
    ])
    expect([...(await consents.of(['a', 'b'])).values()].map(({ value }) => value)).toEqual(['ALL', 'ALL'])
  })

  it('names the line of an error however far the parser has read ahead, and whatever lines are empty', async () => {
    const good = Array.from({ length: 300 }, (_, at) => `e${at},e${at}@example.com,EMAIL,`).join('\r\n')
    const { file } = await prepare(`${HEADER}${good}\r\ncut,"half`, 64_000)
    expect(file).toMatchObject({
      code: 'UNCLOSED_QUOTE',
      message: expect.stringContaining('line 302 ') as string,
    })
    const { rejects } = await prepare(`${HEADER}\n\na,"x\ny@example.com",EMAIL,\n\nb,bob@example.com,FAX,\n`)
    expect(rejects.slice(1).map((line) => line.split(',')[0])).toEqual(['4', '7'])
  })
})
