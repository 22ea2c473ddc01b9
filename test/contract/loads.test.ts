import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportOf } from '../../shared/ledger/report.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { FileCounts, RegionOutcome, Runs } from '../../shared/ledger/runs.ts'
import { closeRun } from '../../shared/sync/close-run.ts'
import { BehindOlderRun, recordOutcome, turnIn } from '../../shared/sync/load/load-region.ts'
import { noteFile, openCopy, openDrop, runOf } from '../../shared/sync/open-run.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import { settleOwed } from '../../shared/sync/load/settle-owed.ts'
import type { ExecutionState } from '../../shared/sync/load/settle-owed.ts'
import { memoryFiles } from '../unit/memory-files.ts'
import { openLedger } from './open-ledger.ts'
import type { OpenLedger } from './open-ledger.ts'

const REGIONS = ['us-east-1', 'us-west-2']
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const drop = (version: string, minute: number): Drop => ({
  bucket: 'b',
  key: 'k',
  version,
  droppedAt: at(minute),
})
/** The copy of one tick, made by one execution. */
const task = {
  slot: at(5),
  execution: 'arn:copy:1',
  primary: 'us-east-1',
  standby: 'us-west-2',
  bucket: 'b',
}
const FILE: FileCounts = { rows: 3, accepted: 3, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }

let opened: OpenLedger
let ledger: Runs
beforeEach(async () => {
  opened = await openLedger()
  ledger = runs(opened.table)
})
afterEach(() => opened.close())

const open = async (version: string, minute: number): Promise<string> => {
  await openDrop(ledger, drop(version, minute), REGIONS, `arn:csv-drop:${version}`)
  const run = runOf(drop(version, minute))
  await noteFile(ledger, run, FILE)
  return run
}

const outcome = (region: string, more: Partial<RegionOutcome> = {}): RegionOutcome => ({
  ...{ region, result: 'applied', processed: 3, failures: 0, left: 0, attempt: 1, at: at(10) },
  ...more,
})
const failure = (region: string, attempt = 1) =>
  outcome(region, { result: 'failed', reason: 'TimeoutError', processed: 0, attempt, at: at(10) })

const settle = async (now: string, state: ExecutionState = 'ended') => {
  const begun: string[] = []
  const counts = await settleOwed({
    ledger,
    regions: REGIONS,
    now,
    stateOf: () => Promise.resolve(state),
    loadArn: (name) => `arn:load-region:${name}`,
    load: (name) => Promise.resolve(begun.push(name)),
  })
  return { ...counts, begun }
}

describe('a drop', () => {
  it('is owed to every Region from the moment it is opened, once however often its event comes', async () => {
    const run = await open('v1', 1)
    await recordOutcome(ledger, run, outcome('us-east-1'))
    await open('v1', 1)
    expect(await ledger.owed('us-east-1')).toEqual([])
    expect(await ledger.owed('us-west-2')).toMatchObject([{ run, state: 'loading', attempts: 1 }])
  })

  it('has its turn after those dropped before it, and not before', async () => {
    const first = await open('v1', 1)
    const second = await open('v2', 2)
    expect(await turnIn(ledger, first, 'us-west-2')).toBe('go')
    expect(await turnIn(ledger, second, 'us-west-2')).toBe('busy')
    await recordOutcome(ledger, first, outcome('us-west-2'))
    expect(await turnIn(ledger, second, 'us-west-2')).toBe('go')
    expect(await turnIn(ledger, second, 'us-east-1')).toBe('busy')
  })

  it('does not wait in an execution behind one that has failed', async () => {
    const first = await open('v1', 1)
    const second = await open('v2', 2)
    await recordOutcome(ledger, first, failure('us-west-2'))
    await expect(turnIn(ledger, second, 'us-west-2')).rejects.toThrow(BehindOlderRun)
  })
})

