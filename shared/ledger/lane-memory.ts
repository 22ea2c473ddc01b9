/** What a Region's lane remembers: who sends now, and what each endpoint was last sent. */
import type { OptOut, Region } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import { hashOf, rowsOf } from './id-hash.ts'
import type { Table } from './table.ts'

/** What one Region was last sent for one endpoint. */
export interface Sent {
  /** Stands for the content; '' after a remove. */
  readonly fingerprint: string
  /** `unknown` from before the call until its answer is written down. */
  readonly state: 'unknown' | 'applied'
  /** The last consent that may be in effect there because of us. */
  readonly optOut?: OptOut
  /** Clearable fields that may be set there, see `fieldsOf`. */
  readonly fields: readonly string[]
  /** When it was noted, ISO 8601: a file that is older must not follow it. */
  readonly at: string
  /** Stands for the spelling of the id it was sent for: a row `Ada` that goes must not take `ada` with it. */
  readonly spelling?: string
}

export interface LaneMemory {
  /** True when `owner` may send to the Region until the instant `until` (ms); false while somebody else may. */
  lease(owner: string, now: number, until: number): Promise<boolean>
  release(owner: string): Promise<void>
  sent(ids: readonly string[]): Promise<ReadonlyMap<string, Sent>>
  noteSent(sent: ReadonlyMap<string, Sent>): Promise<void>
  /** Sets a row aside that no Region can take: its problems, without values. */
  park(id: string, problems: readonly Problem[], at: string): Promise<void>
}

export const laneMemory = (table: Table, region: Region): LaneMemory => {
  const lane = { pk: `lane#${region}`, sk: 'lease' }
  const sentKey = (id: string) => ({ pk: `sent#${region}#${hashOf(id)}`, sk: 'sent' })
  return {
    lease: (owner, now, until) =>
      table.put(
        { ...lane, owner, until },
        {
          expression: 'attribute_not_exists(pk) OR #until < :now OR #owner = :owner',
          names: { '#until': 'until', '#owner': 'owner' },
          values: { ':now': now, ':owner': owner },
        },
      ),
    async release(owner) {
      await table.delete(lane, {
        expression: '#owner = :owner',
        names: { '#owner': 'owner' },
        values: { ':owner': owner },
      })
    },
    sent: (ids) => rowsOf<Sent>(table, ids, sentKey),
    noteSent: (sent) => table.putAll([...sent].map(([id, note]) => ({ ...sentKey(id), ...note }))),
    async park(id, problems, at) {
      await table.put({ pk: `parked#${region}`, sk: hashOf(id), problems, at })
    },
  }
}
