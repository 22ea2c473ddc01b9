import { describe, expect, it } from 'vitest'
import type { CallItem, Fact } from '../../sim/history/facts.ts'
import { planOf } from '../../sim/history/plan.ts'
import { loadsMonitor } from '../../sim/monitors/loads.ts'
import { observedMonitor } from '../../sim/monitors/observed.ts'
import { registryOf } from '../../sim/monitors/registry.ts'
import { answered, called, callOf, consent, effect, item, REGION, shown, written } from './facts.ts'
import { seedsFrom } from './slice.ts'

const judged = (facts: readonly Fact[], make = loadsMonitor): string[] => {
  const registry = registryOf()
  const monitor = make(registry)
  return facts.flatMap((fact) => {
    registry.hear(fact)
    const violation = monitor.hear(fact)
    return violation ? [violation.what] : []
  })
}

const row = (id: string, optsOut = false) => ({ id, address: `${id}@example.com`, attributes: {}, optsOut })
const dropped = (at: number, run: string, version: number, ids: readonly string[] = ['ada']): Fact => ({
  ...{ kind: 'dropped', at, run, version },
  rows: ids.map((id) => row(id)),
})
const staged = (at: number, run: string, rows: readonly CallItem[], began = at - 10): Fact => ({
  ...{ kind: 'staged', at, region: REGION, run, prefix: `staging/${run}/1/1/`, began, rows },
})
const job = (
  at: number,
  run: string,
  state: 'created' | 'done' | 'failed' = 'created',
  region = REGION,
): Fact => ({
  ...{ kind: 'job', at, region, job: run, prefix: `staging/${run}/1/1/`, state },
})
const loaded = (processed: number, failures: number, left: number, result = 'applied'): Fact => ({
  ...{ kind: 'loaded', at: 9, region: REGION, run: 'one', result, reason: '', processed, failures, left },
})
const byImport = { by: 'import', before: undefined } as const

describe('the monitor of jobs', () => {
  const drops = [dropped(0, 'one', 1), dropped(1, 'two', 2)]

  it('takes one after the other in a Region, in the order of the drops, and any number beside each other elsewhere', () => {
    const jobs = [job(2, 'one'), job(3, 'one', 'failed'), job(4, 'one'), job(5, 'one', 'done'), job(6, 'two')]
    expect(judged([...drops, ...jobs, job(7, 'one', 'created', 'eu-west-1')])).toEqual([])
  })
  it('fires on one beside another, and on an older file after a newer one', () => {
    expect(judged([...drops, job(2, 'one'), job(3, 'two')])).toEqual(['a job runs beside another'])
    expect(judged([...drops, job(2, 'two'), job(3, 'two', 'done'), job(4, 'one')])).toEqual([
      'an older file is loaded after a newer one',
    ])
  })
})

describe('the monitor of stale rows', () => {
  const call = callOf(100, 1, { items: [item('ada', 5)] })
  const facts = [written(0, 5, ['ada']), called(call)]
  const older = ['a row is older than what was sent before the file was made']
  const beside = ['a job begins while a send from before its file may still take effect']

  it('fires on a row that is older than what was sent before, answered or not, and not on what was sent since', () => {
    expect(judged([...facts, staged(200, 'one', [item('ada', 4)])])).toEqual(older)
    expect(judged([...facts, staged(200, 'one', [item('ada', 6)])])).toEqual([])
    expect(judged([...facts, staged(200, 'one', [item('ada', 4)], 50)])).toEqual([])
    expect(judged([...facts, answered(150, call, 'refused'), staged(200, 'one', [item('ada', 4)])])).toEqual(
      [],
    )
  })
  it('fires on a job that begins before a send from before its file is certain to be over', () => {
    const file = staged(200, 'one', [item('ada', 6)])
    expect(judged([...facts, file, job(300, 'one')])).toEqual(beside)
    expect(judged([...facts, answered(150, call), file, job(4_100, 'one')])).toEqual(beside)
    expect(judged([...facts, answered(150, call), file, job(4_150, 'one')])).toEqual([])
    expect(judged([...facts, answered(150, call, 'unknown'), file, job(25_100, 'one')])).toEqual(beside)
  })
})

describe('the monitor of rows', () => {
  it('fires on NONE, and on silence about somebody who was known to be opted out before the file was made', () => {
    const out = consent(10, 'ada', 'ALL', 5)
    expect(judged([staged(200, 'one', [item('ada', 1, { optOut: 'NONE' })])])).toEqual([
      'a: a row of a file says NONE',
    ])
    expect(judged([out, staged(200, 'one', [item('ada', 1)])])).toHaveLength(1)
    expect(judged([out, staged(200, 'one', [item('ada', 1, { optOut: 'ALL' })])])).toEqual([])
    expect(judged([out, staged(200, 'one', [item('ada', 1)], 5)])).toEqual([])
  })
  it('fires when a row undoes an opt-out', () => {
    const undone = effect(1, 'ada', { ...byImport, before: shown(1, 'ALL'), after: shown(2, 'NONE') })
    expect(judged([undone])).toEqual(['a: an import undoes an opt-out'])
  })
  it('fires when somebody comes back who was deleted there, unless opted out or claimed again', () => {
    const gone = [
      written(0, 1, ['ada']),
      written(1, 2, []),
      effect(2, 'ada', { by: 'remove', before: shown(1), after: undefined }),
    ]
    const back = effect(4, 'ada', { ...byImport, after: shown(1) })
    expect(judged([...gone, back])).toEqual([
      'who was deleted comes back by an import, and can be written to',
    ])
    expect(judged([...gone, effect(4, 'ada', { ...byImport, after: shown(1, 'ALL') })])).toEqual([])
    expect(judged([...gone, written(3, 3, ['ada']), back])).toEqual([])
    expect(judged([back])).toEqual([])
  })
  it('fires when rows are not counted', () => {
    const drop = dropped(0, 'one', 1, ['ada', 'bob', 'eve'])
    expect(judged([drop, loaded(2, 1, 1), loaded(0, 0, 0, 'failed')])).toEqual([])
    expect(judged([drop, loaded(2, 0, 0)])).toHaveLength(1)
    expect(judged([drop, loaded(1, 2, 2)])).toHaveLength(1)
  })
})

describe('I3, with files', () => {
  it('lets a row go back behind the table, but none behind a newer file', () => {
    const files = [dropped(0, 'one', 2), dropped(0, 'two', 3)]
    const rows = [3, 2].map((version, at) => effect(9 + at, 'ada', { ...byImport, after: shown(version) }))
    expect(judged([...files, ...rows], observedMonitor)).toEqual(['shows version 2 after version 3'])
    expect(judged([written(0, 4, ['ada']), ...files, ...rows], observedMonitor)).toEqual([])
  })
})

it('in a third of the histories files are dropped, up to three', () => {
  const drops = seedsFrom(1, 1_000).map((seed) => planOf(seed).drops)
  expect(drops.filter((count) => count > 0).length).toBeGreaterThan(280)
  expect(new Set(drops)).toEqual(new Set([0, 1, 2, 3]))
})
