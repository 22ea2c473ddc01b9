/** The product's own code for the two doors of the lanes, put together over the simulator's ports as the product's rim does it. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'
import type { Mapping } from '../../shared/sources/mapping.ts'
import type { LaneKind, TableChange } from '../../shared/sync/lane/mark-dirty.ts'
import type { Lane } from '../../shared/sync/lane/work-lane.ts'
import { documentsFor, TimeCommand } from '../aws/documents.ts'
import type { DocumentsOptions } from '../aws/documents.ts'
import type { Turn } from '../aws/functions.ts'
import { queueClientFor } from '../aws/queue-client.ts'
import type { QueueClientOptions } from '../aws/queue-client.ts'
import type { Delivery } from '../aws/queue.ts'
import type { Host } from '../clock/host.ts'
import type { PinpointRegion } from '../pinpoint/region.ts'
import type { Product } from '../product.ts'

export interface Site {
  readonly product: Product
  readonly documents: DocumentsOptions
  readonly queues: QueueClientOptions
  readonly regions: ReadonlyMap<string, PinpointRegion>
  readonly mapping: Mapping
  /** The part of Pinpoint's quotas that is ours, 0 to 1. */
  readonly share: number
  readonly told: (by: string, text: string) => void
}

export const KINDS: readonly LaneKind[] = ['urgent', 'bulk']
export const queueUrl = (region: string, kind: LaneKind): string => `${region}/${kind}`

export interface Batch {
  readonly kind: LaneKind
  readonly messages: readonly Delivery[]
}

/** What a new sandbox of `mark-dirty` runs. */
export const marking = (site: Site) => (host: Host) => {
  const queues = queueClientFor(host, site.queues) as unknown as SQSClient
  const regions = [...site.regions.keys()]
  return (changes: readonly TableChange[]): Promise<void> =>
    site.product.markChanges(changes, site.mapping, regions, (region, kind, markers) =>
      site.product.enqueue(queues, queueUrl(region, kind), markers),
    )
}

/** What a new sandbox of a Region's `send-changes` runs. Gives the ids of the messages that stay. */
export const sending = (site: Site, region: string) => (host: Host) => {
  const { product, told } = site
  const queues = queueClientFor(host, site.queues) as unknown as SQSClient
  const urls = { urgent: queueUrl(region, 'urgent'), bulk: queueUrl(region, 'bulk') }
  const parts = partsOf(site, region, host)
  return ({ kind, messages }: Batch, turn: Turn): Promise<readonly string[]> => {
    const records = messages.map(recordOf)
    const lane: Lane = {
      ...parts,
      kind,
      queue: product.laneQueue(queues, urls, records, urls[kind]),
      spread: (ids) =>
        product.everywhere([...site.regions.keys()], (each) =>
          product.enqueue(queues, queueUrl(each, 'urgent'), product.idMarkersFor(ids, host.now())),
        ),
      report: (figures) => told(host.name, JSON.stringify(figures)),
    }
    return product.workLane(product.messagesOf(records), lane, turn)
  }
}

/** The ledger, and how it is asked. */
export const ledgerOf = ({ product, documents }: Pick<Site, 'product' | 'documents'>, host: Host) => {
  const documentsHere = documentsFor(host, documents)
  const client = documentsHere as unknown as DynamoDBDocumentClient
  // Half of the longest wait each time: what would be drawn is no part of the histories.
  const asked = { client, sleep: host.sleep, random: () => 0.5 }
  const table = {
    ...product.ledgerTable({ ...asked, TableName: 'ledger' }),
    // The header it is read from belongs to the wire, which there is none of.
    time: () => documentsHere.send(new TimeCommand()) as Promise<number>,
  }
  return { asked, table }
}

export const destinationOf = ({ product, regions, share }: Site, region: string, host: Host) => {
  const pinpoint = regions.get(region)
  if (!pinpoint) throw new Error(`there is no Region ${region}`)
  return product.pinpointDestination({
    region,
    client: pinpoint.clientFor(host) as unknown as PinpointClient,
    applicationId: 'app',
    roles: { importRole: '', exportRole: '' },
    waiting: { now: host.now, sleep: host.sleep },
    share,
  })
}

const partsOf = (site: Site, region: string, host: Host) => {
  const { product, mapping } = site
  const { asked, table } = ledgerOf(site, host)
  return {
    region,
    destination: destinationOf(site, region, host),
    memory: product.laneMemory(table, region),
    turns: product.laneTurns(table, region),
    consents: product.consentRegister(table),
    mapping,
    readItems: async (keys: readonly string[]) => {
      const items = await product.batchGet(
        { ...asked, TableName: 'customers' },
        keys.map((key) => ({ [mapping.key]: key })),
      )
      return new Map(items.map((item) => [String(item[mapping.key]), item]))
    },
    now: host.now,
    sleep: host.sleep,
  }
}

const recordOf = ({ id, body, receives }: Delivery) =>
  ({
    messageId: id,
    receiptHandle: id,
    body,
    attributes: { ApproximateReceiveCount: String(receives) },
  }) as SQSRecord
