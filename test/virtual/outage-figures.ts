/** What an outage comes to, Region by Region. */
import type { Lag, Seen } from './arrivals.ts'
import { spreadOf } from './spread.ts'
import type { Spread } from './spread.ts'

/** All lags in milliseconds. */
export interface RegionFigures {
  /** Commit → seen by readers, of the updates committed while the Region answered. */
  readonly lag: Spread
  readonly optOutLag: Spread
  /** The Region's return → seen by readers, of the updates committed while it was down. */
  readonly afterReturn: Spread
  readonly optOutsAfterReturn: Spread
  /** Updates that nobody can have seen there, as the endpoint was deleted before the Region had heard of it. */
  readonly needless: number
  /** Updates whose endpoint is not in the end what the table says, and that never arrived. */
  readonly lost: number
  /** Endpoints that are not in the end what the table says. */
  readonly different: number
  /** Sent, or seen by readers, after a newer version of the same endpoint. */
  readonly backwards: number
  readonly calls: number
  readonly callsWhileDown: number
  /** The least time (ms) between two calls while it was down, once the first three had failed. */
  readonly leastGapWhileDown: number
  readonly throttled: number
  readonly itemsPerBatch: number
  /** Messages in the Region's lanes, hour by hour. */
  readonly owedByHour: readonly number[]
}

/** When the Region did not answer: from … until, milliseconds since the epoch. Empty where it always did. */
export interface Down {
  readonly from: number
  readonly until: number
}

export interface Found {
  readonly seen: Seen
  readonly down: Down
  /** Ids of endpoints that are not what they should be. */
  readonly different: readonly string[]
  /** Times at which readers saw an older version than before. */
  readonly seenBackwards: number
  readonly owedByHour: readonly number[]
}

export const regionFigures = ({ seen, down, different, seenBackwards, owedByHour }: Found): RegionFigures => {
  const unseen = [...seen.waiting].map(([id, updates]) => ({ id, count: updates.length }))
  const lost = sum(unseen.filter(({ id }) => different.includes(id)).map(({ count }) => count))
  return {
    ...lagFigures(seen.lags, down),
    needless: seen.needless + sum(unseen.map(({ count }) => count)) - lost,
    lost,
    different: different.length,
    backwards: seen.backwards + seenBackwards,
    ...callFigures(seen.calls, down),
    throttled: seen.throttled,
    itemsPerBatch: Math.round((100 * seen.items) / Math.max(1, seen.batches)) / 100,
    owedByHour,
  }
}

const lagFigures = (lags: readonly Lag[], { from, until }: Down) => {
  const wasDown = ({ committedAt }: Lag) => committedAt >= from && committedAt < until
  const isOptOut = ({ update }: Lag) => update.kind === 'opt-out'
  const others = lags.filter((each) => !wasDown(each))
  const during = lags.filter(wasDown)
  const ms = (all: readonly Lag[]) => spreadOf(all.map(({ lag }) => lag))
  const sinceReturn = (all: readonly Lag[]) =>
    spreadOf(all.map(({ committedAt, lag }) => committedAt + lag - until))
  return {
    lag: ms(others),
    optOutLag: ms(others.filter(isOptOut)),
    afterReturn: sinceReturn(during),
    optOutsAfterReturn: sinceReturn(during.filter(isOptOut)),
  }
}

/** After so many calls without an answer the Region is known to be down. */
const UNKNOWING = 3

const callFigures = (calls: readonly number[], { from, until }: Down) => {
  const whileDown = calls.filter((at) => at >= from && at < until)
  const known = whileDown.slice(UNKNOWING - 1)
  const gaps = known.slice(1).map((at, index) => at - (known[index] ?? at))
  return {
    calls: calls.length,
    callsWhileDown: whileDown.length,
    leastGapWhileDown: gaps.reduce((least, gap) => Math.min(least, gap), until - from),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
