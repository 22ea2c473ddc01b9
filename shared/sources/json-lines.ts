/** JSON Lines, an endpoint a line as Pinpoint's import takes them → rows, behind the same interface as the CSV kernel's. */
import { z } from 'zod'
import type { Candidate, Problem } from '../endpoint/problem.ts'
import { DEMOGRAPHIC_FIELDS, LOCATION_TEXT_FIELDS } from '../endpoint/endpoint.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { emptyFile, notUtf8, RECORD_BYTES, recordTooLong } from './csv/csv-refusal.ts'
import type { CsvRefusal } from './csv/csv-refusal.ts'
import { refusalOfStart } from './csv/encoding.ts'
import { hashId } from './csv/id-hash.ts'
import type { CsvKernel, CsvOptions, RowBatch } from './csv/kernel.ts'
import { addRow, clear, hashPairOf, isFull, openBatch } from './csv/row-batch.ts'
import type { OpenBatch } from './csv/row-batch.ts'
import { droppedEndpoint, droppedOptOut } from './dropped-row.ts'

/** What a line may hold; text where a list of one value belongs is that list. */
const values = z.union([z.array(z.string()), z.string().transform((text) => [text])])
/** By name. zod's own record leaves out what is called `__proto__`; here it is a name like another. */
const named = <T>(value: z.ZodType<T>) =>
  z.unknown().transform((given, context): Readonly<Record<string, T>> => {
    const entries: [string, T][] = []
    if (!isObject(given)) context.addIssue({ code: 'custom' })
    for (const [name, each] of isObject(given) ? Object.entries(given) : []) {
      const read = value.safeParse(each)
      if (read.success) entries.push([name, read.data])
      else context.addIssue({ code: 'custom', path: [name] })
    }
    return Object.fromEntries(entries)
  })
const texts = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, z.string().optional()]))
const Line = z.strictObject({
  Id: z.string().optional(),
  Address: z.string().optional(),
  ChannelType: z.string().optional(),
  OptOut: z.string().optional(),
  EffectiveDate: z.unknown().optional(),
  RequestId: z.unknown().optional(),
  Attributes: named(values).optional(),
  Metrics: named(z.number()).optional(),
  Demographic: z.strictObject(texts(DEMOGRAPHIC_FIELDS)).optional(),
  Location: z
    .strictObject({
      ...texts(LOCATION_TEXT_FIELDS),
      Latitude: z.number().optional(),
      Longitude: z.number().optional(),
    })
    .optional(),
  User: z
    .strictObject({ UserId: z.string().optional(), UserAttributes: named(values).optional() })
    .optional(),
  // As `rejects.jsonl` has it: what was wrong with the line before somebody mended it.
  Samepoint: z.unknown().optional(),
})

interface Reading {
  readonly isWriting: boolean
  readonly recordBytes: number
  readonly batch: OpenBatch
  readonly decoder: InstanceType<typeof TextDecoder>
  held: Uint8Array[]
  heldBytes: number
  line: number
  rows: number
  taken: number
  refusal: CsvRefusal | undefined
}

/** A reader for one file. Never throws for what the file holds. */
export const openJsonLines = ({
  isWriting = true,
  recordBytes = RECORD_BYTES,
}: CsvOptions = {}): CsvKernel => {
  const reading: Reading = {
    ...{ isWriting, recordBytes, batch: openBatch(), held: [], heldBytes: 0 },
    decoder: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
    ...{ line: 1, rows: 0, taken: 0, refusal: undefined },
  }
  return {
    push: (chunk) => push(reading, chunk),
    end: () => end(reading),
    columns: undefined,
    get refusal() {
      return reading.refusal
    },
    get progress() {
      return { bytes: reading.taken, rows: reading.rows }
    },
  }
}

const LF = 0x0a

function* push(reading: Reading, chunk: Uint8Array): Generator<RowBatch> {
  if (reading.taken === 0) reading.refusal = refusalOfStart(chunk)
  reading.taken += chunk.length
  let from = 0
  while (!reading.refusal) {
    const at = chunk.indexOf(LF, from)
    if (at < 0) break
    takeLine(reading, chunk.subarray(from, at))
    reading.line += 1
    from = at + 1
    if (isFull(reading.batch)) yield* give(reading)
  }
  if (reading.refusal) return
  // The chunk is the caller's again.
  hold(reading, Uint8Array.from(chunk.subarray(from)))
}

