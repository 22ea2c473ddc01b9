import { Readable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import dropMappings from '../../mappings/drops.json' with { type: 'json' }
import { consentRegister } from '../../shared/ledger/consents.ts'
import { readDropMappings } from '../../shared/sources/drop-mapping.ts'
import type { Checkpoint, Prepare } from '../../shared/sync/drop/prepared.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const EMAIL = { id: '{Id}-email', channel: 'EMAIL', address: 'Email', attributes: { Plan: 'Plan' } }
const PHONE = { id: '{Id}-phone', channel: 'SMS', address: 'Phone', attributes: { Plan: 'Plan' } }
const OPT_OUT = { optOut: { field: 'Out', values: { ALL: ['yes'], NONE: ['no'] } } }
const TWO = { key: 'Id', endpoints: [{ ...EMAIL, ...OPT_OUT }, PHONE] }
const HEADER = 'Id,Email,Phone,Plan,Out\n'

interface Given {
  readonly mapping?: object
  readonly name?: string
  readonly chunk?: number
  readonly more?: Partial<Prepare>
}

const prepare = async (content: string, { mapping = TWO, name = 'two', chunk = 50, more }: Given = {}) => {
  const { files, objects } = memoryFiles()
  const bytes = Buffer.from(content)
  const pieces = () =>
    Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
      bytes.subarray(at * chunk, (at + 1) * chunk),
    )
  const consents = consentRegister(memoryTable())
  const task: Prepare = {
    ...{ run: 'r', source: { bucket: 'drops', key: 'a.csv' }, droppedAt: '2026-06-01T00:00:00.000Z' },
    ...{ bucket: 'work', consents, mappings: readDropMappings({ two: mapping, other: TWO }) },
    files: {
      ...files,
      read: (object) =>
        object.bucket === 'drops'
          ? Promise.resolve(Readable.from(pieces(), { objectMode: false }))
          : files.read(object),
      metadata: () => Promise.resolve({ mapping: name }),
    },
    ...more,
  }
  let from: Checkpoint | undefined
  let prepared = await prepareFile(task)
  for (; prepared.state === 'unfinished'; prepared = await prepareFile({ ...task, from }))
    from = prepared.from
  const text = (key: string) => Buffer.from(objects.get(`work/${key}`) ?? '', 'latin1').toString()
  const parts = [...objects.keys()].filter((key) => key.includes('/import/')).sort()
  const lines = parts.flatMap((key) => text(key.slice('work/'.length)).split('\n').filter(Boolean))
  return {
    ...{ prepared, file: prepared.file, consents },
    imports: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    rejects: text('reports/r/rejects.csv'),
    superseded: text('reports/r/superseded.csv').split('\n').slice(1, -1),
  }
}

