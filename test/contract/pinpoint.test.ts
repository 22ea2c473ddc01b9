import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wallClock } from '../../local/clock.ts'
import { put, remove } from '../../shared/endpoint/change.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { failed, rejected } from '../../shared/endpoint/outcome.ts'
import { pinpointDestination } from '../../shared/destinations/pinpoint.ts'
import { describeDestination } from './destination.ts'
import { APP, IRELAND, ROLE, openStage } from './pinpoint-emulator-stage.ts'
import type { Stage } from './pinpoint-emulator-stage.ts'

const email = (Id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  Id,
  Address: `${Id}@example.com`,
  ChannelType: 'EMAIL',
  ...more,
})

let stage: Stage
beforeEach(async () => {
  stage = await openStage({ clock: wallClock, applyDelayMs: 5 })
})
afterEach(() => stage.close())

const pauses: number[] = []
const open = () =>
  pinpointDestination({
    region: IRELAND,
    client: stage.client(IRELAND),
    applicationId: APP,
    roles: { importRole: ROLE, exportRole: ROLE },
    waiting: {
      now: () => 0,
      sleep: (ms) => {
        pauses.push(ms)
        return Promise.resolve()
      },
    },
    share: 0.5,
  })

describeDestination('Pinpoint', () =>
  Promise.resolve({
    destination: open(),
    settled: async () => {
      await stage.pinpoint.settled()
      await setTimeout(1)
    },
  }),
)

const callsOf = (operation: string) =>
  stage.authorized.filter((call) => call.includes(`:${operation} `)).length

describe('the Pinpoint destination and its quota', () => {
  it('makes a call of up to a hundred puts, and paces calls to its share of the quota', async () => {
    pauses.length = 0
    await open().apply([
      ...Array.from({ length: 250 }, (_, at) => put(email(`e${at}`))),
      remove('a'),
      remove('b'),
    ])
    expect(callsOf('UpdateEndpointsBatch')).toBe(3)
    // Half of 2 a second, and half of 5 a second; the clock stands still, so waits add up.
    expect(pauses).toEqual([1_000, 2_000, 400])
  })

  it('keeps the order of puts and removes', async () => {
    await open().apply([put(email('a')), remove('a'), put(email('b')), remove('c')])
    await stage.pinpoint.settled()
    const held = [...stage.pinpoint.endpoints(IRELAND, APP)].map(({ Id }) => Id)
    expect(held).toEqual(['b'])
  })
})

describe('the Pinpoint destination and what a Region may answer', () => {
  it('finds the endpoint that the Region refuses; the other 99 go', async () => {
    const endpoints = Array.from({ length: 100 }, (_, at) =>
      put(email(`e${at}`, at === 42 ? { Id: 'e${42}' } : {})),
    )
    const outcomes = await open().apply(endpoints)
    expect(outcomes[42]).toEqual(rejected('BadRequestException'))
    expect(outcomes.filter(({ result }) => result === 'applied')).toHaveLength(99)
    expect(callsOf('UpdateEndpointsBatch')).toBe(1)
  })

  it.each([
    ['throttled', { kind: 'throttled' as const }, 'TooManyRequestsException'],
    ['an error of its own', { kind: 'error' as const }, 'InternalServerErrorException'],
  ])('says failed of %s, and asks no more for the changes behind it', async (_what, fault, reason) => {
    stage.pinpoint.faults.add({ ...fault, region: IRELAND, operation: 'UpdateEndpointsBatch' })
    const outcomes = await open().apply(Array.from({ length: 300 }, (_, at) => put(email(`e${at}`))))
    expect(outcomes).toEqual(outcomes.map(() => failed(reason)))
    expect(callsOf('UpdateEndpointsBatch')).toBeLessThanOrEqual(1)
  })

  it('says failed when the Region gives no answer, without a value in the reason', async () => {
    stage.pinpoint.faults.add({ kind: 'down', region: IRELAND, operation: '*' })
    const outcomes = await open().apply([put(email('secret')), remove('secret')])
    expect(outcomes.map(({ result }) => result)).toEqual(['failed', 'failed'])
    expect(JSON.stringify(outcomes)).not.toContain('secret')
    await expect(open().read('secret')).rejects.toThrow()
  })

  it('does not take a project that is not there for a removed endpoint', async () => {
    const client = stage.client('eu-west-2')
    const nowhere = pinpointDestination({ ...optionsOf(client), region: 'eu-west-2' })
    expect(await nowhere.apply([put(email('a'))])).toEqual([failed('NotFoundException')])
  })
})

const optionsOf = (client: ReturnType<Stage['client']>) => ({
  client,
  applicationId: APP,
  roles: { importRole: ROLE, exportRole: ROLE },
  waiting: { now: () => 0, sleep: () => Promise.resolve() },
  share: 1,
})

describe('the jobs of the Pinpoint destination', () => {
  const from = { bucket: 'drops', prefix: 'staging/run/import/' }
  const bulk = () => {
    const { bulk: jobs } = open()
    if (!jobs) throw new Error('Pinpoint takes files')
    return jobs
  }
  const finished = async (check: () => Promise<{ state: string }>) => {
    let found = await check()
    while (found.state === 'running') {
      await setTimeout(5)
      found = await check()
    }
    return found
  }

  it('imports what lies under the prefix, and adopts the job that a call before it has started', async () => {
    stage.bucket.contents.set(
      'staging/run/import/part-00001.json',
      Buffer.from(`${JSON.stringify(email('a'))}\n{"Id":"b"}\n`),
    )
    const started = await bulk().startImport(from)
    expect(await bulk().startImport(from)).toEqual(started)
    expect(callsOf('CreateImportJob')).toBe(1)
    const { job } = started as { job: string }
    expect(await finished(() => bulk().checkImport(job))).toEqual({
      state: 'done',
      processed: 2,
      failures: 1,
    })
  })

  it('asks for an import again after one that failed', async () => {
    stage.pinpoint.faults.add({
      kind: 'partial',
      region: IRELAND,
      operation: 'ImportJob',
      pieces: 1,
      times: 1,
    })
    stage.bucket.contents.set(
      'staging/run/import/part-00001.json',
      Buffer.from(`${JSON.stringify(email('a'))}\n`),
    )
    const first = (await bulk().startImport(from)) as { job: string }
    expect(await finished(() => bulk().checkImport(first.job))).toMatchObject({ state: 'failed' })
    expect(await bulk().startImport(from)).not.toEqual(first)
  })

  it('says busy when the Region runs as many jobs as it may', async () => {
    stage.pinpoint.faults.add({ kind: 'stuck', region: IRELAND, operation: 'ImportJob' })
    stage.bucket.contents.set('x/1.json', Buffer.from('{}\n'))
    for (const prefix of ['x/', 'x/1']) await bulk().startImport({ bucket: 'drops', prefix })
    expect(await bulk().startImport({ bucket: 'drops', prefix: 'x/1.json' })).toBe('busy')
  })

  it('exports everything under a prefix, and counts it', async () => {
    await open().apply([put(email('a')), put(email('b'))])
    await stage.pinpoint.settled()
    const { job } = (await bulk().startExport({ bucket: 'drops', prefix: 'exports/run/' })) as { job: string }
    expect(await finished(() => bulk().checkExport(job))).toEqual({
      state: 'done',
      processed: 2,
      failures: 0,
    })
    expect([...stage.bucket.contents.keys()]).toEqual(['exports/run/part-00000.gz'])
  })
})
