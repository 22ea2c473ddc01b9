import { describe, expect, it } from 'vitest'
import type { Trace, Window } from '../../shared/ledger/scan.ts'
import type { Enqueue } from '../../shared/sync/lane/mark-dirty.ts'
import { replayKeys, replayWindow } from '../../shared/sync/operators/replay.ts'
import { openLanes } from './open-lanes.ts'
import { openMarks, paged, timeFor } from './marked.ts'

const WINDOW = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }

const windowed = (traces: readonly Trace[], { size = 2, times = 99 } = {}) => {
  const marks = openMarks()
  const asked: Window[] = []
  const read = paged(traces, size)
  return {
    ...marks,
    asked,
    parts: {
      enqueue: marks.enqueue,
      at: 5,
      hasTime: timeFor(times),
      traces: {
        items: () => Promise.reject(new Error('nobody asks for all items')),
        within: (window: Window, from: Parameters<typeof read>[0]) => {
          asked.push(window)
          return read(from)
        },
      },
    },
  }
}

describe('a replay of keys', () => {
  it('marks them in the urgent lanes of the Regions, to be sent whatever is there', async () => {
    const { calls, enqueue } = openMarks()
    expect(await replayKeys(['a', 'b', 'a'], ['r', 's'], { enqueue, at: 5 })).toBe(4)
    expect(calls).toEqual(
      ['urgent r', 'urgent s'].map((lane) => ({
        lane,
        markers: [{ v: 2, keys: ['a', 'b'], at: 5, force: true }],
      })),
    )
  })

  it('fails when a lane does not take them', async () => {
    const enqueue = (region: string) =>
      region === 's' ? Promise.reject(new Error('full')) : Promise.resolve()
    await expect(replayKeys(['a'], ['r', 's'], { enqueue, at: 5 })).rejects.toThrow('full')
  })
})

describe('who has been erased', () => {
  it('is in no window, as nothing in the ledger names them, and is looked for again by the key', async () => {
    const lanes = openLanes()
    const Address = 'ada@example.com'
    await lanes.write({ Id: 'ada', Address })
    await lanes.settle()
    // Twice: the item is forgotten once its lanes have looked at it again.
    for (let times = 0; times < 2; times += 1) {
      await lanes.erase('ada')
      await lanes.settle()
    }
    const rows = [...lanes.table.rows.values()]
    expect(rows.some(({ pk }) => pk.startsWith('sent#'))).toBe(true)
    expect(JSON.stringify(rows)).not.toContain('ada')

    const { stored } = lanes.region()
    stored.set('ada', { Id: 'ada', Address, ChannelType: 'EMAIL' })
    const enqueue: Enqueue = (_region, kind, markers) => {
      for (const marker of markers) lanes.put(JSON.stringify(marker), kind)
      return Promise.resolve()
    }
    await replayKeys(['ada'], lanes.regions, { enqueue, at: lanes.clock.now() })
    await lanes.settle()
    expect([...stored.keys()]).toEqual([])
  })
})

describe('a replay of a window', () => {
  it('marks a key once in the bulk lane of each Region that dealt with it then', async () => {
    const traces = [
      { region: 'r', keys: ['a'] },
      { region: 's', keys: ['a'] },
      { region: 'r', keys: [] },
      { region: 'r', keys: ['b', 'a'] },
      { region: 'other', keys: ['a'] },
    ]
    const { asked, keys, calls, parts } = windowed(traces)
    expect(await replayWindow(WINDOW, ['r', 's'], parts)).toEqual({ marked: 3 })
    expect([keys('bulk r'), keys('bulk s')]).toEqual([['a', 'b'], ['a']])
    expect(calls).toHaveLength(2)
    expect(calls[0]?.markers[0]).toMatchObject({ force: true })
    expect(asked).toEqual([WINDOW, WINDOW, WINDOW])
  })

  it('marks once what it meets again after many others', async () => {
    const many = Array.from({ length: 2_100 }, (_, at) => `k${at}`)
    const { keys, parts } = windowed(['k0', ...many, 'k0'].map((key) => ({ region: 'r', keys: [key] })))
    expect(await replayWindow(WINDOW, ['r'], { ...parts, hasTime: () => true })).toEqual({ marked: 2_100 })
    expect(keys('bulk r')).toEqual(many)
  })

  it('stops when time is short, with all marked that it has seen, and goes on from there', async () => {
    const traces = Array.from({ length: 7 }, (_, at) => ({ region: 'r', keys: [`k${at}`] }))
    const { keys, parts } = windowed(traces, { times: 1 })
    const first = await replayWindow(WINDOW, ['r'], parts)
    expect(first).toEqual({ marked: 4, place: { row: 4 } })
    expect(keys('bulk r')).toHaveLength(4)
    const second = await replayWindow(WINDOW, ['r'], parts, first)
    expect(second).toEqual({ marked: 6, place: { row: 6 } })
    expect(await replayWindow(WINDOW, ['r'], parts, second)).toEqual({ marked: 7 })
    expect(keys('bulk r')).toEqual(traces.flatMap((trace) => trace.keys))
  })
})
