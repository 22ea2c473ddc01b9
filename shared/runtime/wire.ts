/** The only place where things are put together: the environment → what the doors use. */
import { pinpointDestination } from '../destinations/pinpoint.ts'
import type { Bulk, Destination } from '../destinations/destination.ts'
import { batchGet } from '../ledger/batch-get.ts'
import { consentRegister } from '../ledger/consents.ts'
import { laneMemory } from '../ledger/lane-memory.ts'
import { runs } from '../ledger/runs.ts'
import { ledgerTable } from '../ledger/table.ts'
import type { Close } from '../sync/close-run.ts'
import { markDirty } from '../sync/mark-dirty.ts'
import type { Files } from '../sync/files.ts'
import type { Item } from '../sources/customer-table.ts'
import type { Lane } from '../sync/send-lane.ts'
import { clients } from './clients.ts'
import { readConfig } from './config.ts'
import type { Config, RegionConfig } from './config.ts'
import { s3Files } from './files.ts'
import { enqueue } from './lane-queue.ts'
import { oncePerRegion } from './once-per-region.ts'

const waiting = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
}

/** Milliseconds since the epoch, and the same as ISO 8601. */
export const now = (): number => Date.now()
export const instant = (): string => new Date().toISOString()

export const wire = () => {
  const config = readConfig()
  const table = ledgerTable(clients.documents(config.hub), config.ledgerTable)
  const work = { bucket: config.workBucket, files: s3Files(clients.s3(config.hub)) }
  const ledger = runs(table)
  const queues = clients.queues(config.hub)
  const regions = config.regions.map(({ region }) => region)
  const consents = consentRegister(table)
  const memoryIn = (region: string) => laneMemory(table, region)
  // The pace of a Region's calls lives in its destination: one for the life of the sandbox.
  const destinationIn = oncePerRegion((region) => destinationOf(config, regionOf(config, region)))
  return {
    config,
    consents,
    ledger,
    memoryIn,
    markDirty: (ids: readonly string[]) =>
      markDirty(ids, regions, (region, markers) => enqueue(queues, regionOf(config, region).lane, markers)),
    waiting,
    /** The hub's work bucket. */
    work,
    queues,
    states: clients.states(config.hub),
    regionOf: (region: string) => regionOf(config, region),
    bulkIn: (region: string): Bulk => bulkOf(destinationIn(region)),
    destinationIn,
    /** A Region's own bucket, and the files in it. */
    bucketIn: (region: string): { bucket: string; files: Files } => ({
      bucket: regionOf(config, region).bucket,
      files: s3Files(clients.s3(region)),
    }),
    /** The lane of the Region that this function sends to. */
    lane: (): Lane => {
      const region = config.laneRegion
      if (!region) throw new Error('LANE_REGION is not set: this function sends to one Region')
      const readItems = itemsOf(config)
      return { destination: destinationIn(region), memory: memoryIn(region), consents, readItems, ...waiting }
    },
    closing: (): Close => ({ ledger, ...work, now: instant() }),
  }
}

const regionOf = (config: Config, region: string): RegionConfig => {
  const found = config.regions.find((each) => each.region === region)
  if (!found) throw new Error(`${region} is not one of REGIONS`)
  return found
}

const destinationOf = (
  { quotaShare: share }: Config,
  { region, applicationId, importRole, exportRole }: RegionConfig,
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
  if (!bulk) throw new Error(`the destination in ${region} takes no files`)
  return bulk
}

const itemsOf =
  (config: Config) =>
  async (ids: readonly string[]): Promise<ReadonlyMap<string, Item>> => {
    const items = await batchGet(
      clients.documents(config.hub),
      config.customerTable,
      ids.map((Id) => ({ Id })),
    )
    return new Map(items.map((item) => [String(item['Id']), item]))
  }
