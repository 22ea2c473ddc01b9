import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { consentRegister } from '../../shared/ledger/consents.ts'
import type { Prepare } from '../../shared/sync/drop/prepared.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import { customersCsv } from '../fixtures/make-customers.ts'
import type { Files, ObjectRef } from '../../shared/sync/files.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import type { Consents } from '../../shared/ledger/consents.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { freshLines } from '../../shared/sync/load/fresh-lines.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const HEADER = 'Id,Address,ChannelType,OptOut\n'

const textIn = (objects: ReadonlyMap<string, string>, key: string): string =>
  Buffer.from(objects.get(`work/${key}`) ?? '', 'latin1').toString()

/** The dropped file in `chunks`, everything else as it is. */
const readOf =
  (files: Files, source: ObjectRef, chunks: readonly Uint8Array[]): Files['read'] =>
  (object) =>
    object.key === source.key
      ? Promise.resolve(Readable.from(chunks, { objectMode: false }))
      : files.read(object)

const stagedOf = async (lines: readonly string[], consents: Consents): Promise<Endpoint[]> => {
  const memory = { sent: () => Promise.resolve(new Map<string, Sent>()) }
  const fresh = freshLines(
    { file: 'part', lines: Readable.from(lines) },
    { droppedAt: '2026-06-01T00:00:00.000Z', consents, memory, tell: () => Promise.resolve() },
    { rows: 0, left: 0 },
  )
  const staged: Endpoint[] = []
  for await (const line of fresh) staged.push(JSON.parse(line) as Endpoint)
  return staged
}

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
  const prepared = await prepareFile({
    ...{ run: 'r', source, droppedAt: '2026-06-01T00:00:00.000Z' },
    ...{ bucket: 'work', files: { ...files, read: readOf(files, source, chunks) }, consents },
  })
  const lines = (key: string) => textIn(objects, key).split('\n').filter(Boolean)
  return {
    file: prepared.state === 'unfinished' ? undefined : prepared.file,
    imports: lines('runs/r/import/part-00001.json').map((line) => JSON.parse(line) as object),
    get rejects() {
      return parse(this.rejectsText, { relax_column_count: true })
    },
    rejectsText: textIn(objects, 'reports/r/rejects.csv'),
    superseded: lines('reports/r/superseded.csv'),
    /** What a Region that has heard nothing else is given. */
    staged: () => stagedOf(lines('runs/r/import/part-00001.json'), consents),
  }
}

