import { beforeEach, describe, expect, it } from 'vitest'
import type { LaneView } from '../../shared/ledger/lane-turns.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { Runs } from '../../shared/ledger/runs.ts'
import { turnIn } from '../../shared/sync/load/load-region.ts'
import { openBacklogs } from '../../shared/sync/backlog/open-backlog.ts'
import type { BacklogFigures, LoadBacklog } from '../../shared/sync/backlog/open-backlog.ts'
import { openDrop, runOf } from '../../shared/sync/open-run.ts'
import { settleOwed } from '../../shared/sync/load/settle-owed.ts'
import type { ExecutionState } from '../../shared/sync/load/settle-owed.ts'
import { memoryTable } from './memory-table.ts'

const REGIONS = ['us-east-1', 'us-west-2']
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const RUN = 'backlog-20260101000500000-us-west-2'
const CALM: LaneView = { isPaused: false, wantedUntil: 0, handover: undefined }
const drop = { bucket: 'b', key: 'k', version: 'v', droppedAt: at(1) }

let ledger: Runs
/** Messages in the bulk lane, and what is seen of the lane, of us-west-2. */
let depth: number
let view: LaneView
let states: Map<string, ExecutionState>
let started: { name: string; input: LoadBacklog }[]
let reported: Map<string, BacklogFigures>
beforeEach(() => {
  ledger = runs(memoryTable())
  depth = 500
  view = CALM
  states = new Map()
  started = []
  reported = new Map()
})

const tick = (minute = 5) =>
  openBacklogs({
    ledger,
    regions: REGIONS,
    slot: at(minute),
    now: at(minute),
    threshold: 50_000,
    depthOf: (region) => Promise.resolve(region === 'us-west-2' ? depth : 3),
    viewOf: () => Promise.resolve(view),
    stateOf: (execution) => Promise.resolve(states.get(execution) ?? 'unknown'),
    arnOf: (name) => `arn:${name}`,
    start(name, input) {
      if (!started.some((each) => each.name === name)) started.push({ name, input })
      states.set(`arn:${name}`, 'running')
      return Promise.resolve()
    },
    report: (region, figures) => void reported.set(region, figures),
  })

describe('a backlog', () => {
  it('is opened, owed and started where the markers may stand for as many keys as the threshold', async () => {
    await tick()
    expect(started).toEqual([{ name: `${RUN}-1`, input: { run: RUN, region: 'us-west-2' } }])
    expect(await ledger.get(RUN)).toMatchObject({ door: 'backlog', regions: ['us-west-2'], openedAt: at(5) })
    expect(await ledger.owed('us-west-2')).toMatchObject([{ run: RUN, door: 'backlog', state: 'loading' }])
    expect(await ledger.owed('us-east-1')).toEqual([])
    expect(reported.get('us-west-2')).toEqual({ markers: 500, keys: 50_000, threshold: 50_000, isOpen: true })
    expect(reported.get('us-east-1')).toMatchObject({ markers: 3, isOpen: false })
  })

  it('is opened once, however often the schedule fires', async () => {
    await tick()
    await tick()
    await tick(10)
    expect(started).toHaveLength(1)
    expect(await ledger.owed('us-west-2')).toHaveLength(1)
  })

  it.each<[string, () => void | Promise<void>]>([
    ['is too small', () => void (depth = 499)],
    ['is of a lane that a person has stopped', () => void (view = { ...CALM, isPaused: true })],
    [
      'is of a Region that does not answer',
      () =>
        void (view = {
          ...CALM,
          handover: { breaker: { failures: 3, probeAt: 1 }, leftAt: { ledger: 0, host: 0 } },
        }),
    ],
    ['would wait for a file that is being loaded', () => openDrop(ledger, drop, REGIONS, 'arn:drop')],
  ])('is left to the lane when it %s', async (_what, happen) => {
    await happen()
    await tick()
    expect(started).toEqual([])
    expect(reported.get('us-west-2')?.isOpen).toBe(false)
  })

  it('is started by the next tick when whoever opened it died', async () => {
    await tick()
    states.clear()
    started.length = 0
    await tick(10)
    expect(started).toEqual([{ name: `${RUN}-1`, input: { run: RUN, region: 'us-west-2' } }])
  })

  it('is closed when its execution ended without having done so, and again when that did', async () => {
    await tick()
    for (const [minute, attempt] of [
      [10, 2],
      [15, 3],
    ] as const) {
      states.set(`arn:${RUN}-${attempt - 1}`, 'ended')
      await tick(minute)
      expect(started.at(-1)).toEqual({
        name: `${RUN}-${attempt}`,
        input: { run: RUN, region: 'us-west-2', close: true },
      })
    }
    expect(await ledger.owed('us-west-2')).toMatchObject([{ attempts: 3, execution: `arn:${RUN}-3` }])
  })

  it('is nobody else’s to settle', async () => {
    await tick()
    const settled = await settleOwed({
      ledger,
      regions: REGIONS,
      now: at(600),
      stateOf: () => Promise.resolve('ended'),
      loadArn: (name) => name,
      load: () => Promise.reject(new Error('not to be loaded')),
    })
    expect(settled).toEqual({ owed: 1, begun: 0, troubled: 0 })
    expect(await ledger.owed('us-west-2')).toHaveLength(1)
  })

  it('of one Region is opened although another’s could not be looked at', async () => {
    const whole = ledger
    ledger = {
      ...whole,
      owed: (region) => (region === 'us-east-1' ? Promise.reject(new Error('no')) : whole.owed(region)),
    }
    await expect(tick()).rejects.toThrow('no')
    expect(started).toHaveLength(1)
  })
})

describe('a file that is dropped while a backlog is loaded', () => {
  it('is loaded after it', async () => {
    await tick()
    await openDrop(ledger, { ...drop, droppedAt: at(6) }, REGIONS, 'arn:drop')
    const run = runOf(drop)
    expect(await turnIn(ledger, run, 'us-west-2')).toBe('busy')
    expect(await turnIn(ledger, RUN, 'us-west-2')).toBe('go')
    expect(await turnIn(ledger, run, 'us-east-1')).toBe('go')
  })

  it('holds no backlog up when it has failed before', async () => {
    await openDrop(ledger, drop, REGIONS, 'arn:drop')
    const [debt] = await ledger.owed('us-west-2')
    if (debt) await ledger.begin(debt, { ...debt, state: 'failed' })
    await tick()
    expect(await turnIn(ledger, RUN, 'us-west-2')).toBe('go')
  })
})

it('a run that is closed is not loaded any more', async () => {
  await tick()
  await ledger.note({ ...(await ledger.get(RUN)), closedAt: at(6) })
  await expect(turnIn(ledger, RUN, 'us-west-2')).rejects.toMatchObject({ name: 'RunClosed' })
})
