/** Items of the customer table: endpoint-shaped, in Pinpoint's own field names, keyed by `Id`. */
import { z } from 'zod'
import type { Consent } from '../endpoint/consent.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { check, isEndpoint } from '../endpoint/rules.ts'
import type { Candidate, Problem } from '../endpoint/rules.ts'

export type Item = Readonly<Record<string, unknown>>

const attributes = z.record(z.string(), z.array(z.string()))
const text = z.string().optional()

const Shape = z.strictObject({
  Id: z.string(),
  Address: z.string(),
  ChannelType: z.string(),
  OptOut: text,
  /** When the customer said what OptOut says: ISO 8601, UTC. Without it `NONE` is no opt-in. */
  ConsentDate: z.iso.datetime().optional(),
  EndpointStatus: text,
  Attributes: attributes.optional(),
  Metrics: z.record(z.string(), z.number()).optional(),
  Demographic: z
    .strictObject({
      AppVersion: text,
      Locale: text,
      Make: text,
      Model: text,
      ModelVersion: text,
      Platform: text,
      PlatformVersion: text,
      Timezone: text,
    })
    .optional(),
  Location: z
    .strictObject({
      City: text,
      Country: text,
      PostalCode: text,
      Region: text,
      Latitude: z.number().optional(),
      Longitude: z.number().optional(),
    })
    .optional(),
  User: z.strictObject({ UserId: text, UserAttributes: attributes.optional() }).optional(),
})

/** What an item of the table says: an endpoint, and the consent stated beside it. */
export interface Row {
  readonly endpoint: Endpoint
  readonly consent: Consent | undefined
  /** What is wrong with the item, where only its opt-out and its address could be read. */
  readonly problems: readonly Problem[]
}

/**
 * An item of the customer table → its endpoint and consent, or what is wrong with it. `now`: ISO 8601.
 * An opt-out without a date is taken as said at `undated`; an opt-in without a date says nothing. Nobody has said anything
 * in the future: a later date is taken as `now`. An item that opts out is never unfit because of what else is wrong with
 * it: as long as it names an address, the opt-out goes by itself.
 */
export const rowOf = (
  item: Item,
  { now, undated }: { now: string; undated: string },
): Row | readonly Problem[] => {
  const whole = Shape.safeParse(item)
  const { ConsentDate, ...candidate } = whole.success ? whole.data : { ConsentDate: undefined }
  const checked = whole.success ? check(candidate as Candidate) : whole.error.issues.map(problemOf)
  if (!isEndpoint(checked)) return optOutOf(item, checked, { now, undated })
  const { OptOut, ...endpoint } = checked
  return { endpoint, consent: consentOf(OptOut, earlier(ConsentDate, now), undated), problems: [] }
}

export const isRow = (result: Row | readonly Problem[]): result is Row => 'endpoint' in result

const optOutOf = (
  { Id, Address, ChannelType, OptOut, ConsentDate }: Item,
  problems: readonly Problem[],
  { now, undated }: { now: string; undated: string },
): Row | readonly Problem[] => {
  if (OptOut !== 'ALL') return problems
  const bare = Shape.safeParse({ Id, Address, ChannelType })
  const endpoint = bare.success ? check(bare.data as Candidate) : problems
  if (!isEndpoint(endpoint)) return problems
  const date = z.iso.datetime().safeParse(ConsentDate).data
  return { endpoint, consent: consentOf('ALL', earlier(date, now), undated), problems }
}

const earlier = (date: string | undefined, now: string): string | undefined =>
  date && (instant(date) < now ? instant(date) : now)

const consentOf = (
  value: Endpoint['OptOut'],
  at: string | undefined,
  undated: string,
): Consent | undefined => {
  if (value === 'ALL') return { value, at: at ?? undated }
  return value === 'NONE' && at !== undefined ? { value, at } : undefined
}

// One spelling for one instant, so that instants compare as text.
const instant = (date: string): string => new Date(date).toISOString()

// Zod's own messages may quote what they met; the code and the place are enough.
const problemOf = (issue: z.core.$ZodIssue): Problem => ({
  rule: issue.code === 'unrecognized_keys' ? 'FIELD_UNKNOWN' : 'FIELD_TYPE',
  field: issue.path.join('.'),
  expected: 'expected' in issue ? String(issue.expected) : 'the shape of an endpoint',
})
