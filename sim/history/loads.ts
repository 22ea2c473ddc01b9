/** The product's own code for the doors of a dropped file, put together over the simulator's ports as functions/ does it. */
import type { SFNClient } from '@aws-sdk/client-sfn'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { RowBatch } from '../../shared/sources/csv/kernel.ts'
import type { FileRefused, RegionOutcome } from '../../shared/ledger/runs.ts'
import type { Bulk } from '../../shared/destinations/destination.ts'
import type { Load } from '../../shared/ledger/import-intents.ts'
import type { ImportProgress } from '../../shared/sync/load/judge-import.ts'
import type { Mended } from '../../shared/sync/load/mend-part.ts'
import type { Turn } from '../aws/functions.ts'
import type { Drop } from '../../shared/sync/open-run.ts'
import type { Staged } from '../../shared/sync/load/load-region.ts'
import type { LaneKind } from '../../shared/sync/lane/mark-dirty.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { machineArn, machinesClientFor } from '../aws/machines.ts'
import type { MachinesClientOptions } from '../aws/machines.ts'
import { filesFor } from '../aws/objects.ts'
import type { ObjectsOptions } from '../aws/objects.ts'
import { queueClientFor } from '../aws/queue-client.ts'
import type { Host } from '../clock/host.ts'
import { destinationOf, ledgerOf, queueUrl } from './lanes.ts'
import type { Site } from './lanes.ts'

export interface LoadSite extends Site {
  readonly objects: ObjectsOptions
  readonly machines: MachinesClientOptions
  /** By run, what has been dropped: the lines of each of its import files, and who opts out. */
  readonly dropped: ReadonlyMap<string, DroppedFile>
}

export interface DroppedFile {
  readonly parts: readonly (readonly string[])[]
  readonly optOuts: readonly string[]
}

export const WORK = 'work'
export const bucketIn = (region: string): string => `bucket-${region}`

export type DoorName = keyof ReturnType<typeof doorsOf>

/** What a new sandbox of one of the functions runs. */
export const loading = (site: LoadSite, name: DoorName) => (host: Host) => {
  const doors = doorsOf(site, host)
  const door = doors[name] as (event: unknown, turn: Turn) => Promise<unknown>
  return (event: unknown, turn: Turn) => door(event, turn)
}

interface OfRegion extends Load {
  readonly from: Staged
}

interface MendPart extends OfRegion {
  readonly import: ImportProgress & { readonly mended?: Mended }
}

const doorsOf = (site: LoadSite, host: Host) => {
  const rim = rimOf(site, host)
  return { ...doorsOfRuns(rim), ...doorsToRegions(rim), ...doorsAfterImports(rim) }
}

/** What the product's rim hands to its doors. */
const rimOf = (site: LoadSite, host: Host) => {
  const { product } = site
  const { table } = ledgerOf(site, host)
  const queues = queueClientFor(host, site.queues) as unknown as SQSClient
  return {
    imports: product.imports,
    dropped: site.dropped,
    regions: [...site.regions.keys()],
    ledger: product.imports.runs(table),
    consents: product.consentRegister(table),
    files: filesFor(host, site.objects),
    client: machinesClientFor(host, site.machines) as unknown as SFNClient,
    turnsIn: (region: string) => product.laneTurns(table, region),
    memoryIn: (region: string) => product.laneMemory(table, region),
    destinationIn: (region: string) => destinationOf(site, region, host),
    intents: product.imports.importIntents(table),
    put: (region: string, kind: LaneKind, markers: readonly Marker[]) =>
      product.enqueue(queues, queueUrl(region, kind), markers),
    idMarkersFor: product.idMarkersFor,
    now: host.now,
    sleep: host.sleep,
    instant: () => new Date(host.now()).toISOString(),
  }
}

type Rim = ReturnType<typeof rimOf>

const [CSV_DROP, LOAD_REGION] = [machineArn('csv-drop'), machineArn('load-region')]
const closing = ({ ledger, files, instant }: Rim) => ({ ledger, files, bucket: WORK, now: instant() })

/** Of a run as a whole. */
const doorsOfRuns = (rim: Rim) => {
  const { imports, dropped, regions, ledger, consents, files, client, instant } = rim
  return {
    'receive-drop': async (drop: Drop) => {
      const run = imports.runOf(drop)
      await imports.openDrop(ledger, drop, regions, imports.executionArn(CSV_DROP, run))
      await imports.startExecution(client, CSV_DROP, run, { run, regions })
    },
    /** The file's own rules are no part of the histories: what is written and noted of it is. */
    'prepare-file': async ({ run }: { run: string }) => {
      const { parts = [], optOuts = [] } = dropped.get(run) ?? {}
      const { droppedAt } = await imports.sourceOf(ledger, run)
      await imports.noteOptOuts({ consents, droppedAt }, batchOf(optOuts))
      for (const [at, lines] of parts.entries()) {
        const key = imports.importPrefix(run) + imports.partName(at + 1)
        await files.write({ bucket: WORK, key }, inTurn(lines))
      }
      const rows = parts.flat().length
      const counts = { rows, accepted: rows, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 }
      await imports.noteFile(ledger, run, { ...counts, parts: parts.length })
      return { state: 'done', accepted: rows }
    },
    'close-run': async ({ run, refused }: { run: string; refused?: FileRefused }) => {
      if (refused) await imports.noteFile(ledger, run, refused)
      const { verdict } = await imports.closeRun(run, closing(rim))
      return { verdict }
    },
    'settle-owed': () =>
      imports.settleOwed({
        ...{ ledger, regions, now: instant() },
        stateOf: (execution) => imports.executionState(client, execution),
        loadArn: (name) => imports.executionArn(LOAD_REGION, name),
        load: (name, input) => imports.startExecution(client, LOAD_REGION, name, input),
      }),
  }
}

