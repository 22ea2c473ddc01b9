/** The streams of one Region's tables: every effective write becomes one record, in the order of the writes. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import type { RegionStoreOptions, Table, Write } from './dynalite.ts'
import type { Item, StreamRecord, StreamViewType } from './stream-record.ts'

export type RecordListener = (record: StreamRecord) => void

export interface TableStreams {
  readonly onWrite: RegionStoreOptions['onWrite']
  /** The function returned ends it. */
  subscribe(tableName: string, listener: RecordListener): () => void
}

/** `isExpiry` tells the deletes of Time to Live from those of clients. */
export const createTableStreams = (
  region: string,
  clock: Clock,
  isExpiry: (tableName: string, item: Item) => boolean,
): TableStreams => {
  const listeners = new Map<string, Set<RecordListener>>()
  let lastSequence = 0n

  // Grows also from one start of the process to the next, as long as time does.
  const nextSequence = (): string => {
    const fromTime = BigInt(clock.now()) * 100_000_000n
    lastSequence = fromTime > lastSequence ? fromTime : lastSequence + 1n
    return String(lastSequence)
  }

  const deliver = (write: Write, byTimeToLive: boolean) => {
    const record = recordOf(write, { region, now: clock.now(), sequence: nextSequence(), byTimeToLive })
    for (const listener of listeners.get(write.table.TableName) ?? []) listener(record)
  }

  return {
    onWrite(write, whenWritten) {
      if (!write.table.StreamSpecification?.StreamEnabled) return
      // A copy at once: dynalite may still work on the items themselves.
      const { table } = write
      const copy = { table, oldItem: copyOf(write.oldItem), newItem: copyOf(write.newItem) }
      // As in DynamoDB, a write that changes nothing leaves no record.
      if (isDeepStrictEqual(copy.oldItem, copy.newItem)) return
      const byTimeToLive =
        !copy.newItem && copy.oldItem !== undefined && isExpiry(table.TableName, copy.oldItem)
      whenWritten(() => deliver(copy, byTimeToLive))
    },
    subscribe(tableName, listener) {
      const ofTable = listeners.get(tableName) ?? new Set()
      listeners.set(tableName, ofTable.add(listener))
      return () => void ofTable.delete(listener)
    },
  }
}

/** An item's key attributes. */
export const keysOf = (item: Item, { KeySchema }: Pick<Table, 'KeySchema'>): Item =>
  Object.fromEntries(
    KeySchema.flatMap(({ AttributeName: name }) => (item[name] === undefined ? [] : [[name, item[name]]])),
  )

interface Circumstances {
  readonly region: string
  readonly now: number
  readonly sequence: string
  readonly byTimeToLive: boolean
}

const recordOf = ({ table, oldItem, newItem }: Write, about: Circumstances): StreamRecord => {
  const viewType = table.StreamSpecification?.StreamViewType ?? 'KEYS_ONLY'
  const images = {
    Keys: keysOf(newItem ?? oldItem ?? {}, table),
    ...(newItem && SHOWS_NEW.includes(viewType) ? { NewImage: newItem } : {}),
    ...(oldItem && SHOWS_OLD.includes(viewType) ? { OldImage: oldItem } : {}),
  }
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: eventName(oldItem, newItem),
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: about.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(about.now / 1000),
      ...images,
      SequenceNumber: about.sequence,
      SizeBytes: Buffer.byteLength(JSON.stringify(images)),
      StreamViewType: viewType,
    },
    eventSourceARN: table.LatestStreamArn ?? '',
    ...(about.byTimeToLive ? { userIdentity: SERVICE } : {}),
  }
}

const eventName = (oldItem: Item | undefined, newItem: Item | undefined): StreamRecord['eventName'] => {
  if (!newItem) return 'REMOVE'
  return oldItem ? 'MODIFY' : 'INSERT'
}

const SHOWS_NEW: readonly StreamViewType[] = ['NEW_IMAGE', 'NEW_AND_OLD_IMAGES']
const SHOWS_OLD: readonly StreamViewType[] = ['OLD_IMAGE', 'NEW_AND_OLD_IMAGES']

const SERVICE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const

const copyOf = (item: Item | undefined): Item | undefined =>
  item === undefined ? undefined : (JSON.parse(JSON.stringify(item)) as Item)
