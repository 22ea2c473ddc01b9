/** A file of the corpus through the product: what became of it, in the corpus's own words. The only file that knows how. */
import { Readable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { consentRegister } from '../../shared/ledger/consents.ts'
import type { Files } from '../../shared/sync/files.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import { memoryTable } from '../unit/memory-table.ts'
import type { Broken, Counts } from './corpus-file.ts'

export type Outcome =
  | { readonly refused: string; readonly message: string }
  | (Counts & {
      readonly broken: readonly Broken[]
      readonly supersededLines: readonly number[]
      /** Ids of the lines to import, and those lines. */
      readonly imported: readonly string[]
      readonly lines: string
      /** What is said of the rows, without the rows. */
      readonly said: readonly string[]
      /** What people are given to open. */
      readonly reports: readonly string[]
      /** The rows set aside, to be mended and dropped again. */
      readonly rejects: string
    })

/** Runs the file in pieces of `chunk` bytes. */
export const runFile = async (bytes: Uint8Array, chunk: number): Promise<Outcome> => {
  const work = workBucket(bytes, chunk)
  const prepared = await prepareFile({
    ...{ run: 'r', source: { bucket: 'drops', key: 'drops/a.csv', version: 'v1' }, bucket: 'work' },
    ...{ droppedAt: '2026-06-01T00:00:00.000Z', files: work.files },
    consents: consentRegister(memoryTable()),
  })
  if (prepared.state === 'unfinished') throw new Error('there is no limit of time here')
  if (prepared.state === 'held') throw new Error('no file here is out of the ordinary')
  if (prepared.state === 'refused') {
    if (work.text('runs/r/import/') !== '') throw new Error('a refused file leaves something to import')
    return { refused: prepared.file.code, message: prepared.file.message }
  }
  const { rows, accepted, rejected, superseded } = prepared.file
  const [rejects, supersededRows] = [work.text('reports/r/rejects'), work.text('reports/r/superseded.csv')]
  const isJson = rejects.startsWith('{')
  const told = isJson ? problemsInLines(rejects) : problemsIn(rejects)
  return {
    ...{ rows, accepted, rejected, superseded },
    broken: told.map(({ line, rule, field }) => [line, rule, field]),
    supersededLines: recordsOf(supersededRows)
      .slice(1)
      .map(([line]) => Number(line)),
    imported: idsIn(work.text('runs/r/import/')),
    lines: work.text('runs/r/import/'),
    said: told.map(({ expected }) => expected),
    reports: isJson ? [supersededRows] : [supersededRows, rejects],
    rejects,
  }
}

/** Objects in memory; whatever is read from elsewhere is the dropped file. */
const workBucket = (dropped: Uint8Array, chunk: number) => {
  const objects = new Map<string, Buffer>()
  const pieces = () =>
    Array.from({ length: Math.ceil(dropped.length / chunk) }, (_, at) =>
      dropped.subarray(at * chunk, (at + 1) * chunk),
    )
  const keysUnder = (prefix: string) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()
  const files: Files = {
    read: ({ bucket, key }) =>
      Promise.resolve(
        Readable.from(bucket === 'drops' ? pieces() : [objects.get(key) ?? Buffer.alloc(0)], {
          objectMode: false,
        }),
      ),
    metadata: () => Promise.resolve({}),
    currentVersion: () => Promise.resolve('v1'),
    async write({ key }, lines) {
      const parts: Buffer[] = []
      for await (const line of lines) parts.push(Buffer.from(line))
      objects.set(key, Buffer.concat(parts))
    },
    list: (_bucket, prefix) => Promise.resolve(keysUnder(prefix)),
    copy: () => Promise.reject(new Error('nothing is copied here')),
  }
  const text = (prefix: string) =>
    keysUnder(prefix)
      .map((key) => objects.get(key)?.toString() ?? '')
      .join('')
  return { files, text }
}

/** A report's records. */
export const recordsOf = (csv: string): string[][] => parse(csv, { relax_column_count: true })

interface Told {
  readonly line: number
  readonly rule: string
  readonly field: string
  readonly expected: string
}

/** `field: RULE (expected …); …`; a field may be named by the file itself, but never like a rule. */
const problemsIn = (rejects: string): Told[] =>
  recordsOf(rejects)
    .slice(1)
    .flatMap(([line = '', problems = '']) =>
      problems.split(/(?<=\)); (?=(?:\S[^;]*: )?[A-Z][A-Z0-9_]+ \(expected )/).map((text) => {
        const [, field = '', rule = '', expected = ''] =
          /^(?:(.*): )?([A-Z0-9_]+) \(expected (.*)\)$/s.exec(text) ?? []
        return { line: Number(line), rule, field, expected }
      }),
    )

/** A line that is an object has a member more; another one is as it was. */
const problemsInLines = (rejects: string): Told[] =>
  rejects.split('\n').flatMap((text) => {
    if (!text.startsWith('{"Samepoint":')) return []
    const { line, problems } = (JSON.parse(text) as { Samepoint: { line: number; problems: Told[] } })
      .Samepoint
    return problems.map(({ rule, field, expected }) => ({ line, rule, field, expected }))
  })

const idsIn = (lines: string): string[] =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { Id: string }).Id)
