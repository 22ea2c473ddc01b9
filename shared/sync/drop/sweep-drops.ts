/** Finds the dropped files that no event has told of, so that a lost event is no lost file. */
import type { Runs } from '../../ledger/runs.ts'
import { runOf } from '../open-run.ts'
import type { Drop } from '../open-run.ts'

export interface Sweep {
  readonly ledger: Pick<Runs, 'known'>
  /** Every version of what lies in the drop bucket, page by page, in any order. */
  readonly pages: AsyncIterable<readonly Drop[]>
  /** The tick of the schedule, ISO 8601. */
  readonly slot: string
  /** Opens a drop's run and starts it; nothing happens when it has been. */
  readonly start: (drop: Drop) => Promise<void>
}

export interface Swept {
  /** Versions without a run, though their event has had its time. */
  readonly found: number
  /** Why those could not be started that were not. */
  readonly troubles: readonly PromiseRejectedResult[]
}

/** S3 tells of an object in seconds, "but can sometimes take a minute or longer" (user guide, "Event notifications"). */
const PATIENCE = 900_000
/** Files of one sweep: the next one takes the rest. */
const MOST = 100

/** The oldest first, one after the other. */
export const sweepDrops = async (task: Sweep): Promise<Swept> => {
  const { found, oldest } = await lookThrough(task)
  const troubles: PromiseRejectedResult[] = []
  for (const drop of oldest) {
    const [result] = await Promise.allSettled([task.start(drop)])
    if (result.status === 'rejected') troubles.push(result)
  }
  return { found, troubles }
}

/** However many there are, it keeps no more than it will start. */
const lookThrough = async ({ ledger, pages, slot }: Sweep): Promise<{ found: number; oldest: Drop[] }> => {
  const before = Date.parse(slot) - PATIENCE
  let found = 0
  let oldest: Drop[] = []
  for await (const page of pages) {
    const due = page.filter(({ droppedAt }) => Date.parse(droppedAt) < before)
    const known = await ledger.known(due.map(runOf))
    const unheard = due.filter((drop) => !known.has(runOf(drop)))
    found += unheard.length
    oldest = [...oldest, ...unheard].sort(byAge).slice(0, MOST)
  }
  return { found, oldest }
}

const byAge = (one: Drop, other: Drop): number => Date.parse(one.droppedAt) - Date.parse(other.droppedAt)
