/** What is proved of one customer's erasure, Region by Region, with no value of the person's in it. */
import { keyOf } from '../endpoint/endpoint.ts'
import type { Region } from '../endpoint/endpoint.ts'
import type { LaneMemory, Sent } from '../ledger/lane-memory.ts'
import type { Received } from '../ledger/receipts.ts'
import type { Mapping } from '../sources/mapping.ts'
import { isGone } from './plan-remove.ts'
import type { CustomerKeys } from './reconcile.ts'

export interface Erasure {
  /** The table has the item: nothing is being erased. */
  readonly isInTable: boolean
  readonly regions: Readonly<Record<Region, RegionErasure>>
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
export const erasureOf = async (key: string, parts: ErasureParts): Promise<Erasure> => {
  const [there, receipts] = await Promise.all([parts.customers.there([key]), parts.receiptsOf(key)])
  const regions = parts.regions.map(async (region): Promise<[Region, RegionErasure]> => {
    const received = receipts.filter((receipt) => receipt.region === region)
    const open = await openIn(parts.memoryIn(region), key, { received, mapping: parts.mapping })
    return [region, { proved: received.map(({ provedAt }) => provedAt).sort(), open }]
  })
  return { isInTable: there.has(key), regions: Object.fromEntries(await Promise.all(regions)) }
}

interface Known {
  readonly received: readonly Received[]
  readonly mapping: Pick<Mapping, 'idsOf'>
}

/** What the item became there, as the lane remembers it; what it may have become, if that follows from its key. */
const openIn = async (
  memory: Pick<LaneMemory, 'mapped' | 'sent'>,
  key: string,
  { received, mapping }: Known,
): Promise<number> => {
  const mapped = (await memory.mapped([key])).get(key)
  const ids = new Map([...(mapped?.ids ?? []), ...mapping.idsOf(key)].map((id) => [keyOf(id), id]))
  const sent = await memory.sent([...ids.values()])
  return [...ids.values()].filter((id) => {
    const note = sent.get(id)
    // A tombstone is forgotten after a while, its receipt is not.
    return note ? isOpen(note, key) : !received.some((receipt) => receipt.isOf(id))
  }).length
}

const isOpen = (note: Sent, key: string): boolean => {
  const isAnothers = note.keys.length > 0 && !note.keys.includes(key)
  return !isGone(note) && !isAnothers
}
