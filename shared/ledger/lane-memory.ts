/** What a lane remembers: who sends now, what each endpoint was last sent, and each customer's consent. */
import { createHash } from 'node:crypto'
import type { Consent } from '../endpoint/consent.ts'
import { keyOf } from '../endpoint/endpoint.ts'
import type { OptOut, Region } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import type { Row, Table } from './table.ts'

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
}

export interface LaneMemory {
  /** True when `owner` may send to the Region until the instant `until` (ms); false while somebody else may. */
  lease(owner: string, now: number, until: number): Promise<boolean>
  release(owner: string): Promise<void>
  sent(ids: readonly string[]): Promise<ReadonlyMap<string, Sent>>
  noteSent(sent: ReadonlyMap<string, Sent>): Promise<void>
  consents(ids: readonly string[]): Promise<ReadonlyMap<string, Consent>>
  /** Writes the consent down unless a newer one (or, at the same instant, an opt-out) is there. */
  noteConsent(id: string, consent: Consent): Promise<void>
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
    sent: (ids) => byId<Sent>(table, ids, sentKey),
    noteSent: (sent) => table.putAll([...sent].map(([id, note]) => ({ ...sentKey(id), ...note }))),
    consents: (ids) => byId<Consent>(table, ids, consentKey),
    async noteConsent(id, { value, at }) {
      await table.put(
        { ...consentKey(id), value, at },
        {
          expression: 'attribute_not_exists(pk) OR #at < :at OR (#at = :at AND :value = :all)',
          names: { '#at': 'at' },
          values: { ':at': at, ':value': value, ':all': 'ALL' },
        },
      )
    },
    async park(id, problems, at) {
      await table.put({ pk: `parked#${region}`, sk: hashOf(id), problems, at })
    },
  }
}

const consentKey = (id: string) => ({ pk: `consent#${hashOf(id)}`, sk: 'consent' })

/** An id may be an e-mail address: the ledger keeps what stands for it. */
const hashOf = (id: string): string => createHash('sha256').update(keyOf(id)).digest('base64url').slice(0, 27)

const byId = async <T>(
  table: Table,
  ids: readonly string[],
  key: (id: string) => { pk: string; sk: string },
): Promise<ReadonlyMap<string, T>> => {
  const keys = new Map(ids.map((id) => [key(id).pk, key(id)]))
  const rows = new Map((await table.getAll([...keys.values()])).map((row) => [row.pk, row]))
  return new Map(
    ids.flatMap((id): [string, T][] => {
      const row: Row | undefined = rows.get(key(id).pk)
      return row ? [[id, row as unknown as T]] : []
    }),
  )
}
