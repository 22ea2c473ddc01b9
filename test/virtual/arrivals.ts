/** What reaches each Region's Pinpoint and when, seen on the wire: lags, calls, and versions that must not go backwards. */
import type { Exchange } from './in-process-http.ts'
import type { Update } from './customers.ts'

/** How long something took to arrive, in milliseconds. */
export interface Lag {
  readonly update: Update
  /** When it was committed, milliseconds since the epoch. */
  readonly committedAt: number
  readonly lag: number
}

export interface Arrivals {
  /** An update has been committed at the instant `at` (ms). */
  committed(update: Update, at: number): void
  /** To be told of every exchange; those with other services are not looked at. */
  saw(exchange: Exchange): void
  /** What has been seen of a Region. */
  of(region: string): Seen
}

export interface Seen {
  /** Of all that has arrived. */
  readonly lags: readonly Lag[]
  /** Updates that nobody can have seen, as the endpoint was deleted before the Region had heard of it. */
  readonly needless: number
  /** Committed and not there, by endpoint, in order. */
  readonly waiting: ReadonlyMap<string, readonly Waiting[]>
  /** Instants (ms) at which calls began. */
  readonly calls: readonly number[]
  /** Batches that were accepted, and the items in them. */
  readonly batches: number
  readonly items: number
  /** Calls refused for their number. */
  readonly throttled: number
  /** Changes that were sent after newer ones of the same endpoint. */
  readonly backwards: number
}

type Waiting = Omit<Lag, 'lag'>

interface InRegion extends Seen {
  readonly lags: Lag[]
  readonly waiting: Map<string, Waiting[]>
  readonly newest: Map<string, number>
  readonly calls: number[]
  needless: number
  batches: number
  items: number
  throttled: number
  backwards: number
}

/** `applications`: project ids by Region. `applyMs`: from the answer to the moment when readers see it. */
export const arrivals = (applications: Readonly<Record<string, string>>, applyMs: number): Arrivals => {
  const regions = new Map(Object.keys(applications).map((region) => [region, emptyRegion()]))
  const regionOf = new Map(Object.entries(applications).map(([region, id]) => [id, region]))
  // A delete carries no version: it stands for what was last committed.
  const deleted = new Map<string, number>()

  const take = (there: InRegion, { method, body }: Exchange['request'], rest: string, when: number) => {
    const id = decodeURIComponent(/^endpoints\/(.+)$/.exec(rest)?.[1] ?? '')
    const version = deleted.get(id)
    if (method === 'DELETE' && version !== undefined) arrived(there, { id, version, isGone: true }, when)
    if (method !== 'PUT') return
    const sent = putsIn(body, id)
    if (rest === 'endpoints') there.batches += 1
    if (rest === 'endpoints') there.items += sent.length
    for (const { id: each, version: newer } of sent) {
      if (newer !== undefined) arrived(there, { id: each, version: newer, isGone: false }, when)
    }
  }

  return {
    committed(update, committedAt) {
      if (!update.says) deleted.set(update.id, update.version)
      for (const { waiting } of regions.values()) {
        const ofId = waiting.get(update.id) ?? []
        ofId.push({ update, committedAt })
        waiting.set(update.id, ofId)
      }
    },
    saw({ request, startedAt, endedAt, status }) {
      const [, application = '', rest = ''] = /^\/v1\/apps\/([^/]+)\/(.*)$/.exec(request.path) ?? []
      const there = regions.get(regionOf.get(application) ?? '')
      if (!there) return
      there.calls.push(startedAt)
      if (status === 429) there.throttled += 1
      // What is to be deleted and is not there is gone.
      if (status === 202 || (status === 404 && request.method === 'DELETE'))
        take(there, request, rest, endedAt + applyMs)
    },
    of: (region) => regions.get(region) ?? emptyRegion(),
  }
}

interface Arrived {
  readonly id: string
  readonly version: number
  readonly isGone: boolean
}

/** Everything about the endpoint up to the version is there at the instant `when`. */
const arrived = (there: InRegion, { id, version, isGone }: Arrived, when: number): void => {
  const newest = there.newest.get(id) ?? 0
  if (version < newest) there.backwards += 1
  there.newest.set(id, Math.max(newest, version))
  const waiting = there.waiting.get(id) ?? []
  const due = waiting.filter(({ update }) => update.version <= version)
  // What was deleted since came and went while the Region heard of nothing: no call stands for it.
  const from = isGone ? 0 : due.findLastIndex(({ update }) => !update.says) + 1
  there.needless += from
  there.lags.push(...due.slice(from).map((each) => ({ ...each, lag: when - each.committedAt })))
  there.waiting.set(id, waiting.slice(due.length))
}

const emptyRegion = (): InRegion => ({
  ...{ lags: [], needless: 0, waiting: new Map(), newest: new Map(), calls: [] },
  ...{ batches: 0, items: 0, throttled: 0, backwards: 0 },
})

interface Body {
  readonly Id?: string
  readonly Item?: readonly Body[]
  readonly Attributes?: { readonly Version?: readonly string[] }
}

/** The endpoints that a call puts, with the versions that they carry; `single`: the endpoint in the path, if it is for one. */
const putsIn = (body: unknown, single: string) => {
  const sent = JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Body
  return (sent.Item ?? [{ ...sent, Id: single }]).map(({ Id: id = '', Attributes }) => {
    const version = Attributes?.Version?.[0]
    return { id, version: version === undefined ? undefined : Number(version) }
  })
}
