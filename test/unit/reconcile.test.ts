import { describe, expect, it } from 'vitest'
import { reconcile } from '../../shared/sync/operators/reconcile.ts'
import type { Reconciled } from '../../shared/sync/operators/reconcile.ts'
import { openMarks, paged, timeFor } from './marked.ts'

interface Tables {
  readonly table: readonly string[]
  /** Key and Region. */
  readonly known: readonly (readonly [string, string])[]
  readonly size?: number
  readonly times?: number
}

const opened = ({ table, known, size = 2, times = 99 }: Tables) => {
  const marks = openMarks()
  const asked: string[][] = []
  const traces = known.map(([key, region]) => ({ region, keys: [key] }))
  return {
    ...marks,
    asked,
    parts: {
      regions: ['r', 's'],
      enqueue: marks.enqueue,
      at: 5,
      force: false,
      hasTime: timeFor(times),
      customers: {
        page: paged(table, size),
        there: (keys: readonly string[]) => {
          asked.push([...keys])
          return Promise.resolve(new Set(keys.filter((key) => table.includes(key))))
        },
      },
      traces: { items: paged(traces, size) },
    },
  }
}

describe('a reconcile', () => {
  it('marks the whole table in every bulk lane', async () => {
    const { keys, calls, parts } = opened({ table: ['a', 'b', 'c'], known: [['a', 'r']] })
    expect(await reconcile(parts)).toEqual({ pass: 'done', marked: 6 })
    for (const region of parts.regions) expect(keys(`bulk ${region}`)).toEqual(['a', 'b', 'c'])
    expect(calls).toHaveLength(2)
    expect(calls[0]?.markers).toEqual([{ v: 2, keys: ['a', 'b', 'c'], at: 5 }])
  })

  it('marks what a lane remembers and the table has no more, there and before all others', async () => {
    const known = [
      ['gone', 'r'],
      ['a', 'r'],
      ['gone', 's'],
      ['gone-too', 's'],
      ['gone', 'elsewhere'],
    ] as const
    const { keys, calls, parts } = opened({ table: ['a'], known, size: 10 })
    expect(await reconcile(parts)).toEqual({ pass: 'done', marked: 5 })
    expect(keys('urgent r')).toEqual(['gone'])
    expect(keys('urgent s')).toEqual(['gone', 'gone-too'])
    expect(calls.some(({ lane }) => lane.endsWith('elsewhere'))).toBe(false)
  })

  it('asks the table for each key once a page, as DynamoDB wants it', async () => {
    const known = [
      ['a', 'r'],
      ['a', 's'],
      ['b', 'elsewhere'],
    ] as const
    const { asked, parts } = opened({ table: ['a'], known, size: 10 })
    await reconcile(parts)
    expect(asked).toEqual([['a']])
  })

  it('fills one Region alone, and sends what seems to be there when it is told to', async () => {
    const known = [
      ['gone', 'r'],
      ['gone', 's'],
    ] as const
    const { calls, parts } = opened({ table: ['a'], known })
    await reconcile({ ...parts, regions: ['s'], force: true })
    expect(calls.map(({ lane }) => lane)).toEqual(['bulk s', 'urgent s'])
    for (const { markers } of calls) expect(markers[0]).toMatchObject({ force: true })
  })

  it.each([0, 1, 2, 3])(
    'comes to the same in pieces, with time for %i pages more than one',
    async (times) => {
      const table = Array.from({ length: 7 }, (_, at) => `k${at}`)
      const known = [...table, 'gone-1', 'gone-2', 'gone-3'].map((key) => [key, 'r'] as const)
      const whole = opened({ table, known })
      await reconcile(whole.parts)

      const { calls, keys, parts } = opened({ table, known })
      let stop: Reconciled | undefined
      let turns = 0
      while (stop?.pass !== 'done') {
        const seen = calls.length
        stop = await reconcile(
          { ...parts, hasTime: timeFor(times) },
          stop && (JSON.parse(JSON.stringify(stop)) as Reconciled),
        )
        turns += 1
        expect(calls.length > seen || stop.pass !== 'customers').toBe(true)
        expect(turns).toBeLessThan(20)
      }
      expect(turns).toBeGreaterThan(1)
      expect(stop.marked).toBe(7 * 2 + 3)
      for (const lane of ['bulk r', 'bulk s', 'urgent r', 'urgent s'])
        expect(keys(lane)).toEqual(whole.keys(lane))
    },
  )

  it('says nothing is done when a lane does not take what is marked', async () => {
    const { parts } = opened({ table: ['a'], known: [] })
    const enqueue = () => Promise.reject(new Error('full'))
    await expect(reconcile({ ...parts, enqueue })).rejects.toThrow('full')
  })
})
