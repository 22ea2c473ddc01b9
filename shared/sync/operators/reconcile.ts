/**
 * Reconcile: makes every Region's lane look at every item again, whatever was lost on the way from the table: records that
 * the stream gave up, markers that no queue holds any more. It removes nothing itself.
 */
import type { Region } from '../../endpoint/endpoint.ts'
import type { LaneTraces, Page, Place, Trace } from '../../ledger/scan.ts'
import { markAgain } from '../lane/mark-again.ts'
import type { MarkAgain, Marking } from '../lane/mark-again.ts'
import { pageByPage } from './page-by-page.ts'

/** The keys of the customer table. */
export interface CustomerKeys {
  page(from: Place | undefined): Promise<Page<string>>
  /** Those of `keys` (each once) that are there, read consistently. */
  there(keys: readonly string[]): Promise<ReadonlySet<string>>
}

/** `force` is for a Region that may not hold what the ledger believes: without it, an unchanged item costs but reads of the ledger. */
export interface Reconciling extends Marking {
  /** A Region that is new is filled by a reconcile of it alone. */
  readonly regions: readonly Region[]
  readonly customers: CustomerKeys
  readonly traces: Pick<LaneTraces, 'items'>
  readonly hasTime: () => boolean
}

/** How far a reconcile has come. */
export interface Reconciled {
  /** Through the customer table, through what the lanes remember, through both. */
  readonly pass: 'customers' | 'traces' | 'done'
  readonly place?: Place
  /** Keys, once for each Region. */
  readonly marked: number
}

/** Marks what there is time for, from where `before` left off. To be called again until it is done. */
export const reconcile = async (
  reconciling: Reconciling,
  before: Reconciled = { pass: 'customers', marked: 0 },
): Promise<Reconciled> => {
  const marks = markAgain(reconciling)
  const stop = await go(before, reconciling, marks)
  await marks.flush()
  return { ...stop, marked: before.marked + marks.count() }
}

type Stop = Omit<Reconciled, 'marked'>

const go = async (from: Stop, reconciling: Reconciling, marks: MarkAgain): Promise<Stop> => {
  if (from.pass === 'done') return from
  const place =
    from.pass === 'customers'
      ? await customersFrom(from.place, reconciling, marks)
      : await tracesFrom(from.place, reconciling, marks)
  if (place) return { pass: from.pass, place }
  const next: Stop = { pass: from.pass === 'customers' ? 'traces' : 'done' }
  return reconciling.hasTime() ? go(next, reconciling, marks) : next
}

const customersFrom = (
  place: Place | undefined,
  { customers, regions, hasTime }: Reconciling,
  marks: MarkAgain,
): Promise<Place | undefined> =>
  pageByPage(
    {
      read: (from) => customers.page(from),
      async take(keys) {
        await Promise.all(regions.map((region) => marks.add(region, 'bulk', keys)))
      },
      hasTime,
    },
    place,
  )

/** Items that a lane remembers and the table has no more: their removal was lost, or has nothing left to do. */
const tracesFrom = (
  place: Place | undefined,
  { customers, traces, regions, hasTime }: Reconciling,
  marks: MarkAgain,
): Promise<Place | undefined> => {
  const take = async (found: readonly Trace[]) => {
    const ours = found.filter(({ region }) => regions.includes(region))
    const there = await customers.there([...new Set(ours.flatMap(({ keys }) => keys))])
    for (const { region, keys } of ours) {
      const gone = keys.filter((key) => !there.has(key))
      // A removal does not wait behind the whole table.
      await marks.add(region, 'urgent', gone)
    }
  }
  return pageByPage({ read: (from) => traces.items(from), take, hasTime }, place)
}
