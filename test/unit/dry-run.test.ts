import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import { OutOfTime } from '../../shared/destinations/pace.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { reportOf } from '../../shared/ledger/report.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { Run } from '../../shared/ledger/runs.ts'
import { forecastRegion } from '../../shared/sync/dry-run/forecast-region.ts'
import type { ForecastTask } from '../../shared/sync/dry-run/forecast-region.ts'
import { loadOf } from '../../shared/sync/dry-run/load-of.ts'
import { sampleRows } from '../../shared/sync/dry-run/sample-rows.ts'
import type { Prepare } from '../../shared/sync/drop/prepared.ts'
import { closeRun } from '../../shared/sync/close-run.ts'
import { openDrop, runOf, sourceOf } from '../../shared/sync/open-run.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import { prepareFile } from '../../shared/sync/drop/prepare-file.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryTable } from './memory-table.ts'

const REGION = 'eu-west-1'
const DROPPED = '2026-06-01T00:00:00.000Z'
const DROP: Drop = { bucket: 'drops', key: 'dry-run/a.csv', version: 'v1', droppedAt: DROPPED }

const row = (Id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  ...{ Id, Address: `${Id}@example.com`, ChannelType: 'EMAIL' },
  ...more,
})
const rows = (count: number, more?: Partial<Endpoint>) =>
  Array.from({ length: count }, (_, at) => row(`e${at}`, more))

const open = (prepared: readonly Endpoint[], there: readonly Endpoint[] = []) => {
  const table = memoryTable()
  const { files } = memoryFiles(
    new Map([
      ['work/runs/r/import/part-00001.json', prepared.map((each) => `${JSON.stringify(each)}\n`).join('')],
    ]),
  )
  const stored = new Map(there.map((each) => [each.Id, each]))
  const memory = laneMemory(table, REGION)
  const task: ForecastTask = {
    ...{ run: 'r', region: REGION, parts: 1, droppedAt: DROPPED, until: Infinity, isAway: true },
    ...{ work: { bucket: 'work', files }, destination: memoryDestination(REGION, stored), memory },
    ...{ consents: consentRegister(table), quota: { perCall: 100, perSecond: 1 } },
  }
  return { task, table, memory, stored }
}

describe('the forecast of one Region', () => {
  it('tells what is new from what is another, what is the same and what is left out', async () => {
    const { task, table, memory, stored } = open(
      [row('new'), row('other', { Location: { City: 'Bern' } }), row('same'), row('gone'), row('out')],
      [row('other'), row('same'), row('out', { OptOut: 'NONE' })],
    )
    const gone: Sent = { fingerprint: '', state: 'applied', fence: 0, fields: [], at: DROPPED, keys: [] }
    await memory.note({ sent: new Map([['gone', gone]]) })
    await consentRegister(table).note('out', { value: 'ALL', at: DROPPED })
    const [ledger, region] = [new Map(table.rows), new Map(stored)]
    expect(await forecastRegion(task)).toMatchObject({
      ...{ region: REGION, how: 'exact' },
      effects: { adds: 1, changes: 2, same: 1, left: 1 },
      load: { rows: 5, jobs: 1, byCalls: { calls: 1 } },
    })
    expect(new Map(table.rows)).toEqual(ledger)
    expect(stored).toEqual(region)
  })

  it('is estimated from a sample where there are more rows, and says how far off that may be', async () => {
    const { task } = open(rows(4_000), rows(1_000))
    const { how, effects, sample } = await forecastRegion({ ...task, most: 400 })
    expect([how, sample]).toEqual(['estimated', { rows: 400, within: 196 }])
    const { adds = 0, same = 0 } = effects ?? {}
    expect(adds + same).toBe(4_000)
    expect(Math.abs(adds - 3_000)).toBeLessThan(196)
  })

  it('is made of what could be looked at in time, and says why there is no more', async () => {
    const { task } = open(rows(50))
    let reads = 0
    const read = () => (reads++ < 10 ? Promise.resolve(undefined) : Promise.reject(new OutOfTime('late')))
    expect(await forecastRegion({ ...task, destination: { read } })).toMatchObject({
      ...{ how: 'estimated', effects: { adds: 50 }, sample: { rows: 10, within: 16 } },
      reason: 'OUT_OF_TIME',
    })
  })

  it('is unknown where the Region does not answer, and the load is told all the same', async () => {
    const { task } = open(rows(3))
    const read = () => Promise.reject(new TypeError('ada@example.com'))
    const forecast = await forecastRegion({ ...task, destination: { read } })
    expect(forecast).toMatchObject({ how: 'unknown', reason: 'TypeError', load: { rows: 3 } })
    expect(forecast.effects).toBeUndefined()
    expect(JSON.stringify(forecast)).not.toContain('ada')
  })

  it('fails where an import file is gone', async () => {
    await expect(forecastRegion({ ...open([]).task, parts: 2 })).rejects.toThrow('no longer')
  })
})

