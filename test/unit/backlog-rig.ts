/** What a backlog's run needs beside the lanes in memory: the bulk lane for somebody else, a bucket, and an Import Job to be played. */
import { put } from '../../shared/endpoint/change.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { keyOf } from '../../shared/endpoint/endpoint.ts'
import type { FoundJob, JobState } from '../../shared/destinations/destination.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import type { Sent } from '../../shared/ledger/lane-memory.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import { runs } from '../../shared/ledger/runs.ts'
import type { Table } from '../../shared/ledger/table.ts'
import { closeBacklog } from '../../shared/sync/backlog/close-backlog.ts'
import type { LaneKind } from '../../shared/sync/lane/mark-dirty.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { stageBacklog } from '../../shared/sync/backlog/stage-backlog.ts'
import type { MarkerQueue } from '../../shared/sync/backlog/stage-backlog.ts'
import { memoryFiles } from './memory-files.ts'
import type { openLanes } from './open-lanes.ts'
import { PEOPLE } from './open-lanes.ts'

export const RUN = 'backlog-1-us-west-2'
const REGION = 'us-west-2'

export class Died extends Error {
  override readonly name = 'Died'
}

export interface Life {
  /** It dies instead of its nth step to the outside, and nothing of it is done from then on. */
  readonly diesAt?: number
  readonly markers?: number
  readonly threshold?: number
  readonly seconds?: number
}

export const backlogRig = async (lanes: ReturnType<typeof openLanes>) => {
  const { clock } = lanes
  const { files, objects } = memoryFiles()
  const ledger = runs(lanes.table)
  const openedAt = new Date(clock.now()).toISOString()
  const debt = { run: RUN, door: 'backlog', region: REGION, openedAt, execution: 'arn:1' } as const
  let ids = 0
  let job: FoundJob | undefined

  const reopen = async () => {
    await ledger.owe({ ...debt, state: 'loading', attempts: 1, begunAt: openedAt, notBefore: openedAt })
    await ledger.open({ run: RUN, door: 'backlog', openedAt, regions: [REGION], source: {} })
  }
  await reopen()

  const send = (kind: LaneKind, markers: readonly Marker[], delay: number) => {
    for (const marker of markers) {
      const message = { id: `b${(ids += 1)}`, body: JSON.stringify(marker), receives: 0 }
      lanes.queue(kind).push({ ...message, visibleAt: clock.now() + delay * 1000 })
    }
    return Promise.resolve()
  }
  const backlog: MarkerQueue = {
    async receive(seconds) {
      const taken = lanes
        .queue('bulk')
        .filter(({ visibleAt }) => visibleAt <= clock.now())
        .slice(0, 10)
      for (const message of taken) message.visibleAt = clock.now() + seconds * 1000
      if (taken.length === 0) await clock.sleep(1_000)
      return taken.map(({ id, body }) => ({ handle: id, body }))
    },
    delete(handles) {
      const queue = lanes.queue('bulk')
      for (const handle of handles) {
        const at = queue.findIndex(({ id }) => id === handle)
        if (at >= 0) queue.splice(at, 1)
      }
      return Promise.resolve()
    },
  }
  /** Everything an invocation reaches, and how many steps it has made. */
  const ports = (diesAt = Infinity) => {
    const steps = { count: 0 }
    const of = mortal(steps, diesAt)
    const table = of<Table>(lanes.table)
    return {
      steps,
      of,
      run: RUN,
      region: REGION,
      ledger: runs(table),
      consents: consentRegister(table),
      memory: laneMemory(table, REGION),
      turns: laneTurns(table, REGION),
      destination: {},
      mapping: PEOPLE,
      readItems: (keys: readonly string[]) =>
        Promise.resolve(
          new Map(keys.flatMap((key) => (lanes.items.has(key) ? [[key, lanes.items.get(key) ?? {}]] : []))),
        ),
      queue: of({ send }),
      bucket: 'b',
      files: of(files),
      now: clock.now,
      sleep: clock.sleep,
    }
  }
  const turn = (seconds = 900) => ({ owner: `i${(ids += 1)}`, deadline: clock.now() + seconds * 1000 })
  const rows = (): Endpoint[] =>
    [...objects]
      .filter(([key]) => key.startsWith(`b/staging/${RUN}/1/`))
      .flatMap(([, text]) => text.split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as Endpoint)

  return {
    ledger,
    objects,
    rows,
    note: async (id: string): Promise<Sent | undefined> => (await lanes.memory().sent([id])).get(id),
    /** How many steps it made; 0 when it died. */
    async stage({ diesAt, seconds, markers = 1_000, threshold = 1 }: Life = {}) {
      const { steps, of, ...task } = ports(diesAt)
      const staging = stageBacklog({ ...task, markers, threshold, backlog: of(backlog) }, turn(seconds))
      return { staged: await clock.during(staging), steps: steps.count }
    },
    /** The Region's job takes these rows, all where none are named, and ends so. */
    async importRows(end: JobState['state'] = 'done', names?: readonly string[]) {
      const taken = rows().filter(({ Id }) => !names || names.includes(Id))
      await memoryDestination(REGION, lanes.region().stored).apply(taken.map(put))
      job = {
        job: 'j',
        state: end,
        processed: rows().length,
        failures: rows().length - taken.length,
        failedPieces: 0,
      }
    },
    async close({ diesAt }: Life = {}) {
      const { steps, of, ...task } = ports(diesAt)
      const bulk = of({ findImport: () => Promise.resolve(job) })
      const mark = (markers: readonly Marker[], delay: number) => task.queue.send('bulk', markers, delay)
      const close = {
        ledger: task.ledger,
        files: task.files,
        bucket: 'w',
        now: new Date(clock.now()).toISOString(),
      }
      const closed = await clock.during(closeBacklog({ ...task, bulk, mark, close }, turn()))
      return { closed, steps: steps.count }
    },
    /** As the schedule does with a run that is closed, so that another can be opened under the same name. */
    reopen: async () => {
      for (const key of objects.keys()) if (key.startsWith('b/')) objects.delete(key)
      job = undefined
      await ledger.note({ run: RUN, door: 'backlog', openedAt, regions: [REGION], source: {} })
      await reopen()
    },
    /** What a Region's readers see of it. */
    seen: (id: string) => lanes.region().stored.get(keyOf(id)),
  }
}

/** Each call is a step; the one it dies at is not done, nor is any after it. */
const mortal =
  (steps: { count: number }, diesAt: number) =>
  <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, property, receiver) {
        const member: unknown = Reflect.get(from, property, receiver)
        if (typeof member !== 'function' || property === 'intrude') return member
        return (...args: unknown[]) => {
          steps.count += 1
          if (steps.count >= diesAt) return Promise.reject(new Died('it has died'))
          return (member as (...all: unknown[]) => unknown).apply(from, args)
        }
      },
    })