describe('a dropped file with a mapping', () => {
  it('makes of each row the endpoints that the mapping says, by the rules of any dropped row', async () => {
    const { file, imports } = await prepare(
      `${HEADER}1,ada@example.com,+1 (212) 555-0100,gold,\n2,,+12125550101,,no\n`,
    )
    expect(file).toMatchObject({ rows: 2, accepted: 2, mapping: 'two', endpoints: 3, empty: 0 })
    expect(imports).toEqual([
      { Id: '1-email', Address: 'ada@example.com', ChannelType: 'EMAIL', Attributes: { Plan: ['gold'] } },
      { Id: '1-phone', Address: '+12125550100', ChannelType: 'SMS', Attributes: { Plan: ['gold'] } },
      { Id: '2-phone', Address: '+12125550101', ChannelType: 'SMS' },
    ])
  })

  it('accounts for every row of the file: a row is good when all its endpoints are', async () => {
    const { file, imports, rejects, superseded } = await prepare(
      [
        `${HEADER}1,ada@example.com,+12125550100,,`,
        '2,bo@example.com,+1212,,',
        '3,,,gold,',
        '1,ada2@example.com,,,',
        '4,dee@example.com,,,',
        '4,dee2@example.com,,,',
      ].join('\n'),
    )
    expect(file).toMatchObject({ rows: 6, accepted: 4, rejected: 1, superseded: 1, endpoints: 3, empty: 1 })
    // Of the first row the phone counts, as the fourth says nothing of it.
    expect(imports.map(({ Id, Address }) => [Id, Address])).toEqual([
      ['1-phone', '+12125550100'],
      ['1-email', 'ada2@example.com'],
      ['4-email', 'dee2@example.com'],
    ])
    expect(superseded).toHaveLength(1)
    expect(superseded[0]).toMatch(/^6,/)
    expect(parse(rejects)).toEqual([
      ['Samepoint.Line', 'Samepoint.Problems', 'Id', 'Email', 'Phone', 'Plan', 'Out'],
      ['3', expect.stringMatching(/^Phone: PHONE_E164 /) as string, '2', 'bo@example.com', "'+1212", '', ''],
    ])
  })

  it('opts out by any row, also an unfit one, and never says NONE', async () => {
    const { file, imports, consents } = await prepare(
      `${HEADER}1,ada@example.com,+1212,,yes\n2,bo@example.com,,,no\n3,nobody,,,yes\n`,
    )
    expect(file).toMatchObject({ rows: 3, accepted: 2, rejected: 1, superseded: 0, endpoints: 2 })
    expect(imports).toEqual([
      { Id: '2-email', Address: 'bo@example.com', ChannelType: 'EMAIL' },
      { Id: '1-email', Address: 'ada@example.com', ChannelType: 'EMAIL', OptOut: 'ALL' },
    ])
    expect([...(await consents.of(['1-email', '2-email', '3-email'])).keys()]).toEqual(['1-email', '3-email'])
  })

  it('may be dropped again as it was set aside, once it is mended', async () => {
    const { rejects } = await prepare(`${HEADER}2,bo@example.com,+1212,=1+1,\n`)
    const { file, imports } = await prepare(rejects.replace('+1212', '+12125550100'))
    expect(file).toMatchObject({ rows: 1, accepted: 1, endpoints: 2 })
    expect(imports[0]).toMatchObject({ Attributes: { Plan: ['=1+1'] } })
  })

  it('reads maps below a name, numbers as text, and repeated columns as a list or an element each', async () => {
    const mapping = {
      key: 'Contact Id',
      endpoints: [
        {
          ...{ each: 'Phone', id: '{Contact Id}-{.}', channel: 'SMS', address: '.' },
          ...{ attributes: 'Traits', metrics: { Orders: 'Orders' }, location: { City: 'Home.City' } },
        },
      ],
    }
    const { imports, file } = await prepare(
      'Note,Contact Id,Phone,Phone,Traits.a,Traits.a,Traits.__proto__,Orders,Home.City\n' +
        'x,7,+12125550100,+12125550101,p,q,r,12.50,Bern\ny,8,,,,,,,\nz,9,+12125550102,,,,,many,\n',
      { mapping },
    )
    expect(file).toMatchObject({ rows: 3, accepted: 2, rejected: 1, endpoints: 2, empty: 1 })
    expect(imports.map(({ Id }) => Id)).toEqual(['7-+12125550100', '7-+12125550101'])
    expect(JSON.stringify(imports[0])).toContain('"Attributes":{"a":["p","q"],"__proto__":["r"]}')
    expect(imports[0]).toMatchObject({ Metrics: { Orders: 12.5 }, Location: { City: 'Bern' } })
  })

  it('may be JSON Lines, whose objects the mapping reads', async () => {
    const mapping = {
      key: 'Id',
      endpoints: [EMAIL, { each: 'Devices', id: '{Id}-{.Name}', channel: 'CUSTOM', address: '.Url' }],
    }
    const devices = Array.from({ length: 16 }, (_, at) => ({
      Name: `d${at}`,
      Url: `https://example.com/${at}`,
    }))
    const { file, imports, rejects } = await prepare(
      [
        { Id: '1', Email: 'ada@example.com', Devices: devices.slice(0, 2), Note: 7 },
        { Id: '2', Devices: devices },
        { Id: '3' },
      ]
        .map((each) => `${JSON.stringify(each)}\n`)
        .concat('nothing\n')
        .join(''),
      { mapping },
    )
    expect(file).toMatchObject({ rows: 4, accepted: 2, rejected: 2, endpoints: 3, empty: 1 })
    expect(imports.map(({ Id }) => Id)).toEqual(['1-email', '1-d0', '1-d1'])
    expect(rejects).toContain('ENDPOINTS_OF_ROW')
    expect(rejects).toContain('NOT_JSON')
  })

  it('comes to the same wherever it is cut, and wherever the time runs out', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => {
      const email = at % 7 === 0 ? '' : `e${at}@example.com`
      const phone = at % 5 === 0 ? '+1212' : at % 7 === 0 ? '' : `+1212555${String(at).padStart(4, '0')}`
      return `${at % 8_000},${email},${phone},${'p'.repeat(90)},${at % 11 ? '' : 'yes'}\n`
    })
    const text = HEADER + rows.join('')
    const whole = await prepare(text, { chunk: 65_536 })
    const cut = await prepare(text, { chunk: 4_099, more: { hasTime: () => false } })
    if (!whole.file || 'code' in whole.file) throw new Error('it is not refused')
    const { rows: all, accepted, rejected, superseded, empty } = whole.file
    expect([all, accepted + rejected + superseded]).toEqual([9_000, 9_000])
    for (const each of [accepted, rejected, superseded, empty]) expect(each).toBeGreaterThan(100)
    expect(cut.file).toEqual(whole.file)
    expect(cut.imports).toEqual(whole.imports)
    expect(whole.file).toMatchObject({ endpoints: whole.imports.length })
    expect(new Set(whole.imports.map(({ Id }) => Id)).size).toBe(whole.imports.length)
    expect([cut.rejects, cut.superseded]).toEqual([whole.rejects, whole.superseded])
  })

  it.each([
    ['MAPPING_UNKNOWN', HEADER, 'tow', 'did you mean two?'],
    ['MAPPING_UNKNOWN', HEADER, 'ada@example.com', 'the mappings are two, other'],
    [
      'HEADER_MISSING',
      'Id,Emial,Phone,Plan,Out\n',
      'two',
      'column Email, which the header does not have; is it column 2?',
    ],
    ['HEADER_MISSING', 'Id,Email,Phone,Out\n', 'TWO', 'the column Plan, which the header does not have'],
    ['HEADER_CLASH', 'Id,Email,Email.Work,Phone,Plan,Out\n', 'two', 'column 2 has a value'],
    ['DELIMITER', 'Id;Email;Phone;Plan;Out\n', 'two', 'delimiter'],
    ['EMPTY_FILE', '', 'two', 'empty'],
  ])('is refused with %s for the header %j with %j', async (code, header, name, message) => {
    const { prepared, imports } = await prepare(header, { name })
    expect(prepared).toMatchObject({ state: 'refused', file: { code } })
    expect((prepared.file as { message: string }).message).toContain(message)
    expect(JSON.stringify(prepared)).not.toMatch(/Emial|ada/)
    expect(imports).toEqual([])
  })

  it('rejects a ragged row', async () => {
    const { file, rejects } = await prepare(`${HEADER}1,ada@example.com\n`)
    expect(file).toMatchObject({ rows: 1, rejected: 1 })
    expect(rejects).toContain('COLUMNS')
  })
})

