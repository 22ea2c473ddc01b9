/**
 * Endpoints that Pinpoint couples: of those with one address one is ACTIVE, and those of one user share its attributes and
 * number at most fifteen (API reference, "Endpoint"; developer guide, "Adding endpoints"). Which one, which and whose is
 * decided here, by what the rows say, so that every Region comes to the same answer whatever came first.
 */

import type { Problem } from './problem.ts'

/** Endpoints that one user may have (developer guide, "Amazon Pinpoint quotas"). */
export const SEATS = 15

/** Of an endpoint that is one too many. */
export const NO_SEAT: Problem = {
  rule: 'USER_ENDPOINTS',
  field: 'User.UserId',
  expected: `at most ${SEATS} endpoints of a user`,
}

/** What one endpoint has to say in the groups it belongs to. */
export interface Member {
  /** Of the item of the customer table that it comes from. */
  readonly key: string
  /** Of that item; without one it is older than any. */
  readonly version?: number | string
  /** Its item wants it ACTIVE. */
  readonly active: boolean
  /** Stands for the user attributes that its item states. */
  readonly print?: string
}

/** Endpoint id → member. */
export type Members = Readonly<Record<string, Member>>

/** The one endpoint of an address that is to be ACTIVE: the newest row's, of equals the one with the lowest id. */
export const activeOf = (members: Members): string | undefined =>
  ranked(members).find(([, { active }]) => active)?.[0]

/** The endpoint whose row has the user's attributes. */
export const newestOf = (members: Members): string | undefined => ranked(members)[0]?.[0]

/** The endpoints that a user can have: the newest rows', at most {@link SEATS}. */
export const seatedOf = (members: Members): readonly string[] =>
  ranked(members)
    .slice(0, SEATS)
    .map(([id]) => id)

/** The endpoints of an address, besides those of `key`, that have to be looked at again when its members change so. */
export const touchedTwins = (before: Members, after: Members, key: string): string[] => {
  const [was, is] = [activeOf(before), activeOf(after)]
  return was === is ? [] : keysOf([was, is], { ...before, ...after }, key)
}

/** The same for the endpoints of a user: all of them when its attributes change, else those who gain or lose their seat. */
export const touchedUsers = (before: Members, after: Members, key: string): string[] => {
  const all = { ...before, ...after }
  if (standingOf(before) !== standingOf(after)) return keysOf(Object.keys(all), all, key)
  const [was, is] = [seatedOf(before), seatedOf(after)]
  return keysOf(
    Object.keys(all).filter((id) => was.includes(id) !== is.includes(id)),
    all,
    key,
  )
}

/** The endpoints whose content Pinpoint changes when `id` is put: the one that is ACTIVE no more. */
export const displacedTwins = (before: Members, after: Members, id: string): string[] => {
  const was = activeOf(before)
  return was !== undefined && was !== id && activeOf(after) === id ? [was] : []
}

/** The same for the endpoints of a user: all of them, when it brings other attributes. */
export const displacedUsers = (before: Members, after: Members, id: string): string[] =>
  standingOf(before) === standingOf(after) ? [] : Object.keys(before).filter((other) => other !== id)

/** The attributes alone: whose they are is of no matter to the others. */
const standingOf = (members: Members): string | undefined => members[newestOf(members) ?? '']?.print

const keysOf = (ids: readonly (string | undefined)[], members: Members, but: string): string[] => {
  const keys = ids.flatMap((id) => (id === undefined ? [] : (members[id]?.key ?? [])))
  return [...new Set(keys)].filter((key) => key !== but)
}

/** More than would share an address or a user in earnest (`none@example.com` may), and few enough for a row of the ledger. */
const MOST = 1_000

/** Of very many members the first in rank: no other is ACTIVE, seated or the newest before they have gone. */
export const foremostOf = (members: Members): Members =>
  Object.keys(members).length <= MOST ? members : Object.fromEntries(ranked(members).slice(0, MOST))

const ranked = (members: Members): [string, Member][] =>
  Object.entries(members).sort(([a, { version: x }], [b, { version: y }]) => {
    const order = compareVersions(y, x)
    return order === 0 ? (a < b ? -1 : 1) : order
  })

/** Numbers by size, texts by their characters; none is older than any, and a number older than a text. */
export const compareVersions = (
  one: number | string | undefined,
  other: number | string | undefined,
): number => {
  if (one === other) return 0
  if (one === undefined || other === undefined) return one === undefined ? -1 : 1
  if (typeof one === typeof other) return one < other ? -1 : 1
  return typeof one === 'number' ? -1 : 1
}