const bulkOf = ({ destinationIn }: Rim, region: string): Bulk => destinationIn(region).bulk as Bulk

const tellerOf =
  ({ put, idMarkersFor, now }: Rim, region: string) =>
  (ids: readonly string[]) =>
    put(region, 'urgent', idMarkersFor(ids, now()))

/** As deployed: hours to wait for a place and for a job, and rows of which a file is cut into slices. */
const HOURS = 6
const SLICE = 50_000

/** Of a run on its way into one Region. */
const doorsToRegions = (rim: Rim) => {
  const { imports, ledger, consents, files, turnsIn, memoryIn, destinationIn } = rim
  return {
    'stage-file': async (load: Load) => {
      const { run, region } = load
      const { droppedAt } = await imports.sourceOf(ledger, run)
      const fresh = { droppedAt, consents, memory: memoryIn(region), tell: tellerOf(rim, region) }
      const target = { bucket: bucketIn(region), files }
      const parts = await imports.partsOf(ledger, run)
      const work = { bucket: WORK, files }
      return imports.stageFile({
        ...{ load, parts, sliceRows: SLICE, work, target, fresh },
        turns: turnsIn(region),
      })
    },
    'start-import': ({ from, turn, ...load }: OfRegion & { turn: number }) => {
      const { run, region } = load
      const begin = () =>
        imports.beginImport({
          ...{ load, from, intents: rim.intents, bulk: bulkOf(rim, region) },
          turn: () => imports.turnIn(ledger, run, region),
          time: () => turnsIn(region).time(),
          adopted: () => undefined,
        })
      return imports.startJob(begin, { turn, hours: HOURS })
    },
    'check-import': async ({
      region,
      attempt,
      from,
      job,
      turn,
    }: OfRegion & { job: string; turn: number }) => {
      const progress = await imports.checkJob(bulkOf(rim, region).checkImport, job, { turn, hours: HOURS })
      return imports.judgeImport(progress, { attempt, rows: from.rows, most: SLICE })
    },
    'mend-part': async ({ from, import: progress, ...load }: MendPart, { owner, deadline }: Turn) => {
      const { region } = load
      const { droppedAt } = await imports.sourceOf(ledger, load.run)
      const { mended: begun = imports.NOTHING_MENDED } = progress
      const destination = destinationIn(region)
      const fresh = { droppedAt, consents, memory: memoryIn(region), tell: tellerOf(rim, region) }
      const task = { load, from, destination, files, fresh, work: { bucket: WORK, files }, mended: begun }
      const lane = { turns: turnsIn(region), destination, now: rim.now, sleep: rim.sleep }
      const { isOver, mended } = await imports.whileLeased(lane, { owner, deadline, isEager: true }, (hold) =>
        imports.mendPart(task, hold),
      )
      const { taken, refused, left } = mended
      const counts = { processed: taken + refused, failures: refused, named: refused, left }
      return isOver ? { ...progress, state: 'mended', mended, ...counts } : { ...progress, mended }
    },
  }
}

/** Of a run that has got there, or has not. */
const doorsAfterImports = (rim: Rim) => {
  const { imports, ledger, files, turnsIn, memoryIn, put } = rim
  return {
    'mark-touched': async ({ region, from }: OfRegion) => {
      const mark = (kind: LaneKind, markers: readonly Marker[]) => put(region, kind, markers)
      const task = { from, files, memory: memoryIn(region), mark, now: rim.now() }
      return { marked: await imports.markTouched(task) }
    },
    'record-outcome': async ({ run, outcome }: { run: string; outcome: Omit<RegionOutcome, 'at'> }) => {
      await imports.recordOutcome(ledger, run, { ...outcome, at: rim.instant() })
      await imports.endLoad(turnsIn(outcome.region), run, outcome)
      await imports.refreshReport(run, closing(rim))
      return { result: outcome.result }
    },
  }
}

/** A batch of a file of which nothing is to be known but who opts out. */
const batchOf = (optOuts: readonly string[]): RowBatch => ({
  ...{ count: 0, lines: new Float64Array(), hashes: new Uint32Array(), users: new Uint32Array() },
  ...{ optsOut: new Uint8Array(), starts: new Uint32Array(), ends: new Uint32Array() },
  ...{ bytes: new Uint8Array(), empties: [] },
  unfit: optOuts.map((Id) => ({
    ...{ line: 0, cells: [], problems: [] },
    optOuts: [{ Id, hash: [0, 0], endpoint: undefined }],
  })),
})

async function* inTurn(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line)
}
