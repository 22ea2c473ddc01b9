/** What every Region must show in the end, from the writes and the register alone: a model of its own, not the product's planner. */
import type { OptOut } from '../../shared/endpoint/endpoint.ts'
import type { Fact, Said } from './facts.ts'

/** An endpoint as it must be, in the words of GetEndpoint. */
export interface Expected {
  readonly id: string
  readonly said: Said
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly userAttributes: Said['userAttributes']
  readonly optOut: OptOut
  /** False where the end does not follow from what was written: no Region could take the item as it is. */
  readonly isCertain: boolean
  /** False where somebody at its address is uncertain; where somebody of its user is. */
  readonly isStatusCertain: boolean
  readonly isUserCertain: boolean
  /** It has never been in the table. */
  readonly isOfFile?: boolean
}

interface Claim {
  readonly id: string
  readonly key: string
  readonly version: number
  readonly said: Said
}

type Written = Extract<Fact, { kind: 'written' }>

/** By endpoint id, in lower case. */
export const expectedFrom = (facts: readonly Fact[]): ReadonlyMap<string, Expected> => {
  const writes = facts.filter((fact): fact is Written => fact.kind === 'written')
  const claims = ownersOf(writes)
  const all = [...claims.values()]
  const doubtful = all.filter(({ said }) => said.fitness !== 'fit')
  const everSaid = (id: string) =>
    writes.flatMap(({ said }) => said.filter((each) => each.id.toLowerCase() === id))
  // Where a Region last took what cannot be read now, it may still be.
  const haunted = new Set(doubtful.flatMap(({ id }) => everSaid(id).map(({ address }) => address)))
  const hauntedUsers = new Set(doubtful.flatMap(({ id }) => everSaid(id).map(({ userId }) => userId)))
  const fit = all.filter(({ said }) => said.fitness === 'fit')
  return new Map([
    ...strangersOf(facts, writes),
    ...all.map(({ id, said }): [string, Expected] => [
      id,
      {
        id,
        said,
        status:
          winner(fit.filter((each) => !each.said.isInactive && each.said.address === said.address)) === id
            ? 'ACTIVE'
            : 'INACTIVE',
        userAttributes: attributesOf(said.userId, fit),
        optOut: consentOf(id, said, facts),
        isCertain: said.fitness === 'fit',
        isStatusCertain: !haunted.has(said.address),
        isUserCertain: said.userId === undefined || !hauntedUsers.has(said.userId),
      },
    ]),
  ])
}

/** Who has never been in the table is as the newest file has them. */
const strangersOf = (facts: readonly Fact[], writes: readonly Written[]): [string, Expected][] => {
  const owned = new Set(writes.flatMap(({ said }) => said.map(({ id }) => id.toLowerCase())))
  const files = facts
    .filter((fact) => fact.kind === 'dropped')
    .sort((one, other) => one.version - other.version)
  const rows = new Map(files.flatMap((file) => file.rows.map((row) => [row.id, row] as const)))
  return [...rows.values()]
    .filter(({ id }) => !owned.has(id))
    .map(({ id, address, attributes }) => {
      const said: Said = {
        ...{ id, address, attributes, channel: 'EMAIL', fitness: 'fit', isInactive: false, metrics: {} },
        ...{
          city: undefined,
          platform: undefined,
          userId: undefined,
          userAttributes: {},
          consent: undefined,
        },
      }
      const optOut = consentOf(id, said, facts)
      const certain = { isOfFile: true, isCertain: true, isStatusCertain: true, isUserCertain: true }
      return [id, { id, said, status: 'ACTIVE', userAttributes: {}, optOut, ...certain }]
    })
}

/** Of items that differ only by case the last in order has the endpoint. */
const ownersOf = (writes: readonly Written[]): ReadonlyMap<string, Claim> => {
  const items = new Map(writes.map((write) => [write.key, write]))
  const owners = new Map<string, Claim>()
  for (const key of [...items.keys()].sort()) {
    const { version = 0, said = [] } = items.get(key) ?? {}
    for (const each of said)
      owners.set(each.id.toLowerCase(), { id: each.id.toLowerCase(), key, version, said: each })
  }
  return owners
}

const winner = (claims: readonly Claim[]): string | undefined =>
  claims.toSorted((one, other) => other.version - one.version || (one.id < other.id ? -1 : 1))[0]?.id

const attributesOf = (userId: string | undefined, fit: readonly Claim[]): Said['userAttributes'] => {
  if (userId === undefined) return {}
  const members = fit.filter(({ said }) => said.userId === userId)
  const newest = winner(members)
  return members.find(({ id }) => id === newest)?.said.userAttributes ?? {}
}

/** The newest of all that was ever noted and of what the item says now; at one instant the opt-out. */
const consentOf = (id: string, { consent }: Said, facts: readonly Fact[]): OptOut => {
  let [value, at] = ['NONE', ''] as [OptOut, string]
  const hear = (word: OptOut, said: string) => {
    if (said > at || (said === at && word === 'ALL')) [value, at] = [word, said]
  }
  for (const fact of facts) if (fact.kind === 'consent' && fact.id === id) hear(fact.value, fact.said)
  if (consent?.at !== undefined) hear(consent.value, consent.at)
  if (consent?.value === 'ALL' && consent.at === undefined && at < writtenAt(id, facts)) return 'ALL'
  return value
}

/** When the item was last written: what it says without a date it has said since then. */
const writtenAt = (id: string, facts: readonly Fact[]): string => {
  const write = facts.findLast(
    (fact) => fact.kind === 'written' && fact.said.some((each) => each.id.toLowerCase() === id),
  )
  return new Date(write?.at ?? 0).toISOString()
}
