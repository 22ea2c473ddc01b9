import { describe, expect, it } from 'vitest'
import { markAgain } from '../../shared/sync/lane/mark-again.ts'
import { openMarks } from './marked.ts'

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `k${from + at}`)

describe('marking again', () => {
  it('hands a lane ten full markers a call, whatever came at once, and each key once', async () => {
    const { calls, keys, enqueue } = openMarks()
    const marks = markAgain({ enqueue, at: 5, force: false })
    for (let at = 0; at < 2_500; at += 70) await marks.add('r', 'bulk', names(at, Math.min(at + 70, 2_500)))
    await marks.add('r', 'bulk', ['k2499', 'k2500'])
    expect(calls.map(({ markers }) => markers.length)).toEqual([10, 10])
    await marks.flush()
    expect(calls.map(({ markers }) => markers.length)).toEqual([10, 10, 6])
    expect(calls[0]?.markers.every((marker) => marker.keys?.length === 100)).toBe(true)
    expect(calls[0]?.markers[0]).toEqual({ v: 2, keys: names(0, 100), at: 5 })
    expect(keys('bulk r')).toEqual(names(0, 2_501))
    expect(marks.count()).toBe(2_501)
  })

  it('cuts what is more than a call takes', async () => {
    const { calls, enqueue } = openMarks()
    const marks = markAgain({ enqueue, at: 5, force: true })
    await marks.add('r', 'urgent', names(0, 3_000))
    expect(calls.map(({ markers }) => markers.length)).toEqual([10, 10, 10])
    expect(calls[2]?.markers[9]).toMatchObject({ force: true })
    await marks.flush()
    expect(calls).toHaveLength(3)
  })

  it('keeps lanes apart', async () => {
    const { keys, enqueue } = openMarks()
    const marks = markAgain({ enqueue, at: 5, force: false })
    await marks.add('r', 'urgent', ['a'])
    await marks.add('r', 'bulk', ['a', 'b'])
    await marks.add('s', 'bulk', ['c'])
    await marks.flush()
    expect([keys('urgent r'), keys('bulk r'), keys('bulk s')]).toEqual([['a'], ['a', 'b'], ['c']])
    expect(marks.count()).toBe(4)
  })

  it('counts nothing that a lane has not taken', async () => {
    const marks = markAgain({ enqueue: () => Promise.reject(new Error('full')), at: 5, force: false })
    await marks.add('r', 'urgent', ['a'])
    await expect(marks.flush()).rejects.toThrow('full')
    expect(marks.count()).toBe(0)
  })
})
