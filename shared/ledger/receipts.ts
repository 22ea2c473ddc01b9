/** The receipts of one item's erasure: which Regions were seen to have its endpoints no more, and when. */
import type { Region } from '../endpoint/endpoint.ts'
import { hashOf, spellingOf } from './id-hash.ts'
import type { Table } from './table.ts'

export interface Received {
  readonly region: Region
  /** When the Region was asked and had it no more, ISO 8601. */
  readonly provedAt: string
  /** Whether it is about this endpoint. */
  readonly isOf: (id: string) => boolean
}

/** All there are under `key`, as `LaneMemory.receipt` has written them, from former erasures too. */
export const receiptsOf = async (table: Pick<Table, 'query'>, key: string): Promise<readonly Received[]> =>
  (await table.query(`receipt#${spellingOf(key)}`)).map(({ sk, region, provedAt }) => ({
    region: String(region),
    provedAt: String(provedAt),
    isOf: (id) => sk.endsWith(`#${hashOf(id)}`),
  }))