describe('the mappings of dropped files', () => {
  it('ship with one for contacts, that makes an e-mail and a phone of each', async () => {
    const shipped = readDropMappings(dropMappings)
    const head =
      'Contact ID,E-mail,E-mail opt-out,Mobile,SMS opt-out,Plan,Interests,Orders,First name,Last name'
    const { file, imports } = await prepare(
      `${head},City,Country\nc1,ada@example.com,yes,+12125550100,no,gold,,3,Ada,L,Bern,CH\n`,
      { name: 'crm-export', more: { mappings: shipped } },
    )
    expect(file).toMatchObject({ rows: 1, accepted: 1, endpoints: 2, mapping: 'crm-export' })
    expect(imports.map(({ Id, OptOut }) => [Id, OptOut])).toEqual([
      ['c1-email', 'ALL'],
      ['c1-phone', undefined],
    ])
  })

  it.each<[string, unknown, string]>([
    ['no object', [], 'expected an object of mappings by name'],
    ['a name with blanks', { 'My export': TWO }, 'expected names of small letters'],
    ['a version', { a: { ...TWO, version: 'V' } }, 'a: version: expected nothing'],
    ['strict items', { a: { key: 'Id', strict: true, endpoints: [EMAIL] } }, 'a: strict: expected nothing'],
    [
      'a status',
      { a: { key: 'Id', endpoints: [{ ...EMAIL, status: { field: 'S' } }] } },
      'a: endpoints.0.status: expected nothing, as an import makes every endpoint ACTIVE',
    ],
    [
      'what no mapping may have',
      { a: TWO, b: { ...TWO, vresion: 'V' } },
      'b: vresion: unknown, expected version',
    ],
  ])('are none with %s', (_what, json, mistake) => {
    expect(() => readDropMappings(json)).toThrow(mistake)
  })
})
