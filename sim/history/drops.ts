/** Dropped files and their way into the Regions: the drop bucket's events, the functions, the machines, and what is tried again. */
import { keysUnder } from '../aws/objects.ts'
import type { Objects } from '../aws/objects.ts'
import { functionOf } from '../aws/functions.ts'
import type { Function, FunctionOptions } from '../aws/functions.ts'
import { machinesOf } from '../aws/machines.ts'
import type { Ended } from '../clock/host.ts'
import { randomOf } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import { shownItem } from '../pinpoint/commands.ts'
import type { Sent } from '../pinpoint/commands.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import type { Fact, Row } from './facts.ts'
import { bucketIn, loading } from './loads.ts'
import type { DoorName, DroppedFile, LoadSite } from './loads.ts'
import type { Site } from './lanes.ts'
import type { Weather } from './weather.ts'

export interface Drops {
  /** Somebody puts a file of these rows into the drop bucket. */
  drop(rows: readonly Row[], version: number): void
  readonly functions: readonly { redeploy(): void }[]
  /** Nothing of any file is waiting, running or owed. */
  isIdle(): boolean
}

export interface DropsOptions {
  readonly seed: number
  readonly site: Site
  readonly objects: Objects
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly note: (fact: Fact) => void
  readonly options: (name: string) => Omit<FunctionOptions<never, never>, 'init'>
}

const DOORS: readonly DoorName[] = [
  ...(['receive-drop', 'prepare-file', 'stage-file', 'start-import', 'check-import', 'mend-part'] as const),
  ...(['mark-touched', 'record-outcome', 'close-run', 'settle-owed'] as const),
]

/** As deployed: milliseconds between two looks at what is owed. */
const SETTLE_EVERY = 300_000

export const dropsOf = (given: DropsOptions): Drops => {
  const { seed, site, objects, scheduler, weather, note } = given
  const random = randomOf(seed, 'drops under way')
  const dropped = new Map<string, DroppedFile>()
  const doors = new Map<string, Function<unknown, unknown>>()
  let busy = 0
  const invoke = (name: string, payload: unknown, ended: (end: Ended<unknown>) => void) => {
    const door = doors.get(name)
    if (!door) throw new Error(`the simulator has no function ${name}`)
    busy += 1
    door.invoke(payload, (end) => {
      busy -= 1
      ended(end)
    })
  }
  const machines = machinesOf({
    ...{ scheduler, invoke, random: randomOf(seed, 'machines') },
    machines: ['csv-drop', 'load-region'],
  })
  const loads: LoadSite = {
    ...site,
    objects: { scheduler, weather, objects },
    machines: { scheduler, weather, states: machines.states },
    dropped,
  }
  for (const name of DOORS)
    doors.set(name, functionOf<unknown, unknown>({ ...given.options(name), init: loading(loads, name) }))

  const owes = () => {
    const { partitions } = site.documents.tables['ledger'] ?? { partitions: new Map<string, Set<string>>() }
    return [...site.regions.keys()].some((region) => (partitions.get(`owed#${region}`)?.size ?? 0) > 0)
  }
  const receiver = receiverOf(given, (drop, ended) => invoke('receive-drop', drop, ended))
  const isIdle = () => receiver.waiting() === 0 && busy === 0 && machines.running() === 0 && !owes()
  let isTicking = false
  const settle = () => {
    isTicking = !isIdle()
    if (!isTicking) return
    invoke('settle-owed', {}, () => undefined)
    scheduler.after(SETTLE_EVERY, settle)
  }

  return {
    drop(rows, version) {
      const at = scheduler.now()
      const drop: Drop = {
        ...{ bucket: 'drops', key: `drops/${version}.csv`, version: `v${version}` },
        droppedAt: new Date(at).toISOString(),
      }
      const run = site.product.imports.runOf(drop)
      note({ kind: 'dropped', at, run, version, rows })
      dropped.set(run, fileOf(rows, random.chance(0.3) ? 2 : 1))
      receiver.add(drop)
      if (isTicking) return
      isTicking = true
      scheduler.after(random.between(0, SETTLE_EVERY), settle)
    },
    functions: [...doors.values()],
    isIdle,
  }
}

/** One drop after the other: one whose event comes after a newer one has been loaded is loaded after it, and that is known. */
const receiverOf = (
  { seed, scheduler, weather }: DropsOptions,
  receive: (drop: Drop, ended: (end: Ended<unknown>) => void) => void,
) => {
  const random = randomOf(seed, 'events of drops')
  const waiting: Drop[] = []
  let isReceiving = false
  const next = () => {
    const [drop] = waiting
    if (!drop || isReceiving) return
    isReceiving = true
    receive(drop, ({ how }) => {
      isReceiving = false
      if (how === 'done') waiting.shift()
      if (how === 'done' && weather.strikes('drop comes twice', random))
        scheduler.after(random.between(100, 60_000), () => receive(drop, () => undefined))
      scheduler.after(how === 'done' ? 0 : random.between(1_000, 5_000), next)
    })
  }
  return {
    add(drop: Drop) {
      waiting.push(drop)
      scheduler.after(random.between(100, 1_500), next)
    },
    waiting: () => waiting.length,
  }
}

const fileOf = (rows: readonly Row[], parts: number): DroppedFile => {
  const lines = rows.map(
    ({ id, address, attributes, optsOut }) =>
      `${JSON.stringify({ ChannelType: 'EMAIL', Address: address, Id: id, Attributes: attributes, ...(optsOut && { OptOut: 'ALL' }) })}\n`,
  )
  const middle = parts === 1 ? lines.length : Math.ceil(lines.length / 2)
  return {
    parts: [lines.slice(0, middle), lines.slice(middle)].filter(({ length }) => length > 0),
    optOuts: rows.filter(({ optsOut }) => optsOut).map(({ id }) => id),
  }
}

/** Objects, and the facts of those that an Import Job is to read. */
export const objectsOf = ({
  regions,
  scheduler,
  note,
}: {
  readonly regions: readonly string[]
  readonly scheduler: Scheduler
  readonly note: (fact: Fact) => void
}): Objects => ({
  stored: new Map(),
  written(bucket, key, text, began) {
    const region = regions.find((each) => bucketIn(each) === bucket)
    const [, prefix = '', run = ''] = /^(staging\/([^/]+)\/.*\/)[^/]+$/.exec(key) ?? []
    if (region === undefined || run === '') return
    const rows = rowsIn(text).map(shownItem)
    note({ kind: 'staged', at: scheduler.now(), region, run, prefix, began, rows })
  },
})

/** The lines of all objects under an URL. */
export const linesAt =
  (objects: Objects) =>
  (url: string): readonly string[] => {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? []
    return keysUnder(objects, bucket, prefix).flatMap((key) =>
      (objects.stored.get(`${bucket}/${key}`) ?? '').split('\n').filter((line) => line !== ''),
    )
  }

const rowsIn = (text: string): Sent[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sent)
