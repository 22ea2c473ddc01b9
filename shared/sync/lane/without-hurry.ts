/** What is only read back to be sure can wait: it must not hold up what there is to send, nor the lane itself. Pure. */
import { isUrgent } from './plan.ts'
import type { Thought } from './plan.ts'

/** Samples read back together, one call after the other: before a batch, whose turn comes twice a second, and without one. */
const SAMPLES = { before: 2, alone: 10 } as const
/** Milliseconds. */
const LATER = 3_000

/** All samples but a few are put off. `now`: ms, the ledger's time. */
export const withoutHurry = (thoughts: readonly Thought[], now: number): readonly Thought[] => {
  const isSending = thoughts.some(({ plan }) => plan.kind === 'send')
  const samples = thoughts.filter(({ plan }) => plan.kind === 'prove' && !isUrgent(plan))
  const late = new Set(samples.slice(isSending ? SAMPLES.before : SAMPLES.alone))
  return thoughts.map((thought) => {
    const { id, key } = thought.plan
    return late.has(thought) ? { ...thought, plan: { kind: 'wait', id, key, until: now + LATER } } : thought
  })
}
