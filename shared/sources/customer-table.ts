/** Items of the customer table: endpoint-shaped, in Pinpoint's own field names, keyed by `Id`. */
import { z } from 'zod'
import type { Consent } from '../endpoint/consent.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { check, isEndpoint } from '../endpoint/rules.ts'
import type { Candidate, Problem } from '../endpoint/rules.ts'

const attributes = z.record(z.string(), z.array(z.string()))
const text = z.string().optional()

const Item = z.strictObject({
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
}

/**
 * An item of the customer table → its endpoint and consent, or what is wrong with it.
 * An opt-out without a date is taken as said `now` (ISO 8601); an opt-in without a date says nothing.
 */
export const rowOf = (item: Readonly<Record<string, unknown>>, now: string): Row | readonly Problem[] => {
  const parsed = Item.safeParse(item)
  if (!parsed.success) return parsed.error.issues.map(problemOf)
  const { ConsentDate, ...candidate } = parsed.data
  const checked = check(candidate as Candidate)
  if (!isEndpoint(checked)) return checked
  const { OptOut, ...endpoint } = checked
  return { endpoint, consent: consentOf(OptOut, ConsentDate, now) }
}

export const isRow = (result: Row | readonly Problem[]): result is Row => 'endpoint' in result

const consentOf = (value: Endpoint['OptOut'], date: string | undefined, now: string): Consent | undefined => {
  if (value === 'ALL') return { value, at: instant(date ?? now) }
  return value === 'NONE' && date !== undefined ? { value, at: instant(date) } : undefined
}

// One spelling for one instant, so that instants compare as text.
const instant = (date: string): string => new Date(date).toISOString()

// Zod's own messages may quote what they met; the code and the place are enough.
const problemOf = (issue: z.core.$ZodIssue): Problem => ({
  rule: issue.code === 'unrecognized_keys' ? 'FIELD_UNKNOWN' : 'FIELD_TYPE',
  field: issue.path.join('.'),
  expected: 'expected' in issue ? String(issue.expected) : 'the shape of an endpoint',
})