function* end(reading: Reading): Generator<RowBatch> {
  if (!reading.refusal) takeLine(reading, new Uint8Array())
  if (!reading.refusal && reading.rows === 0) reading.refusal = emptyFile()
  if (reading.batch.count + reading.batch.unfit.length > 0) yield* give(reading)
}

function* give({ batch }: Reading): Generator<RowBatch> {
  yield batch
  clear(batch)
}

const hold = (reading: Reading, rest: Uint8Array): void => {
  if (rest.length > 0) reading.held.push(rest)
  reading.heldBytes += rest.length
  if (reading.heldBytes > reading.recordBytes)
    reading.refusal = recordTooLong(reading.line, reading.recordBytes)
}

const takeLine = (reading: Reading, last: Uint8Array): void => {
  hold(reading, last)
  if (reading.refusal) return
  const bytes = Buffer.concat(reading.held)
  reading.held = []
  reading.heldBytes = 0
  let text: string
  try {
    text = reading.decoder.decode(bytes)
  } catch {
    reading.refusal = notUtf8(reading.line, undefined)
    return
  }
  if (reading.line === 1 && text.startsWith('\uFEFF')) text = text.slice(1)
  if (text.trim() !== '') takeText(reading, text)
}

/** The line as it was, where it is one that `rejects.ts` had to wrap as it was no object. */
const unwrapped = (text: string): string => {
  const record = parsed(text)
  const wrap = record && Object.keys(record).length === 1 ? record['Samepoint'] : undefined
  return isObject(wrap) && typeof wrap['said'] === 'string' ? wrap['said'] : text
}

const takeText = (reading: Reading, text: string): void => {
  const { batch, line, isWriting } = reading
  reading.rows += 1
  const said = text.startsWith('{"Samepoint"') ? unwrapped(text) : text
  const taken = takenOf(said)
  if ('problems' in taken) {
    batch.unfit.push({ line, cells: [said], ...taken })
    return
  }
  const { output } = batch
  const start = output.end
  hashId(taken.Id, { pair: batch.hashes, at: 2 * batch.count })
  if (isWriting) output.end += output.bytes.write(`${JSON.stringify(taken)}\n`, start)
  addRow(batch, line, start, taken.OptOut === 'ALL' ? 1 : 0)
}

type Unfit = Pick<RowBatch['unfit'][number], 'problems' | 'optOut'>

const takenOf = (text: string): Endpoint | Unfit => {
  const record = parsed(text)
  if (record === undefined) return { problems: [NOT_JSON], optOut: undefined }
  const shaped = Line.safeParse(record)
  if (!shaped.success) {
    const problems = shaped.error.issues.map(({ path }): Problem => ({
      rule: 'SHAPE',
      field: fieldOf(path),
      expected: 'a field of an endpoint, as Pinpoint imports it',
    }))
    return { problems, optOut: optOutOf(record) }
  }
  const { EffectiveDate, RequestId: _, Samepoint: __, ...candidate } = shaped.data
  const endpoint = droppedEndpoint(candidate as Candidate, EffectiveDate)
  return 'Id' in endpoint ? endpoint : { problems: endpoint, optOut: optOutOf(record) }
}

const NOT_JSON: Problem = { rule: 'NOT_JSON', field: '', expected: 'one JSON object a line' }

/** The names that are the file's own may be anything, a customer's too. */
const fieldOf = (path: readonly PropertyKey[]): string => {
  const known = path.filter((name) => typeof name === 'string' && /^[A-Z][A-Za-z]*$/.test(name))
  return known.slice(0, 2).join('.')
}

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An unfit line opts out all the same, where it names somebody. */
const optOutOf = ({ Id, OptOut, Address, ChannelType }: Record<string, unknown>): Unfit['optOut'] => {
  const optOut = droppedOptOut({
    ...(typeof Id === 'string' && { Id }),
    ...(typeof OptOut === 'string' && { OptOut }),
    ...(typeof Address === 'string' && { Address }),
    ...(typeof ChannelType === 'string' && { ChannelType }),
  })
  return optOut && { ...optOut, hash: hashPairOf(optOut.Id) }
}
