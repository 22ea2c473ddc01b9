/** What the Regions hold, counted and compared. */
import { digestOf, fingerprint } from '../../shared/endpoint/fingerprint.ts'

/** An endpoint as a Region's Pinpoint returns it. */
export interface Held {
  readonly Id?: string
  readonly OptOut?: string
  readonly EndpointStatus?: string
}

/** What a Region holds: too much, perhaps, to be held here as well. */
export interface Holder {
  all(): Iterable<Held>
  get(id: string): Held | undefined
  readonly size: number
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
export const census = (holders: ReadonlyMap<string, Holder>): RegionCensus[] => {
  const [first] = holders.values()
  return [...holders].map(([region, holder]) => ({ region, ...count(holder, first ?? holder) }))
}

const count = (holder: Holder, first: Holder): Omit<RegionCensus, 'region'> => {
  const counts = { endpoints: 0, optedOut: 0, inactive: 0 }
  let here = 0
  let other = 0
  const prints = function* () {
    for (const endpoint of holder.all()) {
      counts.endpoints += 1
      if (endpoint.OptOut === 'ALL') counts.optedOut += 1
      if (endpoint.EndpointStatus === 'INACTIVE') counts.inactive += 1
      const print = fingerprint(endpoint)
      const there = first.get(endpoint.Id ?? '')
      if (there) here += 1
      if (!there || fingerprint(there) !== print) other += 1
      yield print
    }
  }
  const digest = digestOf(prints())
  return { ...counts, digest, drift: other + first.size - here }
}
