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

/** A clock that goes on only while somebody waits for it. */
const waits = () => {
  let now = 1_000_000
  const pauses: number[] = []
  const sleep = (ms: number) => {
    pauses.push(ms)
    now += ms
    return Promise.resolve()
  }
  return { pauses, now: () => now, sleep }
}

const open = (waiting = waits()) =>
  pinpointDestination({
    region: IRELAND,
    client: stage.client(IRELAND),
    applicationId: APP,
    roles: { importRole: ROLE, exportRole: ROLE },
    waiting,
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
    const waiting = waits()
    await open(waiting).apply([
      ...Array.from({ length: 350 }, (_, at) => put(email(`e${at}`))),
      ...['a', 'b', 'c', 'd'].map(remove),
    ])
    expect(callsOf('UpdateEndpointsBatch')).toBe(4)
    // Half of 2 a second, and half of 5 a second, after the part of a turn that each had saved up.
    expect(waiting.pauses).toEqual([250, 1_000, 1_000, 100, 400, 400])
  })

  it('begins no call that would come too late, and owes what it has not sent', async () => {
    const waiting = waits()
    const changes = Array.from({ length: 450 }, (_, at) => put(email(`e${at}`)))
    const outcomes = await open(waiting).apply(changes, { until: waiting.now() + 1_500 })
    expect(outcomes.map(({ result }) => result)).toEqual([
      ...Array.from({ length: 300 }, () => 'applied'),
      ...Array.from({ length: 150 }, () => 'failed'),
    ])
    expect(outcomes.slice(300)).toEqual(outcomes.slice(300).map(() => failed('OUT_OF_TIME', 'none')))
    expect(callsOf('UpdateEndpointsBatch')).toBe(3)
    await expect(open(waiting).read('e1', waiting.now())).rejects.toMatchObject({ name: 'OUT_OF_TIME' })
    expect(callsOf('GetEndpoint')).toBe(0)
  })

  it('makes a call that was one too many again by itself, more slowly, and then the next ones', async () => {
    stage.pinpoint.faults.add({
      kind: 'throttled',
      region: IRELAND,
      operation: 'UpdateEndpointsBatch',
      times: 2,
    })
    const waiting = waits()
    const destination = open(waiting)
    const outcomes = await destination.apply(Array.from({ length: 200 }, (_, at) => put(email(`e${at}`))))
    expect(outcomes.every(({ result }) => result === 'applied')).toBe(true)
    expect(destination.pace?.counts()).toEqual({ calls: 4, throttles: 2 })
    expect(waiting.pauses.slice(1)).toEqual([2_000, 4_000])
    // Half, half again, and a twentieth back for each of two answers.
    expect(destination.pace?.state().rate).toBeCloseTo(0.35)
  })

  it.each(['UpdateEndpoint', 'DeleteEndpoint', 'GetEndpoint'] as const)(
    'makes a %s again as well, and gives it up after six times',
    async (operation) => {
      stage.pinpoint.faults.add({ kind: 'throttled', region: IRELAND, operation })
      const destination = open()
      const call = {
        // The Region refuses the batch for its id: it is sent by itself.
        UpdateEndpoint: () => destination.apply([put(email('e${1}'))]),
        DeleteEndpoint: () => destination.apply([remove('a')]),
        GetEndpoint: () => destination.read('a').catch((error: Error) => [failed(error.name, 'none')]),
      }[operation]
      expect(await call()).toEqual([failed('TooManyRequestsException', 'none')])
      expect(destination.pace?.counts()).toEqual({
        calls: operation === 'UpdateEndpoint' ? 7 : 6,
        throttles: 6,
      })
      expect(destination.pace?.state().rate).toBe(1 / 64)
    },
  )

  it('keeps the order of puts and removes', async () => {
    await open().apply([put(email('a')), remove('a'), put(email('b')), remove('c')])
    await stage.pinpoint.settled()
    const held = [...stage.pinpoint.endpoints(IRELAND, APP).all()].map(({ Id }) => Id)
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

  it('says failed of a call that was one too many, certainly without effect, and asks no more', async () => {
    stage.pinpoint.faults.add({ kind: 'throttled', region: IRELAND, operation: 'UpdateEndpointsBatch' })
    const destination = open()
    const outcomes = await destination.apply(Array.from({ length: 300 }, (_, at) => put(email(`e${at}`))))
    expect(outcomes).toEqual(outcomes.map(() => failed('TooManyRequestsException', 'none')))
    expect(destination.pace?.counts()).toEqual({ calls: 6, throttles: 6 })
  })

  it('says failed of an error of its own, with or without effect, and asks no more', async () => {
    for (const isApplied of [false, true]) {
      stage.pinpoint.faults.add({
        kind: 'error',
        region: IRELAND,
        operation: 'UpdateEndpointsBatch',
        applied: isApplied,
        times: 1,
      })
      const destination = open()
      const outcomes = await destination.apply(Array.from({ length: 300 }, (_, at) => put(email(`e${at}`))))
      const reason = 'InternalServerErrorException'
      expect(outcomes.slice(0, 100)).toEqual(outcomes.slice(0, 100).map(() => failed(reason, 'unknown')))
      expect(outcomes.slice(100)).toEqual(outcomes.slice(100).map(() => failed(reason, 'none')))
      expect(destination.pace?.counts()).toEqual({ calls: 1, throttles: 0 })
    }
  })

  it('says failed when the Region gives no answer, without a value in the reason', async () => {
    stage.pinpoint.faults.add({ kind: 'down', region: IRELAND, operation: '*' })
    const outcomes = await open().apply([put(email('secret')), remove('secret')])
    expect(outcomes).toMatchObject([
      { result: 'failed', effect: 'unknown' },
      { result: 'failed', effect: 'none' },
    ])
    expect(JSON.stringify(outcomes)).not.toContain('secret')
    await expect(open().read('secret')).rejects.toThrow()
  })

  it('asks no more after a single one of a refused batch fails', async () => {
    const answer = { kind: 'error', region: IRELAND, operation: 'UpdateEndpoint', times: 1 } as const
    stage.pinpoint.faults.add(answer)
    const outcomes = await open().apply([put(email('a')), put(email('e${1}')), put(email('c'))])
    expect(outcomes).toEqual([
      failed('InternalServerErrorException', 'unknown'),
      failed('InternalServerErrorException', 'none'),
      failed('InternalServerErrorException', 'none'),
    ])
  })

  it('does not take a project that is not there for a removed endpoint', async () => {
    const client = stage.client('eu-west-2')
    const nowhere = pinpointDestination({ ...optionsOf(client), region: 'eu-west-2' })
    expect(await nowhere.apply([put(email('a'))])).toEqual([failed('NotFoundException', 'none')])
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

  it('imports what lies under the prefix', async () => {
    stage.bucket.contents.set(
      'staging/run/import/part-00001.json',
      Buffer.from(`${JSON.stringify(email('a'))}\n{"Id":"b"}\n`),
    )
    const { job } = (await bulk().startImport(from)) as { job: string }
    expect(await finished(() => bulk().checkImport(job))).toEqual({
      state: 'done',
      processed: 2,
      failures: 1,
      failedPieces: 0,
    })
  })

  it('says what has become of an import, whoever started it, and of none that there was none', async () => {
    const file = Buffer.from(`${JSON.stringify(email('a'))}\n`)
    stage.bucket.contents.set('staging/run/import/part-00001.json', file)
    expect(await bulk().findImport(from)).toBeUndefined()
    for (const fault of [
      { kind: 'partial', region: IRELAND, operation: 'ImportJob', pieces: 1, times: 1 },
      { kind: 'stuck', region: IRELAND, operation: 'ImportJob', ms: 100, times: 1 },
    ] as const) {
      stage.pinpoint.faults.add(fault)
      const { job } = (await bulk().startImport(from)) as { job: string }
      expect(await bulk().findImport(from)).toMatchObject({ job, state: 'running' })
      const end =
        fault.kind === 'partial' ? { state: 'failed', failedPieces: 1 } : { state: 'done', failedPieces: 0 }
      const found = await finished(async () => (await bulk().findImport(from)) ?? { state: 'none' })
      expect(found).toMatchObject(end)
    }
    expect(await bulk().findImport({ ...from, prefix: 'staging/other/' })).toBeUndefined()
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
      failedPieces: 0,
    })
    expect([...stage.bucket.contents.keys()]).toEqual(['exports/run/part-00000.gz'])
  })
})