describe('preparing a dropped file', () => {
  it('accounts for every row: accepted, rejected or superseded', async () => {
    const { file, imports, rejects, superseded } = await prepare(
      `${HEADER}a,ada@example.com,EMAIL,\nb,bo(at)example.com,EMAIL,\nA,ada2@example.com,EMAIL,ALL\n\nc,"+12125550100",SMS,NONE\n`,
    )
    expect(file).toEqual({ rows: 4, accepted: 2, rejected: 1, superseded: 1, inactive: 0, tableOwned: 0 })
    expect(imports).toEqual([
      { Id: 'A', Address: 'ada2@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
      { Id: 'c', Address: '+12125550100', ChannelType: 'SMS' },
    ])
    expect(rejects).toEqual([
      ['Samepoint.Line', 'Samepoint.Problems', 'Id', 'Address', 'ChannelType', 'OptOut'],
      ['3', 'Address: EMAIL_SYNTAX (expected name@domain)', 'b', 'bo(at)example.com', 'EMAIL', ''],
    ])
    expect(superseded.map((line) => line.split(',', 2).join())).toEqual(['line,rule', '2,SUPERSEDED'])
  })

  it('gives the same result wherever the bytes are cut', async () => {
    const text = `\uFEFF${HEADER}ü-1,"jürgen@example.com",EMAIL,\r\n日本,"x\ny@example.com",EMAIL,\r\n`
    const plain = ({ staged: _, ...rest }: Awaited<ReturnType<typeof prepare>>) => rest
    const whole = plain(await prepare(text, 10_000))
    for (let chunk = 1; chunk < 12; chunk += 1) expect(plain(await prepare(text, chunk))).toEqual(whole)
    expect(whole.file).toMatchObject({ rows: 2, accepted: 1, rejected: 1 })
  })

  it('names the line a record begins in, when records have line breaks', async () => {
    const { rejects } = await prepare(`${HEADER}a,"ada\n@example.com",EMAIL,\nb,bo@example.com,FAX,\n`)
    expect(rejects.slice(1).map(([line]) => line)).toEqual(['2', '4'])
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
    ['COMPRESSED', Buffer.from('PK\u0003\u0004 a workbook')],
    ['GZIP_DAMAGED', gzipSync(HEADER).subarray(0, 20)],
    ['GZIP_BOMB', gzipSync(`${HEADER}${'a,ada@example.com,EMAIL,\n'.repeat(200_000)}`)],
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
    expect(new Set(rejects.slice(1).map(([, problems]) => problems)).size).toBeGreaterThan(8)
  })

  it('keeps an opt-out that a later row of the same id is silent about', async () => {
    const { staged } = await prepare(`${HEADER}a,ada@example.com,EMAIL,ALL\nA,ada2@example.com,EMAIL,\n`)
    expect(await staged()).toEqual([
      { Id: 'A', Address: 'ada2@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
    ])
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
    const { staged } = await prepare(`${HEADER}${rows.join('\n')}\n`, 7, consents)
    // c has opted in after the file was dropped.
    expect((await staged()).map(({ OptOut }) => OptOut)).toEqual(['ALL', 'ALL', undefined, undefined])
    expect([...(await consents.of(['a', 'b', 'c', 'd']))]).toMatchObject([
      ['a', { value: 'ALL', at: '2026-06-01T00:00:00.000Z' }],
      ['b', { value: 'ALL', at: '2026-01-01T00:00:00.000Z' }],
      ['c', { value: 'NONE', at: '2026-07-01T00:00:00.000Z' }],
    ])
  })

  it('takes a row that is unfit for the rest for its opt-out alone, and reports it', async () => {
    const rows = [
      'a,ada@example.com,EMAIL,ALL,Germany',
      'b,bob(at)example.com,EMAIL,ALL,DE',
      'b,bob@example.com,EMAIL,,DE',
    ]
    const { file, staged, rejects } = await prepare(
      `Id,Address,ChannelType,OptOut,Location.Country\n${rows.join('\n')}\n`,
    )
    const bob = { Id: 'b', Address: 'bob@example.com', ChannelType: 'EMAIL', Location: { Country: 'DE' } }
    expect((await staged()).sort((one, other) => (one.Id < other.Id ? -1 : 1))).toEqual([
      { Id: 'a', Address: 'ada@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
      { ...bob, OptOut: 'ALL' },
    ])
    expect(file).toMatchObject({ rows: 3, accepted: 2, rejected: 1 })
    expect(rejects.slice(1).map(([line, problems]) => [line, problems?.split(' (')[0]])).toEqual([
      ['2', 'Location.Country: COUNTRY'],
      ['3', 'Address: EMAIL_SYNTAX'],
    ])
  })

  it('takes a good row and not an unfit one of the same id before it, wherever the two readings cut', async () => {
    // The second reading has fewer rows in a batch than the first.
    const between = Array.from(
      { length: 3_500 },
      (_, at) => `p${at},p${at}@example.com,EMAIL,,DE,${'v'.repeat(90)}\n`,
    )
    const { objects } = await prepareAll(
      `Id,Address,ChannelType,OptOut,Location.Country,Attributes.Note\n` +
        `x,x@example.com,EMAIL,ALL,Germany,unfit\n${between.join('')}x,x@example.com,EMAIL,,DE,good\n`,
      {},
    )
    const lines = textIn(objects, 'runs/r/import/part-00001.json').split('\n')
    const ofX = lines.filter((line) => line.startsWith('{"Id":"x"'))
    expect(ofX).toHaveLength(1)
    expect(ofX[0]).toContain('good')
  })

  it('names the line of an error however far the parser has read ahead, and whatever lines are empty', async () => {
    const good = Array.from({ length: 300 }, (_, at) => `e${at},e${at}@example.com,EMAIL,`).join('\r\n')
    const { file } = await prepare(`${HEADER}${good}\r\ncut,"half`, 64_000)
    expect(file).toMatchObject({
      code: 'UNCLOSED_QUOTE',
      message: expect.stringContaining('line 302 ') as string,
    })
    const { rejects } = await prepare(`${HEADER}\n\na,"x\ny@example.com",EMAIL,\n\nb,bob@example.com,FAX,\n`)
    expect(rejects.slice(1).map(([line]) => line)).toEqual(['4', '7'])
  })

  it('takes JSON Lines, and gzip, as it takes CSV', async () => {
    const csv = await prepare(`${HEADER}a,ada@example.com,EMAIL,ALL\nb,bob(at)example.com,EMAIL,\n`)
    const json = [
      '{"Id":"a","Address":"ada@example.com","ChannelType":"EMAIL","OptOut":"ALL"}',
      '{"Id":"b","Address":"bob(at)example.com","ChannelType":"EMAIL"}',
    ]
    for (const content of [json.join('\n'), gzipSync(json.join('\r\n')), `\uFEFF${json.join('\n')}\n\n`]) {
      const lines = await prepare(content)
      expect(lines.file).toEqual(csv.file)
      expect(lines.imports).toEqual(csv.imports)
    }
    const packed = await prepare(gzipSync(`${HEADER}a,ada@example.com,EMAIL,ALL\n`), 3)
    expect(packed.imports).toEqual(csv.imports)
  })

  it('has what was set aside mended and dropped again, and no cell of it is a formula', async () => {
    const header = 'Id,Address,ChannelType,Attributes.Note\n'
    const rows = [
      "=1+1,ada(at)example.com,EMAIL,'@sum",
      '-2,+15550100,FAX,"=cmd|""x"""',
      "'=3,c@example.com,FAX,plain",
    ]
    const first = await prepare(`${header}${rows.join('\n')}\n`)
    expect(first.file).toMatchObject({ accepted: 0, rejected: 3 })
    const cells = first.rejects.slice(1).flat()
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
    const mended = first.rejectsText
      .replace('ada(at)example.com', 'ada@example.com')
      .replace("'+15550100,FAX", "'+12125550100,SMS")
      .replace('FAX', 'EMAIL')
    expect((await prepare(mended)).imports).toEqual([
      { Id: '=1+1', Address: 'ada@example.com', ChannelType: 'EMAIL', Attributes: { Note: ["'@sum"] } },
      { Id: '-2', Address: '+12125550100', ChannelType: 'SMS', Attributes: { Note: ['=cmd|"x"'] } },
      { Id: "'=3", Address: 'c@example.com', ChannelType: 'EMAIL', Attributes: { Note: ['plain'] } },
    ])
  })

  it.each([
    ['semicolon', ';'],
    ['Tab', '\t'],
    ['|', '|'],
    ['comma', ','],
  ])('reads a file by the delimiter %j that its metadata name', async (delimiter, sign) => {
    const rows = [
      ['Id', 'Address', 'ChannelType', 'Attributes.Note'],
      ['a', 'ada@example.com', 'EMAIL', '"x,;|y"'],
    ]
    const named = await prepareAll(rows.map((cells) => cells.join(sign)).join('\r\n'), {
      metadata: { delimiter },
    })
    expect(named.prepared).toMatchObject({ state: 'done', file: { rows: 1, accepted: 1 } })
    expect(named.objects.get('work/runs/r/import/part-00001.json')).toContain('"x,;|y"')
  })

  it.each(['', '"', ';;', 'e', 'é', 'constructor', '\u0000'])(
    'refuses a file whose metadata name %j as its delimiter',
    async (delimiter) => {
      const { prepared, objects } = await prepareAll(`${HEADER}a,ada@example.com,EMAIL,\n`, {
        metadata: { delimiter },
      })
      const message = expect.stringContaining('x-amz-meta-delimiter') as string
      expect(prepared).toEqual({ state: 'refused', file: { code: 'DELIMITER', message } })
      expect([...objects]).toEqual([])
    },
  )

  it.each([HEADER, HEADER.replace(/\w+/g, '"$&"')])(
    'says so where the cells of %j are not separated as its metadata name',
    async (header) => {
      const { prepared } = await prepareAll(header, { metadata: { delimiter: ';' } })
      expect(fileOf({ prepared })).toMatchObject({ code: 'DELIMITER' })
    },
  )

  it('holds a file out of the ordinary, and neither imports nor notes anything, until somebody has looked at it', async () => {
    const consents = consentRegister(memoryTable())
    const row = (at: number) => `e${at},e${at}@example.com,${at % 4 === 0 ? 'FAX' : 'EMAIL'},ALL`
    const content = `${HEADER}${Array.from({ length: 200 }, (_, at) => row(at)).join('\n')}\n`
    const held = await prepareAll(content, { consents })
    expect(held.prepared).toMatchObject({
      state: 'held',
      file: { code: 'MANY_REJECTS', held: { rows: 200, rejected: 50, optOuts: 200 } },
    })
    // For whoever is to look at it.
    const rejects = textIn(held.objects, 'reports/r/rejects.csv').split('\n')
    expect(rejects.filter((line) => line.includes('CHANNEL_UNKNOWN'))).toHaveLength(50)
    expect([...held.objects.keys()].filter((key) => key.includes('/import/'))).toEqual([])
    expect((await consents.of(['e0', 'e1'])).size).toBe(0)
    const slow = await prepareAll(content, { consents, hasTime: () => false })
    expect(slow.calls).toBeGreaterThan(1)
    expect([slow.prepared, slow.objects.get('work/reports/r/rejects.csv')]).toEqual([
      held.prepared,
      held.objects.get('work/reports/r/rejects.csv'),
    ])
    const released = await prepareAll(content, { consents, isReleased: true })
    expect(released.prepared).toMatchObject({ state: 'done', file: { rows: 200 } })
    expect((await consents.of(['e0', 'e1'])).size).toBe(2)
  })

  it('cuts what it writes into import files of bounded size', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => `e${at},e${at}@example.com,EMAIL,`)
    const { objects, prepared } = await prepareAll(`${HEADER}${rows.join('\n')}\n`, { partBytes: 300_000 })
    const parts = [...objects].filter(([key]) => key.includes('/import/')).map(([, text]) => text)
    expect(parts.length).toBeGreaterThan(1)
    expect(prepared).toMatchObject({
      state: 'done',
      parts: parts.length,
      file: { rows: 9_000, accepted: 9_000 },
    })
    for (const text of parts) expect(text.length).toBeLessThanOrEqual(300_000)
    expect(parts.flatMap((text) => text.split('\n').filter(Boolean))).toHaveLength(9_000)
  })

  it('goes on where the time ran out, and comes to the same', async () => {
    const row = (at: number) =>
      `e${at % 7_000},e${at}@example.com,${at % 50 === 0 ? 'FAX' : 'EMAIL'},${at % 90 === 0 ? 'ALL' : ''}`
    const content = `${HEADER}${Array.from({ length: 20_000 }, (_, at) => row(at)).join('\n')}\n`
    const whole = await prepareAll(content, {})
    const calls = await prepareAll(content, { hasTime: () => false })
    expect(calls.calls).toBeGreaterThan(3)
    expect(fileOf(calls)).toEqual(fileOf(whole))
    const all = ({ objects }: Prepared, part: string) =>
      [...objects]
        .filter(([key]) => key.includes(part))
        .map(([, text]) => text)
        .join('')
    for (const part of ['/import/', 'r/rejects.csv', 'r/superseded.csv'])
      expect(all(calls, part)).toBe(all(whole, part))
  })
})

type Prepared = Awaited<ReturnType<typeof prepareAll>>
const fileOf = ({ prepared }: Pick<Prepared, 'prepared'>) => ('file' in prepared ? prepared.file : undefined)

describe('a file that somebody overwrites or deletes meanwhile', () => {
  const source = { bucket: 'drops', key: 'drops/a.csv', version: 'v1' }
  const content = Buffer.from(`${HEADER}a,ada@example.com,EMAIL,\nb,bo@example.com,EMAIL,\n`)
  /** Read so often, and then it is gone. */
  const task = (times: number, current: string | undefined) => {
    const { files, objects } = memoryFiles()
    let reads = 0
    const read: Files['read'] = (object) => {
      if (object.key !== source.key) return files.read(object)
      expect(object).toEqual(source)
      return Promise.resolve(reads++ < times ? Readable.from([content]) : undefined)
    }
    const prepared: Prepare = {
      ...{ run: 'r', source, droppedAt: '2026-06-01T00:00:00.000Z', bucket: 'work' },
      files: { ...files, read, currentVersion: () => Promise.resolve(current) },
      consents: consentRegister(memoryTable()),
    }
    return { prepared, objects }
  }
  const importsIn = (objects: ReadonlyMap<string, string>) =>
    [...objects.keys()].filter((key) => key.includes('/import/'))

  it.each([0, 1])(
    'is refused where its version is gone after %i readings, and says what to do',
    async (times) => {
      const { prepared, objects } = task(times, undefined)
      expect(await prepareFile(prepared)).toEqual({
        state: 'refused',
        file: { code: 'SOURCE_GONE', message: expect.stringMatching(/nothing .* imported; drop/) as string },
      })
      expect(importsIn(objects)).toEqual([])
    },
  )

  it('is refused where its version is gone between two calls', async () => {
    const { prepared } = task(2, undefined)
    const first = await prepareFile({ ...prepared, hasTime: () => false })
    const from = first.state === 'unfinished' ? first.from : undefined
    expect(from?.counts.rows).toBe(2)
    const next = await prepareFile({ ...prepared, ...(from && { from }) })
    expect(next).toMatchObject({ state: 'refused', file: { code: 'SOURCE_GONE' } })
  })

  it.each([
    ['v1', {}],
    ['v2', { overwritten: true, note: expect.stringContaining('a run of its own') as string }],
    [undefined, { deleted: true, note: expect.stringContaining('takes nothing back') as string }],
  ])(
    'is prepared by its own version where the current one is %s, and the report says so',
    async (current, more) => {
      const counts = { rows: 2, accepted: 2, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }
      const { prepared } = task(2, current)
      expect(await prepareFile(prepared)).toEqual({ state: 'done', file: { ...counts, ...more }, parts: 1 })
    },
  )
})

/** Call after call, until the file is prepared. */
const prepareAll = async (
  content: string,
  {
    metadata = {},
    ...more
  }: Partial<Pick<Prepare, 'partBytes' | 'hasTime' | 'consents' | 'isReleased'>> & {
    metadata?: Readonly<Record<string, string>>
  },
) => {
  const { files, objects } = memoryFiles()
  const source = { bucket: 'drops', key: 'drops/a.csv', version: 'v1' }
  const task = {
    ...{ run: 'r', source, droppedAt: '2026-06-01T00:00:00.000Z', bucket: 'work' },
    files: {
      ...files,
      read: readOf(files, source, [Buffer.from(content)]),
      metadata: () => Promise.resolve(metadata),
    },
    consents: consentRegister(memoryTable()),
    ...more,
  }
  let prepared = await prepareFile(task)
  let calls = 1
  for (; prepared.state === 'unfinished'; calls += 1)
    prepared = await prepareFile({ ...task, from: prepared.from })
  return { prepared, objects, calls }
}
