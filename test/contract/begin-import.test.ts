import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wallClock } from '../../local/clock.ts'
import type { Bulk, Place, Started } from '../../shared/destinations/destination.ts'
import { pinpointDestination } from '../../shared/destinations/pinpoint.ts'
import { importIntents } from '../../shared/ledger/import-intents.ts'
import type { Table } from '../../shared/ledger/table.ts'
import { beginImport } from '../../shared/sync/load/begin-import.ts'
import { memoryTable } from '../unit/memory-table.ts'
import { openLedger } from './open-ledger.ts'
import { APP, IRELAND, ROLE, openStage } from './pinpoint-emulator-stage.ts'
import type { Stage } from './pinpoint-emulator-stage.ts'

type Jobs = Pick<Bulk, 'startImport' | 'findImport'>

/** A Region with its jobs, and the ledger of whoever starts them. */
interface World {
  readonly table: Table
  readonly jobs: Jobs
  /** Jobs that there have ever been. */
  created(): number
  close(): Promise<void>
}

const LOAD = { run: 'r', region: IRELAND, attempt: 1, part: 1, slice: 0 }
const FROM: Place = { bucket: 'drops', prefix: 'staging/r/1/1/' }

const inMemory = (): Promise<World> => {
  const ids: string[] = []
  return Promise.resolve({
    table: memoryTable(),
    jobs: {
      startImport: () => Promise.resolve({ job: `j${ids.push('')}` }),
      findImport: () =>
        Promise.resolve(
          ids.length > 0
            ? { job: 'j1', state: 'running', processed: 0, failures: 0, failedPieces: 0 }
            : undefined,
        ),
    },
    created: () => ids.length,
    close: () => Promise.resolve(),
  })
}

const jobsOn = (stage: Stage): Jobs => {
  const { bulk } = pinpointDestination({
    ...{ region: IRELAND, client: stage.client(IRELAND), applicationId: APP, share: 1 },
    roles: { importRole: ROLE, exportRole: ROLE },
    waiting: { now: () => 0, sleep: () => Promise.resolve() },
  })
  if (!bulk) throw new Error('Pinpoint takes files')
  return bulk
}

const arnOf = (app: string) => `arn:aws:mobiletargeting:${IRELAND}:000000000000:apps/${app}`

const callsOf = (stage: Stage, operation: string) =>
  stage.authorized.filter((call) => call.includes(`:${operation} `)).length

const onPinpoint = async (): Promise<World> => {
  const [stage, ledger] = await Promise.all([openStage({ clock: wallClock }), openLedger()])
  stage.bucket.contents.set(`${FROM.prefix}part-00001.json`, Buffer.from('{"Id":"a"}\n'))
  return {
    table: ledger.table,
    jobs: jobsOn(stage),
    created: () => callsOf(stage, 'CreateImportJob'),
    close: async () => {
      await stage.close()
      await ledger.close()
    },
  }
}

class Died extends Error {
  override readonly name = 'Died'
}

/** Each call to the outside is a step: it dies `before` the nth is done, or `after` it, without having seen the answer. */
const mortal = (dies?: { readonly at: number; readonly when: 'before' | 'after' }) => {
  let steps = 0
  const of = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, property, receiver) {
        const member: unknown = Reflect.get(from, property, receiver)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          steps += 1
          const isLast = steps === dies?.at
          if (dies && steps >= dies.at && !(isLast && dies.when === 'after')) throw new Died('it has died')
          const answer: unknown = await (member as (...all: unknown[]) => unknown).apply(from, args)
          if (isLast) throw new Died('it has died')
          return answer
        }
      },
    })
  return { of, steps: () => steps }
}

/** A life of start-import; the ledger's time stands where the test puts it. */
const lifeIn = (world: World) => {
  const clock = { ms: 0 }
  const adopted: string[] = []
  const live = async (dies?: Parameters<typeof mortal>[0]): Promise<{ started: Started; steps: number }> => {
    const { of, steps } = mortal(dies)
    const started = await beginImport({
      ...{ load: LOAD, from: FROM, intents: importIntents(of(world.table)), bulk: of(world.jobs) },
      turn: () => Promise.resolve('go'),
      time: () => Promise.resolve(clock.ms),
      adopted: () => adopted.push('adopted'),
    })
    return { started, steps: steps() }
  }
  /** As the machine does: asks again until it is not told to come later. */
  const livesOn = async (): Promise<Started> => {
    for (;;) {
      const { started } = await live()
      if (started !== 'busy') return started
      clock.ms += 10_000
      if (clock.ms > 1_000_000) throw new Error('it is busy for ever')
    }
  }
  return { clock, adopted, live, livesOn }
}

