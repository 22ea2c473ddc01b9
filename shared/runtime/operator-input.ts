/** What operators ask of the verbs, checked before anything is done: an error says which member is wrong and what it should be. */
import { z } from 'zod'
import { ValueFreeError } from '../endpoint/value-free-error.ts'

/** Holds no value of the input. */
export class BadInput extends ValueFreeError {
  override readonly name = 'BadInput'
  constructor(message: string) {
    super(message)
    // It is the input that is to be looked at, not the code: Lambda would print the stack.
    this.stack = `${this.name}: ${message}`
  }
}

/** Keys that one replay takes: as many as one call marks in a Region. */
const KEYS = 1_000
/** Bytes of a partition key (DynamoDB developer guide, "Quotas"). */
const KEY_BYTES = 2_048

const key = z
  .string('a key of the customer table, as text')
  .refine((text) => text !== '' && Buffer.byteLength(text) <= KEY_BYTES, `1 to ${KEY_BYTES} bytes of text`)
const keys = z
  .array(key, 'a list of keys of the customer table')
  .min(1, 'at least one key')
  .max(KEYS, `at most ${KEYS} keys; for more a window or a reconcile`)
const instant = z.iso
  .datetime({ offset: true, error: 'an instant in ISO 8601 such as 2026-11-20T08:00:00Z' })
  .transform((text) => new Date(text).toISOString())
const cursor = z.string('the cursor of an earlier answer, as text').min(1, 'the cursor of an earlier answer')
const region = (known: readonly string[]) => z.enum(known, `one of ${known.join(', ')}`)
const regions = (known: readonly string[]) =>
  z
    .array(region(known), `a list of Regions out of ${known.join(', ')}`)
    .min(1, 'at least one Region; none named means all')
    .transform((names) => [...new Set(names)])
    .default([...known])

const members = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, `an object with no members but ${Object.keys(shape).join(', ')}`)

const EITHER = 'either keys alone, or from and to with the cursor of an earlier answer if there is one'

/** `{ keys }` or `{ from, to, cursor? }`, and which `regions` (all). */
export const replayInput = (known: readonly string[]) =>
  members({
    keys: keys.optional(),
    from: instant.optional(),
    to: instant.optional(),
    regions: regions(known),
    cursor: cursor.optional(),
  }).transform(({ keys: named, from, to, cursor: after, regions: where }, context) => {
    if (named && !from && !to && !after) return { keys: named, regions: where }
    if (!named && from && to && from <= to) return { window: { from, to }, cursor: after, regions: where }
    if (!named && from && to)
      context.addIssue({ code: 'custom', path: ['from'], message: 'an instant no later than to' })
    else context.addIssue({ code: 'custom', message: EITHER })
    return z.NEVER
  })

/** `{ cursor?, regions?, force? }`; its machine gives the last answer back as `progress`. */
export const reconcileInput = (known: readonly string[]) =>
  members({
    cursor: cursor.optional(),
    regions: regions(known),
    force: z.boolean('true or false').default(false),
    progress: z.object({ cursor: cursor.nullish() }, 'the last answer').optional(),
  }).transform(({ progress, ...asked }) => ({
    ...asked,
    cursor: asked.cursor ?? progress?.cursor ?? undefined,
  }))

export const redriveInput = (known: readonly string[]) =>
  members({ region: region(known), lane: z.enum(['urgent', 'bulk'], 'urgent or bulk') })

export const holdLaneInput = (known: readonly string[]) =>
  members({ region: region(known), paused: z.boolean('true or false') })

export const receiptsInput = () => members({ key })

/** `{ run, release }` */
export const releaseDropInput = () =>
  members({
    run: z.string('the name of a run, as its report has it').regex(/^csv-[0-9a-f]{32}$/, 'the name of a run'),
    release: z.boolean('true or false'),
  })

/** Problems that are named; the others are counted. */
const NAMED = 5

/** Throws one {@link BadInput} that names what is wrong. `verb`: whose input it is. */
export const readInput = <T>(verb: string, schema: z.ZodType<T>, input: unknown): T => {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const named = issues
    .slice(0, NAMED)
    .map(({ path, message }) => `${path.length === 0 ? 'it' : path.join('.')} (expected: ${message})`)
  const more = issues.length > NAMED ? `; and ${issues.length - NAMED} more` : ''
  throw new BadInput(`the input of ${verb} is wrong: ${named.join('; ')}${more}`)
}
