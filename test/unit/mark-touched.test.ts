import { describe, expect, it } from 'vitest'
import type { LaneKind } from '../../shared/sync/lane/mark-dirty.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { markTouched } from '../../shared/sync/load/mark-touched.ts'
import { memoryFiles } from './memory-files.ts'
import { openLanes } from './open-lanes.ts'

const row = (Id: string) => ({ Id, Address: `${Id}@example.com` })
const PREFIX = 'staging/run/1/'

/** A file of these ids in the bucket of the Region, and the pass over it. */
const imported = (lanes: ReturnType<typeof openLanes>, ...parts: readonly (readonly string[])[]) => {
  const { files, objects } = memoryFiles()
  for (const [at, ids] of parts.entries())
    objects.set(`b/${PREFIX}part-${at}.json`, ids.map((Id) => `${JSON.stringify(row(Id))}\n`).join(''))
  const reads: (readonly string[])[] = []
  const markers: [LaneKind, Marker][] = []
  const memory = lanes.memory()
  const sent = (ids: readonly string[]) => {
    reads.push(ids)
    return memory.sent(ids)
  }
  const mark = (kind: LaneKind, some: readonly Marker[]) =>
    Promise.resolve(void markers.push(...some.map((each): [LaneKind, Marker] => [kind, each])))
  const pass = () =>
    markTouched({ from: { bucket: 'b', prefix: PREFIX }, files, memory: { sent }, mark, now: 7 })
  return { pass, objects, reads, marked: () => markers }
}

describe('after an import', () => {
  it('what the lane has ever written or removed is marked by force, and nothing else', async () => {
    const lanes = openLanes()
    await lanes.write(row('removed'), row('written'))
    await lanes.settle()
    await lanes.erase('removed')
    await lanes.settle()
    const { pass, marked } = imported(lanes, ['removed'], ['WRITTEN', 'unknown'])
    expect(await pass()).toBe(2)
    expect(marked()).toEqual([
      ['urgent', { v: 2, ids: ['removed'], at: 7, force: true }],
      ['bulk', { v: 2, ids: ['WRITTEN'], at: 7, force: true }],
    ])
  })

  it('only those who are gone, leaving or opted out go before the others', async () => {
    const lanes = openLanes()
    await lanes.write(row('gone'), row('leaving'), row('written'), { ...row('out'), OptOut: 'ALL' })
    await lanes.write({
      ...row('in'),
      OptOut: 'NONE',
      ConsentDate: new Date(lanes.clock.now()).toISOString(),
    })
    await lanes.settle()
    await lanes.erase('gone')
    await lanes.settle()
    await lanes.erase('leaving')
    await lanes.work({ kind: 'urgent' })
    const { pass, marked } = imported(lanes, ['written', 'gone', 'in', 'leaving', 'out'])
    expect(await pass()).toBe(5)
    expect(marked().map(([kind, { ids }]) => [kind, ids])).toEqual([
      ['urgent', ['gone', 'leaving', 'out']],
      ['bulk', ['written', 'in']],
    ])
  })

  it('whoever it has brought back is removed again, and who was changed is as the item says', async () => {
    const lanes = openLanes()
    await lanes.write(row('gone'), row('changed'))
    await lanes.settle()
    await lanes.erase('gone')
    await lanes.write({ ...row('changed'), Attributes: { Plan: ['gold'] } })
    await lanes.settle()
    const { pass, marked } = imported(lanes, ['gone', 'changed'])
    const { stored } = lanes.region()
    for (const id of ['gone', 'changed'])
      stored.set(id, { ...row(id), ChannelType: 'EMAIL', EndpointStatus: 'ACTIVE', OptOut: 'NONE' })
    await pass()
    for (const [kind, { ids = [], force = false }] of marked()) await lanes.markIds(ids, { kind, force })
    await lanes.settle()
    expect([...stored.keys()]).toEqual(['changed'])
    expect(stored.get('changed')?.Attributes).toEqual({ Plan: ['gold'] })
  })

  it('the ledger is read once for a hundred rows', async () => {
    const lanes = openLanes()
    const { pass, reads, marked } = imported(
      lanes,
      Array.from({ length: 250 }, (_, at) => `x${at}`),
    )
    await pass()
    expect(reads.map(({ length }) => length)).toEqual([100, 100, 50])
    expect(marked()).toEqual([])
  })
})
