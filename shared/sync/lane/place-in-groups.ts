/** Where an endpoint stands among those of its address and of its user, and whom its coming or going concerns. Pure. */
import {
  activeOf,
  displacedTwins,
  displacedUsers,
  foremostOf,
  newestOf,
  seatedOf,
  touchedTwins,
  touchedUsers,
} from '../../endpoint/coupling.ts'
import type { Member, Members } from '../../endpoint/coupling.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import type { EndpointStatus, User } from '../../endpoint/endpoint.ts'
import { fingerprint } from '../../endpoint/fingerprint.ts'
import type { Group, Sent } from '../../ledger/lane-memory.ts'
import type { Said } from '../../sources/mapping.ts'
import { groupsFor } from './observe.ts'
import type { Observed } from './observe.ts'
import type { Fit } from './plan-put.ts'

export interface Placed {
  /** The claim with the status and the user attributes that the others leave it. */
  readonly claim: Fit
  readonly place: Pick<Sent, 'address' | 'user'>
  /** Clearable fields that its user may have there because of other endpoints. */
  readonly shared: readonly string[]
  /** Its user has fifteen endpoints of newer rows. */
  readonly hasNoSeat: boolean
  /** The latest instant (ms) at which something sent to it or to one of the others may still take effect. */
  readonly fence: number
  /** The same of those alone that an Import Job brings; 0 where there are none. */
  readonly importFence: number
  readonly moves: Moves
}

/** Groups as they are to be noted, and the keys of items that this concerns. */
export interface Moves {
  readonly groups: ReadonlyMap<string, Group>
  readonly touched: readonly string[]
  /** Endpoints, by key of their id, that the Region changes when this one is put. */
  readonly displaced: readonly string[]
}

/** `key`: of the item that claims it. */
export const placeClaim = (key: string, claim: Fit, observed: Observed): Placed => {
  const id = keyOf(claim.endpoint.Id)
  const before = observed.sent.get(id)
  const isWhole = claim.problems.length === 0
  const { address, user } = { ...groupsFor(claim), ...(!isWhole && { user: before?.user }) }
  const me = memberOf(key, claim, observed.said.get(key)?.version)
  const twins = foremostOf({ ...membersOf(address, observed), [id]: me })
  // What cannot be read of its user stays as it is there.
  const kin = user ? foremostOf({ ...membersOf(user, observed), ...(isWhole && { [id]: me }) }) : {}
  const isShared = isWhole && user !== undefined
  const User = isShared ? userOf(id, claim, { kin, observed }) : claim.endpoint.User
  const EndpointStatus = statusOf(id, me, twins)
  const attributes = attributesOf(user, User, observed)
  return {
    claim: { ...claim, endpoint: { ...claim.endpoint, EndpointStatus, ...(User && { User }) } },
    place: { address, ...(user && { user }) },
    shared: attributes.map((name) => `User.UserAttributes.${name}`),
    hasNoSeat: isShared && !seatedOf(kin).includes(id),
    ...fencesOf([id, ...notedIn(address, observed)], notedIn(user, observed), observed),
    moves: movesOf(key, id, {
      before,
      after: { [address]: twins, ...(user && { [user]: kin }) },
      attributes,
      observed,
    }),
  }
}

/** Those whose items have moved on too: what was sent for them before may still take effect here. */
const notedIn = (name: string | undefined, { groups }: Observed): string[] =>
  Object.keys((name === undefined ? undefined : groups.get(name))?.members ?? {})

/** For an endpoint that leaves the groups that `before` has it in. */
export const leaveGroups = (key: string, id: string, observed: Observed, before: Sent | undefined): Moves =>
  movesOf(key, keyOf(id), { before, after: {}, attributes: [], observed })

/** Names of the user's attributes that may be set there: by this endpoint, or by any other before it. */
const attributesOf = (
  user: string | undefined,
  { UserAttributes = {} }: User = {},
  observed: Observed,
): string[] =>
  user === undefined
    ? []
    : [...new Set([...(observed.groups.get(user)?.attributes ?? []), ...Object.keys(UserAttributes)])]

const statusOf = (id: string, me: Member, twins: Members): EndpointStatus =>
  me.active && activeOf(twins) === id ? 'ACTIVE' : 'INACTIVE'

const memberOf = (key: string, { endpoint }: Fit, version: Said['version']): Member => ({
  key,
  ...(version !== undefined && { version }),
  active: endpoint.EndpointStatus !== 'INACTIVE',
  ...(endpoint.User?.UserAttributes && { print: fingerprint({ Id: '', ...endpoint.User.UserAttributes }) }),
})

