import { describe, expect, it } from 'vitest'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { put } from '../../shared/endpoint/change.ts'
import { NEVER_SENT } from '../../shared/sync/lane/plan-put.ts'
import type { Send } from '../../shared/sync/lane/plan.ts'
import { isForeign } from '../../shared/sync/lane/take-back.ts'

const second = (at: number) => `2026-05-01T00:00:${String(at).padStart(2, '0')}.000Z`
const OPTED_IN = second(20)

/** Whether the Region's ALL, written at a second, is somebody else's, seen from a NONE that was stated at second 20. */
const foreign = (writtenAt: number, before: Partial<Sent> | undefined): boolean => {
  const note: Sent = { ...NEVER_SENT, ...before }
  const endpoint = { Id: 'a', Address: 'a@example.com', ChannelType: 'EMAIL', OptOut: 'NONE' } as const
  const plan: Send = {
    ...{ kind: 'send', id: 'a', key: 'a', during: note, after: note, optedInAt: OPTED_IN },
    change: put(endpoint),
    before: before && note,
  }
  return isForeign(plan, { ...endpoint, OptOut: 'ALL', EffectiveDate: second(writtenAt) })
}
const ours = (until: number, more: Partial<Sent> = {}): Partial<Sent> => ({
  ...{ optOut: 'ALL', state: 'applied', fence: Date.parse(second(until)) },
  ...more,
})

describe("a Region's opt-out that an opt-in would take back", () => {
  it.each([
    ['was written before the opt-in was stated', 10, undefined, false],
    ['was written after it, where we have sent nothing', 30, undefined, true],
    ['was written after it, while ours took effect', 30, ours(32), false],
    ['was written after it, when ours had long taken effect', 30, ours(25), true],
    [
      'was written after it, and nobody knows whether ours ever arrived',
      30,
      ours(50, { state: 'unknown' }),
      true,
    ],
    ['is as we saw it before we took it back', 30, ours(25, { takenBackFrom: second(30) }), false],
    ['has been written since we took it back', 40, ours(45, { takenBackFrom: second(30) }), true],
  ])('that %s', (_, writtenAt, before, isTheirs) => {
    expect(foreign(writtenAt, before)).toBe(isTheirs)
  })
})
