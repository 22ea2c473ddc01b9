import { describe, expect, it } from 'vitest'
import { markChanges } from '../../shared/sync/lane/mark-dirty.ts'
import type { TableChange } from '../../shared/sync/lane/mark-dirty.ts'
import { idMarkersFor, markerIn, markersFor } from '../../shared/sync/lane/marker.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { PEOPLE } from './open-lanes.ts'

const row = (Id: string, more: object = {}) => ({ Id, Address: `${Id}@example.com`, ...more })
const change = (key: string, at: number, more: Partial<TableChange> = {}): TableChange => ({
  key,
  at,
  before: row(key),
  after: row(key, { Attributes: { At: [String(at)] } }),
  ...more,
})

const open = (full: readonly string[] = []) => {
  const lanes = new Map<string, Marker[]>()
  const enqueue = (region: string, kind: string, markers: readonly Marker[]) => {
    if (full.includes(`${region} ${kind}`)) return Promise.reject(new Error('full'))
    lanes.set(`${region} ${kind}`, [...(lanes.get(`${region} ${kind}`) ?? []), ...markers])
    return Promise.resolve()
  }
  const mark = (...changes: TableChange[]) =>
    markChanges(changes, PEOPLE, ['us-west-2', 'eu-west-1'], enqueue)
  const keys = (lane: string) => (lanes.get(lane) ?? []).flatMap((marker) => marker.keys ?? [])
  return { lanes, mark, keys }
}

describe('dirty markers', () => {
  it('carry each key once, a hundred a marker, when it was committed, and nothing else', () => {
    const keys = Array.from({ length: 250 }, (_, at) => `k${at % 230}`)
    const markers = markersFor(keys, 17)
    expect(markers.map((marker) => marker.keys?.length)).toEqual([100, 100, 30])
    expect(markers.flatMap((marker) => markerIn(JSON.stringify(marker))?.keys)).toEqual([...new Set(keys)])
    expect(markers[0]).toEqual({ v: 2, keys: keys.slice(0, 100), at: 17 })
    expect(markersFor(['a'], 17, true)).toEqual([{ v: 2, keys: ['a'], at: 17, force: true }])
    expect(idMarkersFor(['a', 'a'], 17)).toEqual([{ v: 2, ids: ['a'], at: 17 }])
    expect(markersFor([], 17)).toEqual([])
  })

  it.each([
    '{"v":1,"ids":["a"]}',
    '{"v":3,"keys":["a"],"at":1}',
    '{"keys":["a"],"at":1}',
    '{"v":2,"keys":["a"]}',
    '{"v":2,"keys":["a"],"at":"1"}',
    '{"v":2,"keys":"a","at":1}',
    '{"v":2,"keys":["a",1],"at":1}',
    '{"v":2,"keys":[""],"at":1}',
    '[]',
    'null',
    'x',
    '',
  ])('of a shape that is not known are none: %s', (body) => {
    expect(markerIn(body)).toBeUndefined()
  })
})

describe('changes of the table', () => {
  it('are marked in every Region, the oldest commit with them', async () => {
    const { lanes, mark } = open()
    await mark(change('a', 7), change('b', 5), change('a', 9))
    const marker = { v: 2, keys: ['a', 'b'], at: 5 }
    expect(lanes.get('us-west-2 bulk')).toEqual([marker])
    expect(lanes.get('eu-west-1 bulk')).toEqual([marker])
    expect(lanes.get('us-west-2 urgent')).toEqual([])
  })

  it('that remove or opt out go by the urgent lane, and whatever else there is of the item with them', async () => {
    const { keys, mark } = open()
    await mark(
      change('plain', 1),
      change('gone', 2, { after: undefined }),
      change('out', 3),
      change('out', 4, { after: row('out', { OptOut: 'ALL' }) }),
      change('new', 5, { before: undefined }),
      change('still-out', 6, { before: row('x', { OptOut: 'ALL' }), after: row('x', { OptOut: 'ALL' }) }),
    )
    expect(keys('us-west-2 urgent')).toEqual(['gone', 'out'])
    expect(keys('us-west-2 bulk')).toEqual(['plain', 'new', 'still-out'])
  })

  it('go back to the stream when one lane does not take them, and are in the others all the same', async () => {
    const { keys, mark } = open(['us-west-2 bulk'])
    await expect(mark(change('a', 1))).rejects.toThrow('full')
    expect(keys('eu-west-1 bulk')).toEqual(['a'])
  })

  it('that nobody can judge are urgent, and hold up nothing', async () => {
    const marked: string[] = []
    const odd = {
      isUrgent: () => {
        throw new Error('too odd')
      },
    }
    await markChanges([change('a', 1)], odd, ['us-west-2'], (_region, kind, markers) => {
      marked.push(...markers.map(({ keys }) => `${kind} ${String(keys)}`))
      return Promise.resolve()
    })
    expect(marked).toEqual(['urgent a'])
  })

  it('say nothing of what has become of the items', async () => {
    const { lanes, mark } = open()
    await mark(change('a', 1, { after: row('a', { Attributes: { Plan: ['canary'] } }) }))
    expect(JSON.stringify([...lanes])).not.toMatch(/canary|example\.com/)
  })
})
