/** What rows would do in a Region, seen by asking the Region itself: nothing else knows what a file has brought there before. */
import { carries } from '../../endpoint/carries.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Destination } from '../../destinations/destination.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { Effects } from '../../ledger/forecast.ts'
import type { LaneMemory } from '../../ledger/lane-memory.ts'
import { isNewer } from '../load/fresh-lines.ts'

export interface Look {
  readonly destination: Pick<Destination, 'read'>
  readonly consents: Pick<Consents, 'of'>
  /** The Region's. */
  readonly memory: Pick<LaneMemory, 'sent'>
  /** When the file was dropped, ISO 8601. */
  readonly droppedAt: string
  /** After this instant (ms, by the host's clock) no row is looked at. */
  readonly until: number
}

export interface Seen {
  readonly effects: Effects
  /** Why some were not looked at: the error's name. */
  readonly reason?: string
}

/** Looks at the rows one by one, as far as the Region answers in time. */
export const lookAtRows = async (rows: readonly Endpoint[], look: Look): Promise<Seen> => {
  const ids = rows.map(({ Id }) => Id)
  const [sent, heard] = await Promise.all([look.memory.sent(ids), look.consents.of(ids)])
  const effects = { adds: 0, changes: 0, same: 0, left: 0 }
  for (const row of rows) {
    try {
      const isLeft = isNewer(sent.get(row.Id), look.droppedAt)
      // As it would be staged.
      const isOptedOut = row.OptOut === 'ALL' || heard.get(row.Id)?.value === 'ALL'
      effects[isLeft ? 'left' : await effectOf(isOptedOut ? { ...row, OptOut: 'ALL' } : row, look)] += 1
    } catch (error) {
      return { effects, reason: error instanceof Error ? error.name : 'Unknown' }
    }
  }
  return { effects }
}

const effectOf = async (row: Endpoint, { destination, until }: Look): Promise<keyof Effects> => {
  const stored = await destination.read(row.Id, until)
  if (!stored) return 'adds'
  // A row makes its endpoint ACTIVE.
  return stored.EndpointStatus !== 'INACTIVE' && carries(stored, row) ? 'same' : 'changes'
}