/** The members as noted, brought up to what their items say now; whose items were not read are believed. */
const membersOf = (name: string, observed: Observed): Members =>
  Object.fromEntries(
    Object.entries(observed.groups.get(name)?.members ?? {}).flatMap(([id, member]) => {
      const holder = observed.sent.get(id)?.keys.at(-1) ?? member.key
      // Two items may want one endpoint: only the one that has it places it.
      if (holder !== member.key) return []
      if (!observed.read.has(member.key)) return [[id, member]]
      const said = observed.said.get(member.key)
      const claim = claimOf(id, said)
      const isStill = claim && Object.values(groupsFor(claim)).includes(name)
      return isStill ? [[id, memberOf(member.key, claim, said?.version)]] : []
    }),
  )

const claimOf = (id: string, said: Said | undefined): Fit | undefined =>
  said?.claims.find((claim): claim is Fit => claim.kind === 'fit' && keyOf(claim.endpoint.Id) === id)

const userOf = (id: string, claim: Fit, { kin, observed }: { kin: Members; observed: Observed }): User => {
  const newest = newestOf(kin)
  const own = claim.endpoint.User ?? {}
  if (newest === undefined || newest === id) return own
  const theirs = claimOf(newest, observed.said.get(kin[newest]?.key ?? ''))
  if (!theirs) return own
  const { UserAttributes: _, ...rest } = own
  const UserAttributes = theirs.endpoint.User?.UserAttributes
  return { ...rest, ...(UserAttributes && { UserAttributes }) }
}

/** The rows of one file go in no order, and each says all of its user's attributes; twins would take each other's place. */
const fencesOf = (
  twins: readonly string[],
  kin: readonly string[],
  { sent, filling }: Observed,
): Pick<Placed, 'fence' | 'importFence'> => {
  const notesOf = (ids: readonly string[]) => ids.flatMap((id) => sent.get(id) ?? [])
  const isInFile = ({ importing }: Sent) => filling !== undefined && importing?.run === filling
  const notes = [...notesOf(twins), ...notesOf(kin).filter((note) => !isInFile(note))]
  const latest = (some: readonly Sent[]) => Math.max(0, ...some.map(({ fence }) => fence))
  return { fence: latest(notes), importFence: latest(notes.filter(({ importing }) => importing)) }
}

interface Change {
  readonly before: Sent | undefined
  /** By group name, the members of those that it belongs to now. */
  readonly after: Readonly<Record<string, Members>>
  /** Of its user. */
  readonly attributes: readonly string[]
  readonly observed: Observed
}

const movesOf = (key: string, id: string, { before, after, attributes, observed }: Change): Moves => {
  const left = [before?.address, before?.user].flatMap((name) => (name && !after[name] ? [name] : []))
  const all: [string, Members][] = [
    ...Object.entries(after),
    ...left.map((name): [string, Members] => [name, without(id, membersOf(name, observed))]),
  ]
  const groupOf = (name: string, members: Members): Group => {
    const names = after[name] && isUser(name) ? attributes : (observed.groups.get(name)?.attributes ?? [])
    const isLeft = Object.keys(members).length === 0
    const expires = Math.floor(observed.now / 1000) + DAY
    return { members, ...(names.length > 0 && { attributes: names, ...(isLeft && { expires }) }) }
  }
  const changed = all.filter(([name, members]) => {
    const was = observed.groups.get(name)
    const isLearnt = isUser(name) && attributes.length > (was?.attributes?.length ?? 0)
    return isNews(was?.members ?? {}, members) || (after[name] && isLearnt)
  })
  return {
    groups: new Map(changed.map(([name, members]) => [name, groupOf(name, members)])),
    touched: changed.flatMap(([name, members]) => {
      const was = observed.groups.get(name)?.members ?? {}
      return isUser(name) ? touchedUsers(was, members, key) : touchedTwins(was, members, key)
    }),
    displaced: changed.flatMap(([name, members]) => {
      const was = observed.groups.get(name)?.members ?? {}
      return isUser(name) ? displacedUsers(was, members, id) : displacedTwins(was, members, id)
    }),
  }
}

const isUser = (name: string): boolean => name.startsWith('user#')

/** Seconds for which the attributes of a user without endpoints are remembered: those that leave may still be there. */
const DAY = 86_400

const without = (id: string, members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([each]) => each !== id))

/** A member that is alone has nobody to compare with: only who it is matters. */
const isNews = (before: Members, after: Members): boolean => {
  const ids = Object.keys(after)
  if (ids.length !== Object.keys(before).length || ids.some((id) => !before[id])) return true
  if (ids.length === 1) return ids.some((id) => before[id]?.key !== after[id]?.key)
  return ids.some((id) => JSON.stringify(sorted(before[id])) !== JSON.stringify(sorted(after[id])))
}

const sorted = (member: Member | undefined) =>
  Object.entries(member ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
