/** An import file → what of it may still be said in a Region: nothing older than what it was sent, and nobody who was removed. */
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import { inGroups } from '../in-groups.ts'
import { parsedLines } from '../parsed.ts'
import { isGone, isLeaving } from '../lane/plan-remove.ts'

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
  fresh: Fresh,
  counts: FreshCounts,
): AsyncGenerator<string> {
  for await (const endpoints of inGroups(parsedLines<Endpoint>(lines, file))) {
    const said = await freshOf(endpoints, fresh)
    counts.rows += said.length
    counts.left += endpoints.length - said.length
    for (const endpoint of said) yield `${JSON.stringify(endpoint)}\n`
  }
}

/** Of these endpoints, in order, those that may still be said, and as they may. */
export const freshOf = async (
  endpoints: readonly Endpoint[],
  { droppedAt, consents, memory, tell }: Fresh,
): Promise<readonly Endpoint[]> => {
  const ids = endpoints.map(({ Id }) => Id)
  const [heard, sent] = await Promise.all([consents.of(ids), memory.sent(ids)])
  const isOut = (id: string) => heard.get(id)?.value === 'ALL'
  const isLeft = (id: string) => isNewer(sent.get(id), droppedAt)
  const untold = ids.filter((id) => isLeft(id) && isOut(id) && isUntold(sent.get(id)))
  if (untold.length > 0) await tell(untold)
  return endpoints
    .filter(({ Id }) => !isLeft(Id))
    .map(({ OptOut: _, ...endpoint }) => (isOut(endpoint.Id) ? { ...endpoint, OptOut: 'ALL' } : endpoint))
}

/**
 * What the lane has sent is not certain to have been in effect at the instant `at` (ISO 8601), or it has removed it: what is
 * older must not follow.
 */
export const isNewer = (note: Sent | undefined, at: string): boolean =>
  note !== undefined && (note.fence > Date.parse(at) || isGone(note) || isLeaving(note))

/** The lane may have planned it before the opt-out was heard. */
const isUntold = (note: Sent | undefined): boolean =>
  note !== undefined && note.optOut !== 'ALL' && !isGone(note)