describe('what is owed', () => {
  it('is tried again under the next name, each Region by itself, ever more rarely', async () => {
    const run = await open('v1', 1)
    await recordOutcome(ledger, run, outcome('us-east-1'))
    await recordOutcome(ledger, run, failure('us-west-2'))
    expect((await settle(at(10))).begun).toEqual([])
    expect((await settle(at(11))).begun).toEqual([`${run}-us-west-2-2`])
    expect((await settle(at(11), 'running')).begun).toEqual([])
    await recordOutcome(ledger, run, failure('us-west-2', 9))
    expect((await settle(at(30))).begun).toEqual([])
    expect((await settle(at(32))).begun).toEqual([`${run}-us-west-2-10`])
    await recordOutcome(ledger, run, outcome('us-west-2', { attempt: 10 }))
    expect((await settle(at(99))).owed).toBe(0)
  })

  it('is caught up in one go, oldest first, whatever those behind have failed meanwhile', async () => {
    const runsOwed = [await open('v1', 1), await open('v2', 2), await open('v3', 3)]
    for (const [index, run] of runsOwed.entries()) {
      await recordOutcome(ledger, run, outcome('us-east-1'))
      await recordOutcome(ledger, run, failure('us-west-2', 1 + index * 5))
    }
    expect((await settle(at(11))).begun).toEqual(
      runsOwed.map((run, index) => `${run}-us-west-2-${2 + index * 5}`),
    )
  })

  it('is given up when the Region has failed its job five times, or refuses it, and no longer stands in the way', async () => {
    const [first, second] = [await open('v1', 1), await open('v2', 2)]
    await recordOutcome(ledger, first, { ...failure('us-west-2', 4), reason: 'JOB_FAILED' })
    await expect(turnIn(ledger, second, 'us-west-2')).rejects.toThrow(BehindOlderRun)
    await recordOutcome(ledger, first, { ...failure('us-west-2', 5), reason: 'JOB_FAILED' })
    expect(await turnIn(ledger, second, 'us-west-2')).toBe('go')
    await recordOutcome(ledger, second, { ...failure('us-west-2'), reason: 'BadRequestException' })
    expect(await ledger.owed('us-west-2')).toEqual([])
  })

  it('is taken up when its attempt has ended without a word, and left while it may still be begun', async () => {
    const run = await open('v1', 1)
    expect((await settle(at(20), 'running')).begun).toEqual([])
    expect((await settle(at(20), 'unknown')).begun).toEqual([])
    expect((await settle(at(20), 'ended')).begun).toEqual([`${run}-us-east-1-2`, `${run}-us-west-2-2`])
    expect((await settle(at(23), 'unknown')).begun).toEqual([])
    expect((await settle(at(25), 'unknown')).begun).toHaveLength(2)
  })

  it('is left for an hour to whoever was to begin it first', async () => {
    await open('v1', 1)
    expect((await settle(at(60), 'unknown')).begun).toEqual([])
    expect((await settle(at(62), 'unknown')).begun).toHaveLength(2)
  })

  it('is not written back by who saw it before it was settled', async () => {
    const run = await open('v1', 1)
    const begun: string[] = []
    const task = {
      ...{ ledger, regions: ['us-west-2'], now: at(20), loadArn: (name: string) => name },
      // The load ends between the look at the ledger and the look at the execution.
      stateOf: async () => {
        await recordOutcome(ledger, run, outcome('us-west-2'))
        return 'ended' as const
      },
      load: (name: string) => Promise.resolve(begun.push(name)),
    }
    await settleOwed(task)
    expect(begun).toEqual([])
    expect(await ledger.owed('us-west-2')).toEqual([])
  })

  it('is not set back by the late word of an earlier attempt', async () => {
    const run = await open('v1', 1)
    await recordOutcome(ledger, run, failure('us-west-2'))
    await settle(at(11))
    await recordOutcome(ledger, run, failure('us-west-2', 1))
    expect(await ledger.owed('us-west-2')).toMatchObject([{ state: 'loading', attempts: 2 }])
  })

  it('is no more when there is nothing to load', async () => {
    const run = runOf(drop('v1', 1))
    await openDrop(ledger, drop('v1', 1), REGIONS, 'arn')
    await noteFile(ledger, run, { code: 'EMPTY_FILE', message: 'the file is empty' })
    const close = { ledger, files: memoryFiles().files, bucket: 'work', now: at(2) }
    expect(await closeRun(run, close)).toMatchObject({ verdict: 'refused' })
    expect((await Promise.all(REGIONS.map((region) => ledger.owed(region)))).flat()).toEqual([])
  })

  it('goes when the files are gone, and with a copy that failed, which the next one makes up for', async () => {
    const run = await open('v1', 1)
    await recordOutcome(ledger, run, { ...failure('us-west-2'), reason: 'FilesGone' })
    const copy = await openCopy(ledger, task, at(5))
    expect(await ledger.owed('us-west-2')).toMatchObject([{ run: copy.run }])
    await recordOutcome(ledger, copy.run, failure('us-west-2'))
    expect(await ledger.owed('us-west-2')).toEqual([])
  })
})

