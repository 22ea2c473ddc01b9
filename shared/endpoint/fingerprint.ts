/** Two endpoints that mean the same have the same fingerprint, whichever Region they were read from. */
import { createHash } from 'node:crypto'
import { keyOf } from './endpoint.ts'

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain }

/** Given by the service, or different in each Region by nature: no part of what an endpoint means. */
const SERVER_FIELDS = new Set(['ApplicationId', 'CohortId', 'CreationDate', 'EffectiveDate', 'RequestId'])

/**
 * The canonical form of an endpoint as Pinpoint returns it: server-made fields dropped, id in lower case, coordinates to
 * the one decimal that Pinpoint keeps, empty values left out, keys sorted, `OptOut` and `EndpointStatus` always there.
 */
export const normalise = (endpoint: Readonly<Record<string, unknown>>): Plain => {
  const { Id, OptOut = 'NONE', EndpointStatus = 'ACTIVE', ...rest } = endpoint
  const meant = Object.entries(rest).filter(([name]) => !SERVER_FIELDS.has(name))
  return canonical({ Id: keyOf(String(Id)), OptOut, EndpointStatus, ...Object.fromEntries(meant) }) ?? {}
}

const canonical = (value: unknown, name = ''): Plain | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'number')
    return name === 'Latitude' || name === 'Longitude' ? Math.round(value * 10) / 10 : value
  if (typeof value !== 'object') return value as boolean | string
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => canonical(item) ?? null)
  const fields = Object.entries(value)
    .map(([key, inner]) => [key, canonical(inner, key)] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return fields.length === 0 ? undefined : (Object.fromEntries(fields) as Plain)
}

/** 32 hex digits that stand for what the endpoint means. */
export const fingerprint = (endpoint: object): string =>
  createHash('sha256')
    .update(JSON.stringify(normalise({ ...endpoint })))
    .digest('hex')
    .slice(0, 32)

/** 16 hex digits for a whole set of fingerprints, in whatever order they come (their sum). */
export const digestOf = (fingerprints: Iterable<string>): string => {
  let sum = 0n
  for (const each of fingerprints) sum = (sum + BigInt(`0x${each}`)) & ((1n << 128n) - 1n)
  return sum.toString(16).padStart(32, '0').slice(-16)
}
