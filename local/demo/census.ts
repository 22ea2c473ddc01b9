/** What the Regions hold, counted and compared. */
import { keyOf } from '../../shared/endpoint/endpoint.ts'
import { digestOf, fingerprint } from '../../shared/endpoint/fingerprint.ts'

/** An endpoint as a Region's Pinpoint returns it. */
export interface Held {
  readonly Id?: string
  readonly OptOut?: string
  readonly EndpointStatus?: string
}

export interface RegionCensus {
  readonly region: string
  readonly endpoints: number
  readonly optedOut: number
  readonly inactive: number
  /** 16 hex digits for all that the endpoints mean. */
  readonly digest: string
  /** Endpoints that are missing, too many, or not the same as in the first Region. */
  readonly drift: number
}

/** Counts every Region and compares it with the first. */
export const census = (held: ReadonlyMap<string, Iterable<Held>>): RegionCensus[] => {
  const counted = [...held].map(([region, endpoints]) => ({ region, ...count(endpoints) }))
  const first = counted[0]?.prints ?? new Map<string, string>()
  return counted.map(({ prints, ...counts }) => ({
    ...counts,
    endpoints: prints.size,
    digest: digestOf(prints.values()),
    drift: driftBetween(first, prints),
  }))
}

const count = (endpoints: Iterable<Held>) => {
  const prints = new Map<string, string>()
  let optedOut = 0
  let inactive = 0
  for (const endpoint of endpoints) {
    prints.set(keyOf(endpoint.Id ?? ''), fingerprint(endpoint))
    if (endpoint.OptOut === 'ALL') optedOut += 1
    if (endpoint.EndpointStatus === 'INACTIVE') inactive += 1
  }
  return { prints, optedOut, inactive }
}

const driftBetween = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): number =>
  [...new Set([...one.keys(), ...other.keys()])].filter((id) => one.get(id) !== other.get(id)).length
