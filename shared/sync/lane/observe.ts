/** All that must be known to plan for some items: read after the lane is ours, and consistently. */
import { isoOf } from '../../endpoint/iso-date.ts'
import type { Consent } from '../../endpoint/consent.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Consents } from '../../ledger/consents.ts'
import { addressGroup, userGroup } from '../../ledger/lane-memory.ts'
import type { Group, LaneMemory, Mapped, Sent } from '../../ledger/lane-memory.ts'
import type { Claim, Item, Mapping, Said } from '../../sources/mapping.ts'

export interface Observer {
  readonly memory: LaneMemory
  readonly consents: Consents
  readonly mapping: Mapping
  /** The items of the customer table that are there, by key, read consistently. */
  readonly readItems: (keys: readonly string[]) => Promise<ReadonlyMap<string, Item>>
}

/** Endpoints are by `keyOf(id)`, items by their key. */
export interface Observed {
  readonly said: ReadonlyMap<string, Said>
  /** Keys of the items that were read; of those without an entry in `said` there is no item. */
  readonly read: ReadonlySet<string>
  readonly mapped: ReadonlyMap<string, Mapped>
  readonly sent: Map<string, Sent>
  readonly consents: ReadonlyMap<string, Consent>
  readonly groups: Map<string, Group>
  /** The ledger's time, ms. */
  readonly now: number
  /** The run whose import file it is planned for: what is in there holds up nobody of the same user. */
  readonly filling?: string
}

/** Members of a group whose items are read to compare them: of a larger one, what they last said is believed. */
const KIN = 50

/** `keys`: items, each once. `now`: the ledger's time, ms. */
export const observe = async (
  keys: readonly string[],
  observer: Observer,
  now: number,
): Promise<Observed> => {
  const { memory, consents, mapping, readItems } = observer
  const say = (items: ReadonlyMap<string, Item>): [string, Said][] =>
    [...items].map(([key, item]) => [key, mapping.said(item, isoOf(now))])
  const [items, mapped] = await Promise.all([readItems(keys), memory.mapped(keys)])
  const said = new Map(say(items))
  const ids = distinctIds([
    ...[...mapped.values()].flatMap((each) => each.ids),
    ...[...said.values()].flatMap(({ claims }) => claims.map(idOf)),
    ...keys.flatMap((key) => mapping.idsOf(key)),
  ])
  const [sent, known] = await Promise.all([memory.sent(ids), consents.of(ids)])
  const names = [
    ...new Set([...[...sent.values()].flatMap(groupsOf), ...[...said.values()].flatMap(groupsClaimed)]),
  ]
  const groups = new Map(await memory.groups(names))
  const kin = [...groups.values()]
    .map(({ members }) => Object.entries(members))
    .filter((all) => all.length <= KIN)
  const strangers = new Set(kin.flat().flatMap(([, { key }]) => (keys.includes(key) ? [] : [key])))
  const others = distinctIds(kin.flat().map(([id]) => id)).filter((id) => !ids.includes(id))
  const [theirItems, theirSent] = await Promise.all([
    strangers.size > 0 ? readItems([...strangers]) : new Map<string, Item>(),
    others.length > 0 ? memory.sent(others) : new Map<string, Sent>(),
  ])
  for (const [key, each] of say(theirItems)) said.set(key, each)
  return {
    said,
    read: new Set([...keys, ...strangers]),
    mapped,
    sent: byKey([...sent, ...theirSent]),
    consents: byKey([...known]),
    groups,
    now,
  }
}

const byKey = <T>(entries: readonly (readonly [string, T])[]): Map<string, T> =>
  new Map(entries.map(([id, value]) => [keyOf(id), value]))

const distinctIds = (ids: readonly (string | undefined)[]): string[] => [
  ...new Map(ids.flatMap((id) => (id === undefined ? [] : [[keyOf(id), id] as const]))).values(),
]

const idOf = (claim: Claim): string | undefined => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)

const groupsOf = ({ address, user }: Sent): string[] => [address, user].flatMap((name) => name ?? [])

const groupsClaimed = ({ claims }: Said): string[] =>
  claims.flatMap((claim) => (claim.kind === 'fit' ? Object.values(groupsFor(claim)) : []))

/** The groups that a claim makes its endpoint a member of. */
export const groupsFor = ({
  endpoint,
}: Extract<Claim, { kind: 'fit' }>): { address: string; user?: string } => ({
  address: addressGroup(endpoint.Address),
  ...(endpoint.User?.UserId && { user: userGroup(endpoint.User.UserId) }),
})
