/** What a Region's lane remembers: of each endpoint what it was last sent, of each item which endpoints it became. */
import type { Members } from '../endpoint/coupling.ts'
import type { OptOut, Region } from '../endpoint/endpoint.ts'
import type { Problem } from '../endpoint/rules.ts'
import { hashOf, rowsOf, spellingOf } from './id-hash.ts'
import type { Key, Row, Table } from './table.ts'

/** What one Region was last sent for one endpoint. */
export interface Sent {
  /** Stands for the content; '' after a remove. */
  readonly fingerprint: string
  /** `unknown` from before the call until its answer is written down. */
  readonly state: 'unknown' | 'applied'
  /** Until the instant (ms, the ledger's time) nothing else is sent for it: what was sent may still take effect. */
  readonly fence: number
  /** The last consent that may be in effect there because of us. */
  readonly optOut?: OptOut
  /** Clearable fields that may be set there, see `fieldsOf`. */
  readonly fields: readonly string[]
  /** When it was noted, ISO 8601: a file that is older must not follow it. */
  readonly at: string
  /** The Region is to be asked whether it holds what was sent. */
  readonly unproved?: boolean
  /** So many times the Region accepted it, and was then seen not to hold it. */
  readonly lost?: number
  /** That was too often: it is set aside until it changes. */
  readonly unheld?: boolean
  /** An opt-out is being taken back: when the Region's endpoint had last been written before that. */
  readonly takenBackFrom?: string
  /** A remove that has begun: opted out and INACTIVE there, not yet deleted. */
  readonly leaving?: boolean
  /** An Import Job brings it: until its fence has passed, nothing is sent but an opt-out. */
  readonly importing?: Importing
  /** An Import Job that should have brought it has failed, or left out some row: it goes by calls. */
  readonly byCall?: boolean
  /** Keys of the items that want it: the last in order of spelling has it. */
  readonly keys: readonly string[]
  /** The groups it is a member of there. */
  readonly address?: string
  readonly user?: string
  /** Seconds since the epoch at which a tombstone may be forgotten (DynamoDB's time to live). */
  readonly expires?: number
}

export interface Importing {
  readonly run: string
  /** When the oldest change was committed that the run brings with it, ms since the epoch. */
  readonly since: number
}

/** What became of one item in one Region. */
export interface Mapped {
  readonly key: string
  /** Of the endpoints that are, or may still be, there because of it. */
  readonly ids: readonly string[]
  /** It, or a part of it, is set aside. */
  readonly parked?: boolean
  /** When it was last looked at with news, ISO 8601. */
  readonly at: string
}

/** Endpoints of one address, or of one user, in one Region. */
export interface Group {
  readonly members: Members
  /** Names of user attributes that may be set there, whichever member has set them. */
  readonly attributes?: readonly string[]
  /** Seconds since the epoch at which it may be forgotten: it has had no members for a while. */
  readonly expires?: number
}

/** A remove that the Region has been seen to have done; no value of the person's in it. */
export interface Receipt {
  /** When the Region was asked and had it no more, ISO 8601. */
  readonly provedAt: string
}

export interface LaneNotes {
  readonly mapped?: ReadonlyMap<string, Mapped>
  readonly sent?: ReadonlyMap<string, Sent>
  readonly groups?: ReadonlyMap<string, Group>
}

export interface LaneMemory {
  mapped(keys: readonly string[]): Promise<ReadonlyMap<string, Mapped>>
  sent(ids: readonly string[]): Promise<ReadonlyMap<string, Sent>>
  /** By the names that `addressGroup` and `userGroup` give. */
  groups(names: readonly string[]): Promise<ReadonlyMap<string, Group>>
  /** An item without endpoints and a group without members are forgotten. */
  note(notes: LaneNotes): Promise<void>
  /** Sets an item aside of which the Region cannot take all: its problems, without values. */
  park(key: string, problems: readonly Problem[], at: string): Promise<void>
  unpark(key: string): Promise<void>
  receipt(key: string, id: string, receipt: Receipt): Promise<void>
}

export const addressGroup = (address: string): string => `address#${spellingOf(address)}`
export const userGroup = (userId: string): string => `user#${spellingOf(userId)}`

/** Rows of a Region's lane by what they are about. */
const keysIn = (region: Region) => ({
  // Keys that differ only by case are two items.
  mapped: (key: string): Key => ({ pk: `item#${region}#${spellingOf(key)}`, sk: 'item' }),
  sent: (id: string): Key => ({ pk: `sent#${region}#${hashOf(id)}`, sk: 'sent' }),
  group: (name: string): Key => ({ pk: `group#${region}#${name}`, sk: 'group' }),
  parked: (key: string): Key => ({ pk: `parked#${region}`, sk: spellingOf(key) }),
  receipt: (key: string, id: string): Key => ({
    pk: `receipt#${spellingOf(key)}`,
    sk: `${region}#${hashOf(id)}`,
  }),
})

export const laneMemory = (table: Table, region: Region): LaneMemory => {
  const at = keysIn(region)
  return {
    mapped: (keys) => rowsOf<Mapped>(table, keys, at.mapped),
    sent: (ids) => rowsOf<Sent>(table, ids, at.sent),
    groups: (names) => rowsOf<Group>(table, names, at.group),
    async note({ mapped, sent, groups }) {
      const rows = [
        ...rowsFor(mapped, at.mapped, ({ ids, parked }) => ids.length === 0 && !parked),
        ...rowsFor(sent, at.sent, () => false),
        ...rowsFor(
          groups,
          at.group,
          ({ members, attributes = [] }) => Object.keys(members).length + attributes.length === 0,
        ),
      ]
      await Promise.all([
        table.putAll(rows.filter(({ isEmpty }) => !isEmpty).map(({ row }) => row)),
        table.deleteAll(rows.filter(({ isEmpty }) => isEmpty).map(({ row }) => row)),
      ])
    },
    async park(key, problems, when) {
      await table.put({ ...at.parked(key), key, problems, at: when })
    },
    async unpark(key) {
      await table.delete(at.parked(key))
    },
    async receipt(key, id, receipt) {
      await table.put({ ...at.receipt(key, id), region, ...receipt })
    },
  }
}

const rowsFor = <T extends object>(
  notes: ReadonlyMap<string, T> = new Map<string, T>(),
  keyOf: (name: string) => Key,
  isEmpty: (note: T) => boolean,
): { row: Row; isEmpty: boolean }[] =>
  [...notes].map(([name, note]) => ({ row: { ...(note as object), ...keyOf(name) }, isEmpty: isEmpty(note) }))
