import { describe, expect, it } from 'vitest'
import { idsOf, markDirty, markersFor } from '../../shared/sync/mark-dirty.ts'
import type { Marker } from '../../shared/sync/mark-dirty.ts'

describe('dirty markers', () => {
  it('carry each id once, a hundred a marker, and nothing else', () => {
    const ids = Array.from({ length: 250 }, (_, at) => `e${at % 230}`)
    const markers = markersFor(ids)
    expect(markers.map((marker) => marker.ids.length)).toEqual([100, 100, 30])
    expect(markers.flatMap((marker) => [...idsOf(JSON.stringify(marker))])).toEqual([...new Set(ids)])
    expect(Object.keys(markers[0] ?? {}).sort()).toEqual(['ids', 'v'])
  })

  it.each(['{"v":2,"ids":["a"]}', '{"ids":["a"]}', '[]', 'null', '{"v":1}', 'x'])(
    'of an unknown shape are kept: %s',
    (body) => {
      expect(() => idsOf(body)).toThrow()
    },
  )

  it('go into every lane, and back to the stream when one lane does not take them', async () => {
    const lanes = new Map<string, readonly Marker[]>()
    const enqueue = (region: string, markers: readonly Marker[]) => {
      lanes.set(region, markers)
      return region === 'us-west-2' ? Promise.reject(new Error('full')) : Promise.resolve()
    }
    await expect(markDirty(['a'], ['us-west-2', 'eu-west-1'], enqueue)).rejects.toThrow('full')
    expect([...lanes.keys()]).toEqual(['us-west-2', 'eu-west-1'])
  })
})
