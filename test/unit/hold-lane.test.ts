import { describe, expect, it } from 'vitest'
import type { Breaker } from '../../shared/ledger/lane-turns.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import { holdLane } from '../../shared/sync/operators/hold-lane.ts'
import { memoryTable } from './memory-table.ts'

const START = Date.parse('2026-01-01T00:00:00.000Z')
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

const opened = () => {
  const clock = { seconds: 0 }
  const table = memoryTable(() => START + clock.seconds * 1000)
  const turns = laneTurns(table, 'r')
  const leave = (breaker: Breaker) =>
    turns.leave({ breaker, leftAt: { ledger: START + clock.seconds * 1000, host: 7 } })
  return { clock, turns, leave, other: laneTurns(table, 's') }
}

describe('holding a lane', () => {
  it('stops it and lets it go, and says since when', async () => {
    const { clock, turns, other } = opened()
    const breaker = { state: 'closed', failures: 0 }
    expect(await holdLane(turns, true)).toEqual({ isPaused: true, since: at(0), breaker })
    expect(await turns.look()).toMatchObject({ isPaused: true })
    expect(await other.look()).toMatchObject({ isPaused: false })
    clock.seconds = 60
    expect(await holdLane(turns, false)).toEqual({ isPaused: false, since: at(60), breaker })
    expect(await turns.look()).toMatchObject({ isPaused: false })
  })

  it('stays as it was when it is so already', async () => {
    const { clock, turns } = opened()
    expect(await holdLane(turns, false)).not.toHaveProperty('since')
    await holdLane(turns, true)
    for (clock.seconds = 60; clock.seconds < 180; clock.seconds += 60)
      expect(await holdLane(turns, true)).toMatchObject({ isPaused: true, since: at(0) })
  })

  it('tells of a Region that does not answer, and when it is tried', async () => {
    const { clock, turns, leave } = opened()
    await leave({ failures: 3, probeAt: START + 30_000 })
    clock.seconds = 10
    expect((await holdLane(turns, true)).breaker).toEqual({
      state: 'open',
      failures: 3,
      triedAfter: at(30),
      notedAt: at(0),
    })
    clock.seconds = 40
    expect((await holdLane(turns, true)).breaker).toEqual({ state: 'open', failures: 3, notedAt: at(0) })
    await leave({ failures: 0 })
    expect((await holdLane(turns, true)).breaker).toEqual({ state: 'closed', failures: 0, notedAt: at(40) })
  })
})
