/** What is written down of a lane's work: before anything is sent, and of what the Region has refused. */
import { isoOf } from '../../endpoint/iso-date.ts'
import type { Mapped } from '../../ledger/lane-memory.ts'
import type { Result } from './carry-out.ts'
import type { Hold } from './lease.ts'
import { markersFor } from './marker.ts'
import type { Observed } from './observe.ts'
import type { Planned } from './plan-items.ts'
import { problemOf } from './plan.ts'
import type { Thought } from './plan.ts'
import type { Sender } from './send-items.ts'

export interface Thinking extends Planned {
  readonly observed: Observed
}

/** Writes down what must be known before anything is sent. Returns the keys whose consent somebody has changed since it was read. */
export const notePlans = async (
  keys: readonly string[],
  planned: Thinking,
  { memory, consents, queue, kind }: Pick<Sender, 'memory' | 'consents' | 'queue' | 'kind'>,
  hold: Hold,
): Promise<ReadonlySet<string>> => {
  const { thoughts, mapped, sent, groups, touched, observed } = planned
  const moved = new Set<string>()
  await Promise.all(
    thoughts.map(async ({ plan, consent }) => {
      if (consent && !(await consents.note(plan.id, consent))) moved.add(plan.key)
    }),
  )
  await Promise.all(
    keys.map(async (key) => {
      const problems = thoughts.filter(({ plan }) => plan.key === key).flatMap(problemsOf)
      if (problems.length > 0) await memory.park(key, problems, isoOf(hold.now()))
      else if (observed.mapped.get(key)?.parked) await memory.unpark(key)
    }),
  )
  // Before the groups are noted: whoever dies in between finds them changed no more.
  await queue.send(kind, markersFor([...touched], hold.now()), 0)
  // Where an endpoint is must be known before it is there: it has to be taken from there again.
  await memory.note({ sent })
  await memory.note({ mapped, groups })
  return moved
}

const problemsOf = ({ plan, problems = [] }: Thought) => (plan.kind === 'park' ? plan.problems : problems)

/** What the Region itself refuses is set aside like what no Region can take. */
export const parkRefused = async (
  results: readonly Result[],
  mapped: ReadonlyMap<string, Mapped>,
  { memory }: Pick<Sender, 'memory'>,
  hold: Hold,
): Promise<void> => {
  const at = isoOf(hold.now())
  await Promise.all(
    results.map(async ({ plan: { key, kind }, outcome }) => {
      const note = mapped.get(key)
      if (outcome.result !== 'rejected' || kind !== 'send' || !note) return
      await memory.park(key, [problemOf(outcome.reason)], at)
      await memory.note({ mapped: new Map([[key, { ...note, parked: true }]]) })
    }),
  )
}
