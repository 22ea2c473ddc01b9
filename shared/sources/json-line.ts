/** One line of JSON Lines, an endpoint as Pinpoint's import takes it → what the rules make of it. */
import { z } from 'zod'
import type { Candidate, Problem } from '../endpoint/problem.ts'
import { DEMOGRAPHIC_FIELDS, LOCATION_TEXT_FIELDS } from '../endpoint/endpoint.ts'
import type { Judged, Unfit } from './csv/judged-row.ts'
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

/** What the rules make of the line. */
export const judgeLine = (text: string): Judged => {
  const record = objectIn(text)
  if (record === undefined) return NO_OBJECT
  const shaped = Line.safeParse(record)
  if (!shaped.success) {
    const problems = shaped.error.issues.map(({ path }): Problem => ({
      rule: 'SHAPE',
      field: fieldOf(path),
      expected: 'a field of an endpoint, as Pinpoint imports it',
    }))
    return { problems, optOuts: optOutsOf(record) }
  }
  const { EffectiveDate, RequestId: _, Samepoint: __, ...candidate } = shaped.data
  const endpoint = droppedEndpoint(candidate as Candidate, EffectiveDate)
  return 'Id' in endpoint ? [endpoint] : { problems: endpoint, optOuts: optOutsOf(record) }
}

/** What is wrong with a line that holds no object. */
export const NO_OBJECT: Unfit = {
  problems: [{ rule: 'NOT_JSON', field: '', expected: 'one JSON object a line' }],
  optOuts: [],
}

/** The line as it was, where it is one that `rejects.ts` had to wrap as it was no object. */
export const unwrapped = (text: string): string => {
  const record = text.startsWith('{"Samepoint"') ? objectIn(text) : undefined
  const wrap = record && Object.keys(record).length === 1 ? record['Samepoint'] : undefined
  return isObject(wrap) && typeof wrap['said'] === 'string' ? wrap['said'] : text
}

/** The names that are the file's own may be anything, a customer's too. */
const fieldOf = (path: readonly PropertyKey[]): string => {
  const known = path.filter((name) => typeof name === 'string' && /^[A-Z][A-Za-z]*$/.test(name))
  return known.slice(0, 2).join('.')
}

/** Undefined where the text is none. */
export const objectIn = (text: string): Record<string, unknown> | undefined => {
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
const optOutsOf = ({ Id, OptOut, Address, ChannelType }: Record<string, unknown>): Unfit['optOuts'] => {
  const optOut = droppedOptOut({
    ...(typeof Id === 'string' && { Id }),
    ...(typeof OptOut === 'string' && { OptOut }),
    ...(typeof Address === 'string' && { Address }),
    ...(typeof ChannelType === 'string' && { ChannelType }),
  })
  return optOut ? [optOut] : []
}