describe('a sample of rows', () => {
  it('is as evenly spread as chance, whatever the pattern of the file', async () => {
    const mixed = rows(10_000).map((each, at) => (at % 2 ? { ...each, ChannelType: 'SMS' as const } : each))
    const { rows: some, total } = await sampleRows(Readable.from(mixed), 1_000)
    expect([total, some.length]).toEqual([10_000, 1_000])
    const sms = (part: readonly Endpoint[]) => part.filter(({ ChannelType }) => ChannelType === 'SMS').length
    expect(Math.abs(sms(some) - 500)).toBeLessThan(50)
    expect(Math.abs(sms(some.slice(0, 200)) - 100)).toBeLessThan(22)
    const firstHalf = some.filter(({ Id }) => Number(Id.slice(1)) < 5_000).length
    expect(Math.abs(firstHalf - 500)).toBeLessThan(50)
  })

  it('is the same whatever the order of the rows', async () => {
    const [there, back] = await Promise.all(
      [rows(3_000), rows(3_000).reverse()].map((all) => sampleRows(Readable.from(all), 100)),
    )
    expect(there).toEqual(back)
  })

  it('is all rows of a short file', async () => {
    expect((await sampleRows(Readable.from(rows(7)), 100)).rows).toHaveLength(7)
  })
})

describe('what a load takes', () => {
  const million = { rows: 1_000_000, bytes: 1024 ** 3, jobs: 2, quota: { perCall: 100, perSecond: 1.4 } }

  it('is counted in jobs, in calls and minutes of the documented quota, and in money', () => {
    expect(loadOf({ ...million, isAway: true })).toMatchObject({
      jobs: 2,
      byCalls: { calls: 10_000, minutes: 119.1 },
      cost: { usd: 0.415 },
    })
    expect(loadOf({ ...million, isAway: false }).cost.usd).toBe(0.375)
  })

  it('leaves open what is not documented', () => {
    expect(loadOf({ ...million, quota: undefined, isAway: false })).not.toHaveProperty('byCalls')
    expect(loadOf({ ...million, isAway: false }).unknown.join()).toMatch(/throughput is not documented/)
  })
})

describe('preparing a dry run', () => {
  const HEADER = 'Id,Address,ChannelType,OptOut\n'
  const prepare = async (content: string, more: Partial<Prepare> = {}) => {
    const { files } = memoryFiles(new Map([['drops/dry-run/a.csv', content]]))
    const table = memoryTable()
    const consents = consentRegister(table)
    await consents.note('known', { value: 'ALL', at: '2026-01-01T00:00:00.000Z' })
    const before = new Map(table.rows)
    const task = {
      ...{ run: 'r', source: { bucket: 'drops', key: 'dry-run/a.csv' }, droppedAt: DROPPED },
      ...{ bucket: 'work', files, consents, isDryRun: true, ...more },
    }
    const prepared = await prepareFile(task)
    expect(new Map(table.rows)).toEqual(before)
    return { prepared, task }
  }

  it('counts who is newly opted out, by whichever row, and tells the register nothing', async () => {
    const body =
      'known,k@example.com,EMAIL,ALL\na,a@example.com,EMAIL,ALL\na,a@example.com,EMAIL,\nb,,EMAIL,ALL\n'
    const { prepared } = await prepare(HEADER + body)
    expect(prepared).toMatchObject({
      state: 'done',
      file: { rows: 4, accepted: 2, rejected: 1, superseded: 1, newOptOuts: 2 },
    })
    expect(prepared).not.toHaveProperty('file.wouldBeHeld')
  })

  it('says that the file would be held, and goes on', async () => {
    const odd = Array.from(
      { length: 200 },
      (_, at) => `e${at},e${at}@example.com,${at % 2 ? 'EMAIL' : 'FAX'},\n`,
    )
    const { prepared, task } = await prepare(HEADER + odd.join(''), { hasTime: () => false })
    expect(prepared).toMatchObject({ state: 'unfinished', from: { counts: { wouldBeHeld: 'MANY_REJECTS' } } })
    const from = prepared.state === 'unfinished' ? prepared.from : undefined
    const next = await prepareFile({ ...task, hasTime: () => true, ...(from && { from }) })
    expect(next).toMatchObject({
      state: 'done',
      file: { rows: 200, accepted: 100, rejected: 100, wouldBeHeld: 'MANY_REJECTS' },
    })
  })
})

describe('the run of a dry run', () => {
  it('owes no Region anything, and reports each Region as it was foreseen, or that it was not', async () => {
    const ledger = runs(memoryTable())
    const run = runOf(DROP)
    await openDrop(ledger, DROP, ['us-east-1', REGION], 'arn')
    for (const region of ['us-east-1', REGION]) expect(await ledger.owed(region)).toEqual([])
    expect(await sourceOf(ledger, run)).toMatchObject({ isDryRun: true, isReleased: false })
    expect(await sourceOf(ledger, run)).toMatchObject({ droppedAt: DROPPED })
    await ledger.note({ ...(await ledger.get(run)), file: { ...COUNTS, rejected: 1 } })
    const effects = { adds: 1, changes: 2, same: 0, left: 0 }
    await ledger.foresee(run, { region: REGION, how: 'exact', effects })
    const { files } = memoryFiles()
    const report = await closeRun(run, { ledger, files, bucket: 'work', now: DROPPED })
    expect(report).toMatchObject({ door: 'dry-run', verdict: 'dry-run', regions: [] })
    expect(report.forecasts).toEqual([
      { region: 'us-east-1', how: 'unknown', reason: 'NOT_LOOKED_AT' },
      { region: REGION, how: 'exact', effects },
    ])
  })

  it('of a file that cannot be taken says so', () => {
    const file = { code: 'EMPTY_FILE', message: 'empty' }
    const run: Run = { run: 'r', door: 'dry-run', openedAt: DROPPED, regions: [REGION], source: {}, file }
    expect(reportOf(run, []).verdict).toBe('refused')
  })
})

const COUNTS = { rows: 4, accepted: 3, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }
