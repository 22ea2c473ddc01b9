import { afterEach, describe, expect, it } from 'vitest'
import { openStates } from '../contract/open-states.ts'
import type { Functions, OpenStates } from '../contract/open-states.ts'
import { definitionOf } from './machine-definition.ts'

const HOUR = 3_600_000
const FROM = { bucket: 'b', prefix: 'staging/r/1/', left: 0, rows: 3 }

let stage: OpenStates
let calls: { readonly name: string; readonly payload: unknown; readonly at: number }[]
afterEach(() => stage.close())

const job = (state: string) => ({
  state,
  job: 'j',
  processed: 3,
  failures: 0,
  named: 0,
  left: 0,
  reason: 'BAD',
  turn: 1,
  wait: 5,
})
/** What each door answers where the test says nothing else; an error is thrown. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'stage-backlog': FROM,
  'close-backlog': { state: 'closed' },
  'stage-file': { ...FROM, at: '2026-01-01T00:00:00.000Z' },
  'start-import': job('running'),
  'check-import': job('done'),
  'mark-touched': { marked: 1 },
  'record-outcome': {},
}

const play = async (machine: string, input: object, more: Readonly<Record<string, unknown>> = {}) => {
  calls = []
  const answers: Record<string, unknown> = { ...ANSWERS, ...more }
  const functions: Functions = Object.fromEntries(
    Object.keys(answers).map((name) => [
      name,
      (payload: unknown) => {
        calls.push({ name, payload, at: stage.clock.now() })
        const given = answers[name]
        const answer: unknown = Array.isArray(given) && given.length > 1 ? given.shift() : [given].flat()[0]
        if (answer instanceof Error) throw answer
        return answer
      },
    ]),
  )
  stage = await openStates(functions)
  const loadRegion = stage.create(await definitionOf('load-region'), 'load-region')
  return stage.run(await definitionOf(machine, loadRegion), input, 20 * HOUR)
}
const calledAt = (door: string) => calls.findLast(({ name }) => name === door)?.at
const called = () => calls.map(({ name }) => name)
const recorded = () => calls.find(({ name }) => name === 'record-outcome')?.payload

describe('load-backlog', () => {
  const input = { run: 'r', region: 'eu-west-1' }

  it('stages, loads as any file is loaded, and closes', async () => {
    const { status } = await play('load-backlog', input)
    expect(status).toBe('SUCCEEDED')
    expect(called()).toEqual([
      'stage-backlog',
      'start-import',
      'check-import',
      'record-outcome',
      'close-backlog',
    ])
    expect(calls[1]?.payload).toMatchObject({ ...input, from: { bucket: 'b', prefix: 'staging/r/1/' } })
    expect(recorded()).toMatchObject({ run: 'r', outcome: { result: 'applied', attempt: 1, processed: 3 } })
  })

  it.each([
    ['there is nothing to import', { 'stage-backlog': { ...FROM, rows: 0 } }, []],
    ['staging fails, which is not tried again', { 'stage-backlog': new Error('died') }, []],
  ])('only closes when %s', async (_what, answers, between) => {
    const { status } = await play('load-backlog', input, answers)
    expect(status).toBe('SUCCEEDED')
    expect(called()).toEqual(['stage-backlog', ...between, 'close-backlog'])
  })

  it('closes when the load fails', async () => {
    const { status } = await play('load-backlog', input, { 'start-import': new Error('down') })
    expect(status).toBe('SUCCEEDED')
    expect(recorded()).toMatchObject({ outcome: { result: 'failed', reason: 'Error' } })
    expect(called().at(-1)).toBe('close-backlog')
  })

  it('asks again while the job may still write, and after a Region that does not answer', async () => {
    const turns = [{ state: 'running' }, new Error('down'), { state: 'running' }, { state: 'closed' }]
    const { status } = await play('load-backlog', input, { 'close-backlog': turns })
    expect(status).toBe('SUCCEEDED')
    expect(called().filter((name) => name === 'close-backlog')).toHaveLength(4)
  })

  it('does nothing but close what another execution has left', async () => {
    const { status } = await play('load-backlog', { ...input, close: true })
    expect(status).toBe('SUCCEEDED')
    expect(called()).toEqual(['close-backlog'])
  })

  it('fails, for the next tick to see, when it cannot be closed', async () => {
    const { status } = await play('load-backlog', input, { 'close-backlog': new Error('down') })
    expect(status).toBe('FAILED')
  })
})

describe('load-region', () => {
  const input = { run: 'r', region: 'eu-west-1', attempt: 1 }

  it('marks what the lane has done meanwhile before it says that the file is there', async () => {
    await play('load-region', input)
    expect(called().slice(-2)).toEqual(['mark-touched', 'record-outcome'])
    expect(calls.at(-2)?.payload).toEqual({ region: 'eu-west-1', from: ANSWERS['stage-file'] })
    expect(recorded()).toMatchObject({ outcome: { result: 'applied' } })
  })

  it.each([
    ['the job fails', { 'check-import': job('failed') }, 'BAD'],
    ['the Region does not answer', { 'check-import': new Error('down') }, 'Error'],
  ])('marks it when %s, too', async (_what, answers, reason) => {
    await play('load-region', input, answers)
    expect(called().slice(-2)).toEqual(['mark-touched', 'record-outcome'])
    expect(recorded()).toMatchObject({ outcome: { result: 'failed', reason } })
  })

  it('is not done with a file when it cannot be marked', async () => {
    await play('load-region', input, { 'mark-touched': new Error('down') })
    expect(recorded()).toMatchObject({ outcome: { result: 'failed', reason: 'Error' } })
  })

  it('imports nothing when every row has been overtaken', async () => {
    await play('load-region', input, {
      'stage-file': { ...FROM, rows: 0, left: 3, at: '2026-01-01T00:00:00.000Z' },
    })
    expect(called()).toEqual(['stage-file', 'record-outcome'])
    expect(recorded()).toMatchObject({ outcome: { result: 'applied', processed: 0, left: 3 } })
  })

  it('has the rows sent that a job has left out, call after call, and marks only when none can take effect any more', async () => {
    const refused = { ...job('refused'), failures: 2 }
    const mended = { ...job('mended'), processed: 2, failures: 1, named: 1, left: 1 }
    const halfway = { ...refused, mended: { rows: 1 } }
    const { status } = await play('load-region', input, {
      'check-import': refused,
      'mend-part': [halfway, mended],
    })
    expect(status).toBe('SUCCEEDED')
    expect(called()).toEqual([
      ...['stage-file', 'start-import', 'check-import', 'mend-part', 'mend-part', 'mark-touched'],
      'record-outcome',
    ])
    const parts = calls.filter(({ name }) => name === 'mend-part').map(({ payload }) => payload)
    expect(parts).toEqual(
      [refused, halfway].map((progress) => ({
        ...{ ...input, part: 1, slice: 0, from: ANSWERS['stage-file'], import: progress },
      })),
    )
    expect(recorded()).toMatchObject({
      outcome: { result: 'applied', processed: 2, failures: 1, named: 1, left: 1 },
    })
    expect((calledAt('mark-touched') ?? 0) - (calledAt('mend-part') ?? 0)).toBe(30_000)
  })

  it('imports a long file slice by slice where its job has left out rows, and counts each row once', async () => {
    const at = '2026-01-01T00:00:00.000Z'
    const whole = { ...FROM, rows: 5, left: 1, at, more: true }
    const slice = (rows: number, left: number, moreSlices: boolean) => ({ ...whole, rows, left, moreSlices })
    const done = (processed: number) => ({ ...job('done'), processed })
    await play('load-region', input, {
      'stage-file': [
        ...[whole, slice(2, 0, true), slice(0, 2, true), slice(2, 0, false)],
        { ...FROM, rows: 4, left: 0, at, more: false },
      ],
      'check-import': [{ ...job('split'), processed: 5, failures: 2 }, done(2), job('refused'), done(4)],
      'mend-part': { ...job('mended'), processed: 2, failures: 1, named: 1, left: 0 },
    })
    const staged = calls.filter(({ name }) => name === 'stage-file').map(({ payload }) => payload)
    expect(staged).toMatchObject([
      ...[0, 1, 2, 3].map((each) => ({ part: 1, slice: each })),
      { part: 2, slice: 0 },
    ])
    // What the whole file's job may have brought back is marked before the slices leave it out.
    expect(called().slice(0, 5)).toEqual([
      ...['stage-file', 'start-import', 'check-import', 'mark-touched', 'stage-file'],
    ])
    expect(recorded()).toMatchObject({
      outcome: { result: 'applied', processed: 2 + 2 + 4, failures: 1, named: 1, left: 2 },
    })
  })

  it('fails for the Region’s own reason where the rows are not taken for now', async () => {
    const down = Object.assign(new Error('no answer'), { name: 'TimeoutError' })
    await play('load-region', input, { 'check-import': job('refused'), 'mend-part': down })
    expect(called().slice(-2)).toEqual(['mark-touched', 'record-outcome'])
    expect(recorded()).toMatchObject({ outcome: { result: 'failed', reason: 'TimeoutError' } })
  })

  it('has nothing to mark when no file was staged', async () => {
    await play('load-region', input, { 'stage-file': new Error('down') })
    expect(called().at(-1)).toBe('record-outcome')
    expect(called()).not.toContain('mark-touched')
  })
})