describe.each([
  ['a Region in memory', inMemory],
  ['the Pinpoint emulator', onPinpoint],
])('an Import Job in %s', (_what, open) => {
  let world: World
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  it('is created once, and found by its id whenever it is asked for again', async () => {
    const { live } = lifeIn(world)
    const { started, steps } = await live()
    expect(started).toEqual({ job: expect.any(String) as string })
    // The ledger is asked and told, the job is created and noted.
    expect(steps).toBe(4)
    expect(await live()).toEqual({ started, steps: 1 })
    expect(world.created()).toBe(1)
  })

  it.each([
    ...[1, 2, 3, 4].map((at) => ({ at, when: 'before' }) as const),
    ...[1, 2, 3, 4].map((at) => ({ at, when: 'after' }) as const),
  ])('is one, and known, where a life ends $when step $at', async (dies) => {
    const { live, livesOn, adopted } = lifeIn(world)
    await expect(live(dies)).rejects.toThrow(Died)
    const isCreated = world.created() === 1
    const isNoted = dies.at === 4 && dies.when === 'after'
    const started = await livesOn()
    expect(world.created()).toBe(1)
    expect(adopted).toHaveLength(isCreated && !isNoted ? 1 : 0)
    expect(await livesOn()).toEqual(started)
    expect(await importIntents(world.table).find(LOAD)).toMatchObject(started as object)
  })

  it('is one, wherever whoever adopts it dies as well', async () => {
    for (const dies of [1, 2, 3].flatMap((at) => [
      { at, when: 'before' } as const,
      { at, when: 'after' } as const,
    ])) {
      await world.close()
      world = await open()
      const { live, livesOn } = lifeIn(world)
      await expect(live({ at: 3, when: 'after' })).rejects.toThrow(Died)
      await expect(live(dies)).rejects.toThrow(Died)
      await livesOn()
      expect(world.created()).toBe(1)
    }
  })

  it('is left to somebody who may just be asking for it, and asked for again when he can be no more', async () => {
    const { clock, live } = lifeIn(world)
    await expect(live({ at: 3, when: 'before' })).rejects.toThrow(Died)
    clock.ms = 89_000
    expect((await live()).started).toBe('busy')
    clock.ms = 90_000
    expect((await live()).started).toEqual({ job: expect.any(String) as string })
    expect(world.created()).toBe(1)
  })

  it('is one of two who take over at once', async () => {
    const { clock, live } = lifeIn(world)
    await expect(live({ at: 3, when: 'before' })).rejects.toThrow(Died)
    clock.ms = 90_000
    const started = (await Promise.all([live(), live()])).map((each) => each.started)
    expect(started.filter((each) => each !== 'busy')).toHaveLength(1)
    expect(world.created()).toBe(1)
  })
})

describe('a Region that', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage({ clock: wallClock })
    stage.bucket.contents.set(`${FROM.prefix}part-00001.json`, Buffer.from('{"Id":"a"}\n'))
  })
  afterEach(() => stage.close())
  const life = () =>
    lifeIn({
      ...{ table: memoryTable(), jobs: jobsOn(stage) },
      created: () => callsOf(stage, 'CreateImportJob'),
      close: () => Promise.resolve(),
    })

  it('has no place is asked again at once when there may be one, without a search', async () => {
    const { live } = life()
    stage.pinpoint.faults.add({ kind: 'throttled', region: IRELAND, operation: 'CreateImportJob', times: 1 })
    expect((await live()).started).toBe('busy')
    expect((await live()).started).toEqual({ job: expect.any(String) as string })
    expect(callsOf(stage, 'GetImportJobs')).toBe(0)
  })

  it('refuses the job is asked again at once, without a search', async () => {
    await stage.close()
    stage = await openStage({
      ...{ clock: wallClock },
      denied: [`mobiletargeting:CreateImportJob ${arnOf(APP)}`],
    })
    const { live } = life()
    for (let times = 1; times <= 2; times += 1) {
      await expect(live()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
      expect(callsOf(stage, 'CreateImportJob')).toBe(times)
    }
    expect(callsOf(stage, 'GetImportJobs')).toBe(0)
  })

  it.each([
    ['does not answer, and has created it', true, 1],
    ['does not answer, and has not', false, 0],
  ])('%s', async (_what, isApplied, found) => {
    const { live, livesOn, adopted, clock } = life()
    const fault = { kind: 'down', region: IRELAND, operation: 'CreateImportJob', times: 1 } as const
    stage.pinpoint.faults.add({ ...fault, applied: isApplied })
    await expect(live()).rejects.toThrow()
    await setTimeout(1)
    expect(await livesOn()).toEqual({ job: expect.any(String) as string })
    expect(adopted).toHaveLength(found)
    expect(clock.ms).toBe(isApplied ? 0 : 90_000)
    expect(callsOf(stage, 'CreateImportJob')).toBe(1)
  })
})
