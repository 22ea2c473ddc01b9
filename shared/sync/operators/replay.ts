/** Replay: what Regions were sent, or should have been, is sent to them once more, whether they seem to have it or not. */
import type { Region } from '../../endpoint/endpoint.ts'
import type { LaneTraces, Place, Trace, Window } from '../../ledger/scan.ts'
import { markAgain } from '../lane/mark-again.ts'
import type { Marking } from '../lane/mark-again.ts'
import { pageByPage } from './page-by-page.ts'

export type Replaying = Omit<Marking, 'force'>

/** Marks the items of these keys in the Regions' urgent lanes. Resolves to how many, counted once for each Region. */
export const replayKeys = async (
  keys: readonly string[],
  regions: readonly Region[],
  replaying: Replaying,
): Promise<number> => {
  const marks = markAgain({ ...replaying, force: true })
  await Promise.all(regions.map((region) => marks.add(region, 'urgent', keys)))
  await marks.flush()
  return marks.count()
}

/** How far a replay has come. */
export interface Replayed {
  /** Keys, once for each Region. */
  readonly marked: number
  /** Where to go on; undefined at the end. */
  readonly place?: Place
}

export interface ReplayingWindow extends Replaying {
  readonly traces: LaneTraces
  readonly hasTime: () => boolean
}

/**
 * Marks in a Region's bulk lane what was sent to that Region, became endpoints there, or was set aside there, within the
 * window: of the Regions named, from where `before` left off. What a Region has not come to yet is in its lane already. What
 * was removed there for good is not among it: the ledger keeps no key of those who have been erased, so a replay of them is
 * asked for by their keys.
 */
export const replayWindow = async (
  window: Window,
  regions: readonly Region[],
  { traces, hasTime, ...replaying }: ReplayingWindow,
  before: Replayed = { marked: 0 },
): Promise<Replayed> => {
  const marks = markAgain({ ...replaying, force: true })
  const isNew = unseen()
  const take = async (found: readonly Trace[]) => {
    for (const { region, keys } of found) {
      if (!regions.includes(region)) continue
      await marks.add(
        region,
        'bulk',
        keys.filter((key) => isNew(`${region} ${key}`)),
      )
    }
  }
  const place = await pageByPage({ read: (from) => traces.within(window, from), take, hasTime }, before.place)
  await marks.flush()
  return { marked: before.marked + marks.count(), ...(place && { place }) }
}

/** Names that are remembered, for the memory there is. What is forgotten is marked twice, which costs a call and does no harm. */
const MOST = 500_000

/** An item has a row for itself and one for each endpoint, far apart. */
const unseen = (): ((name: string) => boolean) => {
  const seen = new Set<string>()
  return (name) => {
    if (seen.has(name)) return false
    if (seen.size < MOST) seen.add(name)
    return true
  }
}
