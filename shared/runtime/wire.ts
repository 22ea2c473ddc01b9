/** The only place where things are put together: the environment → what the doors use. */
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import { pinpointDestination } from '../destinations/pinpoint.ts'
import type { Bulk, Destination } from '../destinations/destination.ts'
import { batchGet } from '../ledger/batch-get.ts'
import type { Asked } from '../ledger/batch-get.ts'
import { consentRegister } from '../ledger/consents.ts'
import { importIntents } from '../ledger/import-intents.ts'
import { laneMemory } from '../ledger/lane-memory.ts'
import { laneTurns } from '../ledger/lane-turns.ts'
import { runs } from '../ledger/runs.ts'
import { ledgerTable } from '../ledger/table.ts'
import type { Close } from '../sync/close-run.ts'
import { everywhere, markChanges } from '../sync/lane/mark-dirty.ts'
import type { LaneKind, TableChange } from '../sync/lane/mark-dirty.ts'
import { idMarkersFor } from '../sync/lane/marker.ts'
import type { Marker } from '../sync/lane/marker.ts'
import type { Files } from '../sync/files.ts'
import { readMapping } from '../sources/mapping.ts'
import type { Item } from '../sources/mapping.ts'
import mappingFile from '#mapping' with { type: 'json' }
import { clients as awsClients } from './clients.ts'
import { readConfig } from './config.ts'
import type { Config, RegionConfig } from './config.ts'
import { dropVersions } from './drop-versions.ts'
import { s3Files } from './files.ts'
import { enqueue } from './lane-queue.ts'
import { oncePerRegion } from './once-per-region.ts'

const hostWaiting = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
}

/** Milliseconds since the epoch, and the same as ISO 8601. */
export const now = (): number => Date.now()
export const instant = (): string => new Date().toISOString()

/** What is put together, where it is not the real thing. */
export interface Parts {
  readonly clients?: typeof awsClients
  readonly waiting?: typeof hostWaiting
  readonly environment?: NodeJS.ProcessEnv
}

export type Wired = ReturnType<typeof wire>

export const wire = ({ clients = awsClients, waiting = hostWaiting, environment }: Parts = {}) => {
  const config = readConfig(environment)
  const mapping = readMapping(mappingFile)
  const { table, customers, documents } = tablesOf(config, { clients, waiting })
  const work = { bucket: config.workBucket, files: s3Files(clients.s3(config.hub)) }
  const ledger = runs(table)
  const queues = clients.queues(config.hub)
  const regions = config.regions.map(({ region }) => region)
  const consents = consentRegister(table)
  const memoryIn = (region: string) => laneMemory(table, region)
  const turnsIn = (region: string) => laneTurns(table, region)
  // The pace of a Region's calls lives in its destination: one for the life of the sandbox.
  const destinationAt = (quotaShare: number) =>
    oncePerRegion((region) =>
      destinationOf({ ...config, quotaShare }, regionOf(config, region), { clients, waiting }),
    )
  const destinationIn = destinationAt(config.quotaShare)
  const put = (region: string, kind: LaneKind, markers: readonly Marker[]) =>
    enqueue(queues, regionOf(config, region)[kind], markers)
  const readItems = itemsOf(customers, mapping.key)
  /** Makes every Region's lane look at these endpoints again. */
  const markIds = (ids: readonly string[], kind: LaneKind) =>
    everywhere(regions, (region) => put(region, kind, idMarkersFor(ids, waiting.now())))
  return {
    ...{ config, consents, ledger, mapping, memoryIn, turnsIn },
    intents: importIntents(table),
    markDirty: (changes: readonly TableChange[]) => markChanges(changes, mapping, regions, put),
    markIds,
    /** Puts markers into one Region's lane. */
    put,
    readItems,
    /** For the operators' verbs, which look through whole tables. */
    operators: { table, customers, documents },
    waiting,
    /** The drop bucket's objects, page by page, and the hub's work bucket. */
    dropVersions: () => dropVersions(clients.s3(config.hub), config.dropBucket),
    work,
    queues,
    states: clients.states(config.hub),
    regionOf: (region: string) => regionOf(config, region),
    bulkIn: (region: string): Bulk => bulkOf(destinationIn(region)),
    destinationIn,
    /** Beside the lanes, which have the whole of our share: for what nobody waits for. */
    sparingIn: destinationAt(config.quotaShare / 4),
    /** A Region's own bucket, and the files in it. */
    bucketIn: (region: string): { bucket: string; files: Files } => ({
      bucket: regionOf(config, region).bucket,
      files: s3Files(clients.s3(region)),
    }),
    /** For the lanes of the Region that this function sends to. */
    laneParts: () => {
      const region = config.laneRegion
      if (!region) throw new ValueFreeError('LANE_REGION is not set: this function sends to one Region')
      return {
        region: regionOf(config, region),
        destination: destinationIn(region),
        memory: memoryIn(region),
        turns: turnsIn(region),
        consents,
        mapping,
        readItems,
        spread: (ids: readonly string[]) => markIds(ids, 'urgent'),
        ...waiting,
      }
    },
    closing: (): Close => ({ ledger, ...work, now: instant() }),
  }
}

const regionOf = (config: Config, region: string): RegionConfig => {
  const found = config.regions.find((each) => each.region === region)
  if (!found) throw new ValueFreeError(`${region} is not one of REGIONS`)
  return found
}

const destinationOf = (
  { quotaShare: share }: Config,
  { region, applicationId, importRole, exportRole }: RegionConfig,
  { clients, waiting }: Required<Pick<Parts, 'clients' | 'waiting'>>,
): Destination =>
  pinpointDestination({
    region,
    client: clients.pinpoint(region),
    applicationId,
    roles: { importRole, exportRole },
    waiting,
    share,
  })

const bulkOf = ({ bulk, region }: Destination): Bulk => {
  if (!bulk) throw new ValueFreeError(`the destination in ${region} takes no files`)
  return bulk
}

const tablesOf = (config: Config, { clients, waiting }: Required<Pick<Parts, 'clients' | 'waiting'>>) => {
  const documents = clients.documents(config.hub)
  const asked = { client: documents, sleep: waiting.sleep, random: Math.random }
  const customers: Asked = { ...asked, TableName: config.customerTable }
  return { documents, customers, table: ledgerTable({ ...asked, TableName: config.ledgerTable }) }
}

const itemsOf =
  (table: Asked, keyName: string) =>
  async (keys: readonly string[]): Promise<ReadonlyMap<string, Item>> => {
    const items = await batchGet(
      table,
      keys.map((key) => ({ [keyName]: key })),
    )
    return new Map(items.map((item) => [String(item[keyName]), item]))
  }
