import { beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../shared/ledger/report.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { FileRefused, Runs } from '../../shared/ledger/runs.ts'
import { closeRun } from '../../shared/sync/close-run.ts'
import { outOfOrdinary } from '../../shared/sync/drop/out-of-ordinary.ts'
import { noteFile, openDrop, runOf, sourceOf } from '../../shared/sync/open-run.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import { releaseDrop } from '../../shared/sync/drop/release-drop.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const REGIONS = ['us-east-1', 'eu-west-1']
const DROP: Drop = { bucket: 'd', key: 'drops/a.csv', version: 'v1', droppedAt: '2026-06-01T00:00:00.000Z' }
const RUN = runOf(DROP)
const HELD: FileRefused = {
  ...{ code: 'MANY_REJECTS', message: 'many' },
  held: { rows: 200, rejected: 50, optOuts: 0 },
}

describe('a file out of the ordinary', () => {
  it.each([
    [{ rows: 100, unfit: 100, optOuts: 0 }, undefined],
    [{ rows: 200, unfit: 40, optOuts: 200 }, undefined],
    [{ rows: 200, unfit: 41, optOuts: 0 }, 'MANY_REJECTS'],
    [{ rows: 1_000, unfit: 0, optOuts: 1_000 }, undefined],
    [{ rows: 2_000, unfit: 0, optOuts: 1_000 }, undefined],
    [{ rows: 2_000, unfit: 400, optOuts: 1_001 }, 'MANY_OPT_OUTS'],
  ])('is one of %j: %s', (counts, code) => {
    expect(outOfOrdinary(counts)?.code).toBe(code)
  })
})

describe('a file that is held', () => {
  const { files, objects } = memoryFiles()
  let ledger: Runs
  const closeAt = (now: string) => ({ ledger, files, bucket: 'work', now })
  const start = (drop: Drop) => openDrop(ledger, drop, REGIONS, 'arn')
  const decide = (release: boolean, now = '2026-06-03T00:00:00.000Z') =>
    releaseDrop({ run: RUN, release }, closeAt(now), start)
  const report = () => JSON.parse(objects.get(`work/reports/${RUN}/report.json`) ?? '') as Report

  beforeEach(async () => {
    ledger = runs(memoryTable())
    await start(DROP)
    await noteFile(ledger, RUN, HELD)
    await closeRun(RUN, closeAt('2026-06-01T00:05:00.000Z'))
  })

  it('is reported with the counts and why, and keeps no later file waiting', async () => {
    expect(report()).toMatchObject({ verdict: 'held', file: HELD, regions: [] })
    for (const region of REGIONS) expect(await ledger.owed(region)).toEqual([])
  })

  it('is loaded by a run of its own as of the moment of its release, once', async () => {
    const answer = await decide(true)
    expect(answer).toEqual({ verdict: 'held', released: `${RUN}-released` })
    expect(await decide(true, '2026-06-04T00:00:00.000Z')).toEqual(answer)
    const { bucket, key, version } = DROP
    expect(await sourceOf(ledger, `${RUN}-released`)).toEqual({
      ...{ source: { bucket, key, version }, isReleased: true, isDryRun: false },
      droppedAt: '2026-06-03T00:00:00.000Z',
    })
    expect(report().file).toMatchObject({ held: { released: `${RUN}-released` } })
    for (const region of REGIONS) expect(await ledger.owed(region)).toHaveLength(1)
    await expect(decide(false)).rejects.toThrow('released already')
  })

  it('is refused for good', async () => {
    expect(await decide(false)).toEqual({ verdict: 'refused' })
    expect(report()).toMatchObject({ verdict: 'refused', file: { code: 'REFUSED' } })
    await expect(decide(true)).rejects.toThrow('holds no file')
    expect(await ledger.find(`${RUN}-released`)).toBeUndefined()
  })

  it('is the only one that there is something to decide of', async () => {
    await noteFile(ledger, RUN, { code: 'EMPTY_FILE', message: 'empty' })
    await expect(decide(true)).rejects.toThrow('holds no file')
    await expect(releaseDrop({ run: 'csv-0', release: true }, closeAt(''), start)).rejects.toThrow('no run')
  })
})
