/** An import file → what of it may still be said in a Region: nothing older than what it was sent, and nobody who was removed. */
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Consents } from '../ledger/consents.ts'
import type { LaneMemory, Sent } from '../ledger/lane-memory.ts'
import { inGroups } from './in-groups.ts'
import { parsedLines } from './parsed.ts'
import { isGone, isLeaving } from './plan-remove.ts'

/** An import file of ours: its key, and its rows as they stand in it. */
export interface Written {
  readonly file: string
  readonly lines: AsyncIterable<string>
}

export interface Fresh {
  /** When the file was dropped, ISO 8601. */
  readonly droppedAt: string
  readonly consents: Consents
  /** The Region's. */
  readonly memory: Pick<LaneMemory, 'sent'>
  /** Marks endpoints whose row is left out, and its opt-out with it, in the Region's urgent lane. */
  readonly tell: (ids: readonly string[]) => Promise<void>
}

/** Lines that may be said, and lines that may not. */
export interface FreshCounts {
  rows: number
  left: number
}

/**
 * Leaves out, and counts, the lines whose endpoint the lane has written since the drop, or so shortly before that it may not be in
 * effect yet, or removed at any time that it remembers; of the others, says `ALL` for whoever is opted out by now, and for nobody else.
 */
export async function* freshLines(
  { file, lines }: Written,
  { droppedAt, consents, memory, tell }: Fresh,
  counts: FreshCounts,
): AsyncGenerator<string> {
  const dropped = Date.parse(droppedAt)
  for await (const endpoints of inGroups(parsedLines<Endpoint>(lines, file))) {
    const ids = endpoints.map(({ Id }) => Id)
    const [heard, sent] = await Promise.all([consents.of(ids), memory.sent(ids)])
    const isOut = (id: string) => heard.get(id)?.value === 'ALL'
    const [left, fresh] = partedBy(endpoints, ({ Id }) => isNewer(sent.get(Id), dropped))
    const untold = left.filter(({ Id }) => isOut(Id) && isUntold(sent.get(Id)))
    if (untold.length > 0) await tell(untold.map(({ Id }) => Id))
    counts.left += left.length
    counts.rows += fresh.length
    for (const endpoint of fresh)
      yield `${JSON.stringify({ ...endpoint, OptOut: isOut(endpoint.Id) ? 'ALL' : undefined })}\n`
  }
}

const partedBy = <T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] => {
  const { first = [], second = [] } = Object.groupBy(items, (item) => (isFirst(item) ? 'first' : 'second'))
  return [first, second]
}

/** What the lane has sent is not certain to have been in effect at the instant (ms), or it has removed it: what is older must not follow. */
const isNewer = (note: Sent | undefined, instant: number): boolean =>
  note !== undefined && (note.fence > instant || isGone(note) || isLeaving(note))

/** The lane may have planned it before the opt-out was heard. */
const isUntold = (note: Sent | undefined): boolean =>
  note !== undefined && note.optOut !== 'ALL' && !isGone(note)