describe('a copy', () => {
  it('is the one execution’s that claimed its tick, also when that asks again', async () => {
    expect(await openCopy(ledger, task, at(5))).toMatchObject({ opened: true })
    expect(await openCopy(ledger, task, at(6))).toMatchObject({ opened: true })
    expect(await openCopy(ledger, { ...task, execution: 'arn:copy:2' }, at(6))).toMatchObject({
      opened: false,
    })
    expect(await ledger.owed('us-west-2')).toMatchObject([{ openedAt: at(5) }])
  })

  it('that died stands in nobody’s way', async () => {
    await openCopy(ledger, task, at(5))
    const later = await open('v9', 9)
    expect(await turnIn(ledger, later, 'us-west-2')).toBe('busy')
    await settle(at(20), 'ended')
    expect(await ledger.owed('us-west-2')).toMatchObject([{ run: later }])
    expect(await turnIn(ledger, later, 'us-west-2')).toBe('go')
  })
})

describe('a copy and what a Region is owed', () => {
  it('waits for a load that is under way, and not for one that has failed', async () => {
    const run = await open('v1', 1)
    const copy = await openCopy(ledger, task, at(5))
    expect(await turnIn(ledger, copy.run, 'us-west-2')).toBe('busy')
    await recordOutcome(ledger, run, failure('us-west-2'))
    expect(await turnIn(ledger, copy.run, 'us-west-2')).toBe('go')
  })
})

describe('a report', () => {
  const run = {
    run: 'r',
    door: 'csv-drop' as const,
    openedAt: at(1),
    regions: REGIONS,
    source: {},
    file: FILE,
  }
  const verdict = (outcomes: RegionOutcome[], file: FileCounts = FILE) =>
    reportOf({ ...run, file }, outcomes).verdict

  it('is complete only when every Region meant has taken every row', () => {
    const both = REGIONS.map((region) => outcome(region))
    expect(verdict(both)).toBe('complete')
    expect(verdict(both, { ...FILE, rejected: 1 })).toBe('complete-with-rejects')
    expect(verdict(both.slice(1))).toBe('partial')
    expect(verdict([...both.slice(1), outcome('us-east-1', { processed: 2 })])).toBe('partial')
    expect(verdict([...both.slice(1), outcome('us-east-1', { failures: 1 })])).toBe('partial')
    expect(verdict([...both.slice(1), failure('us-east-1')])).toBe('partial')
    expect(verdict([], { ...FILE, accepted: 0, rejected: 3 })).toBe('complete-with-rejects')
    expect(verdict([...both.slice(1), outcome('us-east-1', { processed: 1, left: 2 })])).toBe('complete')
    expect(verdict(both, { ...FILE, tableOwned: 5, behind: 1 })).toBe('partial')
  })

  it('tells of refused rows how many are named, and why where none are', async () => {
    const id = await open('v1', 1)
    await recordOutcome(ledger, id, outcome('us-east-1', { failures: 1, named: 1 }))
    await recordOutcome(ledger, id, outcome('us-west-2', { failures: 1, named: 0 }))
    const { regions, verdict: said } = reportOf(await ledger.get(id), await ledger.outcomes(id))
    expect(said).toBe('partial')
    expect(regions).toMatchObject([
      { region: 'us-east-1', result: 'applied', failures: 1, named: 1 },
      { region: 'us-west-2', result: 'applied', failures: 1, reason: 'TOO_MANY_ROWS_TO_NAME' },
    ])
    expect(regions[0]).not.toHaveProperty('reason')
    expect(regions[1]).not.toHaveProperty('named')
  })

  it('names a Region of which nothing was heard', () => {
    expect(reportOf(run, [outcome('us-west-2')]).regions).toMatchObject([
      { region: 'us-east-1', result: 'failed', reason: 'NOT_LOADED' },
      { region: 'us-west-2', result: 'applied' },
    ])
  })
})
