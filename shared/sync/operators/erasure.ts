/** What is proved of one customer's erasure, Region by Region, with no value of the person's in it. */
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Region } from '../../endpoint/endpoint.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import type { Received } from '../../ledger/receipts.ts'
import type { Mapping } from '../../sources/mapping.ts'
import { isGone } from '../lane/plan-remove.ts'
import type { CustomerKeys } from './reconcile.ts'

export interface Erasure {
  readonly isKnown: true
  /** The table has the item: nothing is being erased. */
  readonly isInTable: boolean
  readonly regions: Readonly<Record<Region, RegionErasure>>
}

/**
 * Neither the table nor any Region's lane nor a receipt has ever heard of such a key. It says nothing of a Region, as nobody
 * has asked one: mostly the key is mistyped.
 */
export interface NothingKnown {
  readonly isKnown: false
  readonly isInTable: false
}

export interface RegionErasure {
  /** When the Region was seen to have an endpoint of the item no more, ISO 8601, oldest first; one for each endpoint. */
  readonly proved: readonly string[]
  /** Endpoints of which that is still to be seen. */
  readonly open: number
}

export interface ErasureParts {
  readonly regions: readonly Region[]
  readonly customers: Pick<CustomerKeys, 'there'>
  readonly receiptsOf: (key: string) => Promise<readonly Received[]>
  readonly memoryIn: (region: Region) => Pick<LaneMemory, 'mapped' | 'sent'>
  readonly mapping: Pick<Mapping, 'idsOf'>
}

/** `key`: of the item that was deleted. Complete is an erasure with nothing open in any Region. */
export const erasureOf = async (key: string, parts: ErasureParts): Promise<Erasure | NothingKnown> => {
  const [there, receipts] = await Promise.all([parts.customers.there([key]), parts.receiptsOf(key)])
  const isInTable = there.has(key)
  const traces = await Promise.all(
    parts.regions.map(async (region) => ({
      region,
      received: receipts.filter((receipt) => receipt.region === region),
      ...(await traceIn(parts.memoryIn(region), key, parts.mapping)),
    })),
  )
  const isHeardOf = receipts.length > 0 || traces.some(({ isNoted }) => isNoted)
  if (!isInTable && !isHeardOf) return { isKnown: false, isInTable }
  const regions = traces.map(({ region, received, notes }): [Region, RegionErasure] => [
    region,
    { proved: received.map(({ provedAt }) => provedAt).sort(), open: openOf(notes, received, key) },
  ])
  return { isKnown: true, isInTable, regions: Object.fromEntries(regions) }
}

interface Trace {
  /** By endpoint that the item became there, or may have become: what the lane remembers of it. */
  readonly notes: ReadonlyMap<string, Sent | undefined>
  /** The lane has dealt with the item, or with an endpoint that follows from its key. */
  readonly isNoted: boolean
}

/** What the item became there, as the lane remembers it; what it may have become, if that follows from its key. */
const traceIn = async (
  memory: Pick<LaneMemory, 'mapped' | 'sent'>,
  key: string,
  mapping: Pick<Mapping, 'idsOf'>,
): Promise<Trace> => {
  const mapped = (await memory.mapped([key])).get(key)
  const ids = new Map([...(mapped?.ids ?? []), ...mapping.idsOf(key)].map((id) => [keyOf(id), id]))
  const sent = await memory.sent([...ids.values()])
  const notes = new Map([...ids.values()].map((id) => [id, sent.get(id)]))
  return { notes, isNoted: mapped !== undefined || sent.size > 0 }
}

const openOf = (notes: Trace['notes'], received: readonly Received[], key: string): number =>
  [...notes].filter(([id, note]) =>
    // A tombstone is forgotten after a while, its receipt is not.
    note ? !isGone(note) && !isAnothers(note, key) : !received.some((receipt) => receipt.isOf(id)),
  ).length

const isAnothers = (note: Sent, key: string): boolean => note.keys.length > 0 && !note.keys.includes(key)
