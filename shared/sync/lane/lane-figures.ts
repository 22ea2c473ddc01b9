/** What operators watch of one lane: counts and times of one invocation, never an id. */
import type { Counts } from '../../destinations/pace.ts'
import { tally } from '../../endpoint/outcome.ts'
import type { LaneKind } from './mark-dirty.ts'
import type { Result } from './carry-out.ts'
import type { Done } from './send-items.ts'

export interface LaneFigures {
  readonly kind: LaneKind
  /** Keys in the markers, and distinct ones among them. */
  readonly marked: number
  readonly items: number
  /** Items that are as they should be, set aside, and still owed. */
  readonly applied: number
  readonly parked: number
  readonly owed: number
  /** Milliseconds from commit to applied; for opt-outs and removes, to proved. */
  readonly lags: readonly number[]
  readonly optOutLags: readonly number[]
  /** Milliseconds since the oldest commit that was marked. */
  readonly oldest: number
  /** Endpoints handed over, in so many calls to the Region (reads included), of which so many refused for their number. */
  readonly sends: number
  readonly calls: number
  readonly throttles: number
  /** Handed over before, and again now as nobody knows what became of it. */
  readonly retries: number
  /** Read back and there; read back and not there. */
  readonly proved: number
  readonly lost: number
  /** Changes that the consent assertion held back: always a mistake of ours. */
  readonly unlawful: number
  readonly isBreakerOpen: boolean
}

export interface Watched {
  readonly kind: LaneKind
  readonly marked: number
  /** By key, when the oldest change was committed (ms). */
  readonly items: ReadonlyMap<string, { readonly at: number }>
  readonly done: ReadonlyMap<string, Done>
  readonly counts: Counts | undefined
  readonly now: number
  readonly isBreakerOpen: boolean
}

export const figuresOf = ({
  kind,
  marked,
  items,
  done,
  counts,
  now,
  isBreakerOpen,
}: Watched): LaneFigures => {
  const all = [...done.values()]
  const results = all.flatMap((each) => each.results)
  const ended = [...done].filter(([, { outcome, again }]) => outcome.result === 'applied' && !again)
  const lagOf = ([key]: readonly [string, Done]) => Math.max(0, now - (items.get(key)?.at ?? now))
  const { rejected, failed } = tally(all.map(({ outcome }) => outcome))
  const sent = results.filter(({ plan }) => plan.kind === 'send')
  return {
    kind,
    marked,
    items: items.size,
    applied: ended.length,
    parked: rejected,
    owed: failed,
    lags: ended.map(lagOf),
    optOutLags: ended.filter(([, { results: each }]) => each.some(isOptOut)).map(lagOf),
    oldest: Math.max(0, ...[...items.values()].map(({ at }) => now - at)),
    sends: sent.length,
    calls: counts?.calls ?? 0,
    throttles: counts?.throttles ?? 0,
    retries: sent.filter(
      ({ plan }) => plan.kind === 'send' && plan.before?.state === 'unknown' && plan.before.at !== '',
    ).length,
    proved: count(results, 'proved'),
    lost: count(results, 'lost'),
    unlawful: count(results, 'unlawful'),
    isBreakerOpen,
  }
}

const count = (results: readonly Result[], event: Result['event']): number =>
  results.filter((result) => result.event === event).length

/** Proved to be opted out, or gone. */
const isOptOut = ({ plan, event }: Result): boolean =>
  event === 'proved' && (plan.kind !== 'prove' || plan.said === undefined || plan.said.OptOut === 'ALL')
