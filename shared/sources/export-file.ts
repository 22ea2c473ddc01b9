/** A line of an Export Job's file → what an Import Job in another Region may be given. */
import type { Endpoint } from '../endpoint/endpoint.ts'

/** `importable`: a line for the import file. `inactive`: for the API, as an import would make it ACTIVE. */
export type ExportedLine =
  | { readonly kind: 'importable' | 'inactive'; readonly endpoint: Endpoint }
  | { readonly kind: 'unusable'; readonly rule: string }

/**
 * Reads one exported line. Server-made fields go; consent-silent: `NONE` is left out, so that a copy can never take back an
 * opt-out that only the standby knows of.
 */
export const readExported = (line: string): ExportedLine => {
  const record = parse(line)
  if (!record) return { kind: 'unusable', rule: 'NOT_JSON' }
  const candidate = candidateOf(record)
  // What Pinpoint holds is taken as it is; only what an import cannot address at all is left behind.
  const missing = (['Id', 'Address', 'ChannelType'] as const).find(
    (name) => typeof candidate[name] !== 'string',
  )
  if (missing) return { kind: 'unusable', rule: `${missing.toUpperCase()}_MISSING` }
  const { EndpointStatus, OptOut, ...rest } = candidate as unknown as Endpoint
  const endpoint = OptOut === 'ALL' ? { ...rest, OptOut } : rest
  return EndpointStatus === 'INACTIVE'
    ? { kind: 'inactive', endpoint: { ...endpoint, EndpointStatus } }
    : { kind: 'importable', endpoint }
}

const parse = (line: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** The fields an import takes (user guide, "Importing segments"), and the status, which decides the way. */
const TAKEN = [
  'Id',
  'Address',
  'ChannelType',
  'OptOut',
  'EndpointStatus',
  'Attributes',
  'Metrics',
  'Demographic',
  'Location',
  'User',
] as const

const candidateOf = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(TAKEN.flatMap((name) => (isEmpty(record[name]) ? [] : [[name, record[name]]])))

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
