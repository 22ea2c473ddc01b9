import { Readable } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../shared/ledger/runs.ts'
import type { Runs } from '../../shared/ledger/runs.ts'
import { openDrop, runOf } from '../../shared/sync/open-run.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import { sweepDrops } from '../../shared/sync/drop/sweep-drops.ts'
import { memoryTable } from './memory-table.ts'

const SLOT = '2026-06-01T12:00:00.000Z'
const REGIONS = ['us-east-1', 'eu-west-1']

/** `minutes` before the sweep. */
const drop = (version: string, minutes: number): Drop => ({
  ...{ bucket: 'drops', key: 'drops/a.csv', version },
  droppedAt: new Date(Date.parse(SLOT) - minutes * 60_000).toISOString(),
})

let ledger: Runs
beforeEach(() => {
  ledger = runs(memoryTable())
})

const sweep = async (...pages: readonly (readonly Drop[])[]) => {
  const started: string[] = []
  const start = async (found: Drop) => {
    if (found.version === 'bad') throw new Error('no')
    await openDrop(ledger, found, REGIONS, 'arn')
    started.push(found.version)
  }
  const { found, troubles } = await sweepDrops({ ledger, pages: Readable.from(pages), slot: SLOT, start })
  return { started, found, troubled: troubles.length }
}

describe('a sweep of the drop bucket', () => {
  it('starts what no event has told of, the oldest first, and leaves the young to their events', async () => {
    await openDrop(ledger, drop('heard', 90), REGIONS, 'arn')
    const pages = [[drop('heard', 90), drop('v2', 20), drop('young', 14)], [], [drop('v1', 40)]]
    expect(await sweep(...pages)).toEqual({ started: ['v1', 'v2'], found: 2, troubled: 0 })
    expect(await sweep(...pages)).toEqual({ started: [], found: 0, troubled: 0 })
  })

  it('takes a hundred at a time', async () => {
    const all = Array.from({ length: 130 }, (_, at) => drop(`v${at}`, 30 + at))
    const first = await sweep(all.slice(0, 60), all.slice(60))
    expect([first.found, first.started.length, first.started[0]]).toEqual([130, 100, 'v129'])
    const second = await sweep(all.slice(0, 60), all.slice(60))
    expect([second.found, second.started.at(-1)]).toEqual([30, 'v0'])
  })

  it('goes on where one of them has trouble', async () => {
    const pages = [drop('bad', 50), drop('good', 40)]
    expect(await sweep(pages)).toEqual({ started: ['good'], found: 2, troubled: 1 })
  })

  it('and an event agree on when a file was dropped, so that no debt is left over', async () => {
    const [one, other] = [drop('v1', 30), drop('v1', 29)]
    await Promise.all([one, other].map((each) => openDrop(ledger, each, REGIONS, 'arn')))
    const { openedAt } = await ledger.get(runOf(one))
    for (const region of REGIONS)
      expect((await ledger.owed(region)).map((owed) => owed.openedAt)).toEqual([openedAt])
  })
})
