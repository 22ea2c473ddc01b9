/** An import file that is late → what of it may still be said: nothing older than what a Region was sent or has heard. */
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Consents } from '../ledger/consents.ts'
import type { LaneMemory } from '../ledger/lane-memory.ts'
import { inGroups } from './in-groups.ts'

export interface Fresh {
  /** When the file was dropped, ISO 8601. */
  readonly droppedAt: string
  readonly consents: Consents
  /** The Region's. */
  readonly memory: Pick<LaneMemory, 'sent'>
}

/**
 * Leaves out, and counts, the lines whose id the lane has written or removed since the drop; of the others, says `ALL` for
 * whoever is opted out by now, and for nobody else.
 */
export async function* freshLines(
  lines: AsyncIterable<string>,
  { droppedAt, consents, memory }: Fresh,
  counts: { left: number },
): AsyncGenerator<string> {
  for await (const group of inGroups(lines)) {
    const endpoints = group.map((line) => JSON.parse(line) as Endpoint)
    const ids = endpoints.map(({ Id }) => Id)
    const [heard, sent] = await Promise.all([consents.of(ids), memory.sent(ids)])
    for (const endpoint of endpoints) {
      if ((sent.get(endpoint.Id)?.at ?? '') > droppedAt) {
        counts.left += 1
        continue
      }
      const OptOut = heard.get(endpoint.Id)?.value === 'ALL' ? 'ALL' : undefined
      yield `${JSON.stringify({ ...endpoint, OptOut })}\n`
    }
  }
}
