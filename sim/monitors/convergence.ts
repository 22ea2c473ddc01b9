/** I1: when all is quiet, every Region holds, byte for byte, what the reference says; nothing more and nothing less. */
import type { EndpointResponse } from '../../local/pinpoint/endpoint.ts'
import type { Fact, Violation } from '../history/facts.ts'
import { expectedFrom } from '../history/reference.ts'
import type { Expected } from '../history/reference.ts'
import { isOfLoad } from './registry.ts'

export interface Regional {
  readonly ids: () => readonly string[]
  get(id: string): EndpointResponse | undefined
}

/** Regions by name, as they are at the instant `at`. */
export const convergenceOf = (
  facts: readonly Fact[],
  regions: ReadonlyMap<string, Regional>,
  at: number,
): readonly Violation[] => {
  const expected = expectedFrom(facts)
  const doubts = doubtsFrom(facts, expected)
  return [...regions].flatMap(([region, store]) => {
    const ids = new Set([...expected.keys(), ...store.ids()])
    return [...ids].flatMap((id): Violation[] => {
      const what = difference(expected.get(id), store.get(id), doubts(region, id))
      return what === undefined ? [] : [{ monitor: 'I1', at, what, region, id }]
    })
  })
}

/** What cannot be asked of one endpoint of one Region. */
interface Doubts {
  /** A change was accepted and lost, which only a sample would find. */
  readonly isLost: boolean
  readonly isStatusLost: boolean
  readonly isUserLost: boolean
  /** The customer opted out there, and the Region alone may know. */
  readonly isStopped: boolean
  /** A row that was made before an opt-in has opted them out after it, and no lane can tell that from a STOP. */
  readonly isOutByRow: boolean
  /** The row that says it was refused, and what is to become of such rows is no part of the histories. */
  readonly isRefused: boolean
  /** A file has brought it, and its lane has never sent it: that it has been in the table meanwhile, only other Regions know. */
  readonly isByRowAlone: boolean
}

const doubtsFrom = (facts: readonly Fact[], expected: ReadonlyMap<string, Expected>) => {
  const lost = new Set(
    facts.flatMap((fact) =>
      fact.kind === 'answered' || fact.kind === 'abandoned'
        ? fact.lost.map((id) => `${fact.call.region} ${id}`)
        : fact.kind === 'refused row'
          ? [`${fact.region} ${fact.id}`]
          : [],
    ),
  )
  const stopped = stopsIn(facts)
  const outByRow = outByRowIn(facts)
  const refused = new Set(
    facts.flatMap((fact) => (fact.kind === 'refused row' ? [`${fact.region} ${fact.id}`] : [])),
  )
  const byRowAlone = byRowAloneIn(facts)
  const everAt = (field: 'address' | 'userId', region: string): Set<string | undefined> =>
    new Set(
      facts.flatMap((fact) =>
        fact.kind === 'written'
          ? fact.said.flatMap((said) => (lost.has(`${region} ${said.id.toLowerCase()}`) ? [said[field]] : []))
          : [],
      ),
    )
  const regions = new Map<string, { addresses: Set<string | undefined>; users: Set<string | undefined> }>()
  return (region: string, id: string): Doubts => {
    const around = regions.get(region) ?? {
      addresses: everAt('address', region),
      users: everAt('userId', region),
    }
    regions.set(region, around)
    const said = expected.get(id)?.said
    return {
      isLost: lost.has(`${region} ${id}`),
      isStatusLost: around.addresses.has(said?.address),
      isUserLost: said?.userId !== undefined && around.users.has(said.userId),
      isStopped: stopped.has(`${region} ${id}`),
      isRefused: refused.has(`${region} ${id}`) && expected.get(id)?.isOfFile === true,
      isOutByRow: outByRow.has(`${region} ${id}`),
      isByRowAlone: byRowAlone.has(`${region} ${id}`),
    }
  }
}

/** Opt-outs in one Region alone that nothing has undone since: no delete, and no opt-in of a later date. */
const stopsIn = (facts: readonly Fact[]): ReadonlySet<string> => {
  const stopped = new Set<string>()
  for (const fact of facts) {
    if (fact.kind !== 'effect') continue
    const name = `${fact.region} ${fact.id}`
    if (fact.by === 'stop' && fact.before?.optOut === 'NONE') stopped.add(name)
    if (fact.by === 'remove' || fact.after?.optOut === 'NONE') stopped.delete(name)
  }
  return stopped
}

const byRowAloneIn = (facts: readonly Fact[]): ReadonlySet<string> => {
  const brought = new Set<string>()
  for (const fact of facts)
    if (fact.kind === 'effect' && isByRow(fact)) brought.add(`${fact.region} ${fact.id}`)
  for (const fact of facts)
    if (fact.kind === 'called' && fact.operation !== 'get' && !isOfLoad(fact))
      for (const { id } of fact.items) brought.delete(`${fact.region} ${id}`)
  return brought
}

type Effect = Extract<Fact, { kind: 'effect' }>

const isByRow = ({ by, call }: Effect): boolean =>
  by === 'import' || (by === 'put' && call !== undefined && isOfLoad(call))

const outByRowIn = (facts: readonly Fact[]): ReadonlySet<string> => {
  const out = new Set<string>()
  for (const fact of facts) {
    if (fact.kind !== 'effect') continue
    const { before, after, by } = fact
    const name = `${fact.region} ${fact.id}`
    if (isByRow(fact) && before?.optOut === 'NONE' && after?.optOut === 'ALL') out.add(name)
    if (by === 'remove' || after?.optOut === 'NONE') out.delete(name)
  }
  return out
}

const difference = (
  expected: Expected | undefined,
  stored: EndpointResponse | undefined,
  doubts: Doubts,
): string | undefined => {
  if (!expected) return stored && !doubts.isByRowAlone ? 'is there, and no item claims it' : undefined
  if (!stored) return expected.isCertain && !doubts.isLost ? 'is not there' : undefined
  const optOut = consentDifference(expected, stored, doubts)
  if (optOut || !expected.isCertain || doubts.isLost) return optOut
  return contentDifference(expected, stored, doubts)
}

const consentDifference = (
  { optOut, isCertain }: Expected,
  stored: EndpointResponse,
  { isStopped, isLost, isOutByRow, isRefused }: Doubts,
): string | undefined => {
  if (isStopped) return stored.OptOut === 'ALL' ? undefined : 'forgets an opt-out of that Region'
  if (stored.OptOut === optOut || isRefused || (isOutByRow && stored.OptOut === 'ALL')) return undefined
  // Nobody is written to who has opted out, whatever else is wrong; the other way round an error is one of service.
  return optOut === 'ALL' || (isCertain && !isLost)
    ? `OptOut is ${stored.OptOut ?? 'absent'}, not ${optOut}`
    : undefined
}

const contentDifference = (
  { said, status, userAttributes, isStatusCertain, isUserCertain }: Expected,
  stored: EndpointResponse,
  { isStatusLost, isUserLost }: Doubts,
): string | undefined => {
  const withUser = isUserCertain && !isUserLost
  const wanted = plain({
    Address: said.address,
    ChannelType: said.channel,
    Attributes: said.attributes,
    Metrics: said.metrics,
    Location: { City: said.city },
    Demographic: { Platform: said.platform },
    User: { UserId: said.userId, UserAttributes: withUser ? userAttributes : {} },
    Status: isStatusCertain && !isStatusLost ? status : '',
  })
  const { Address, ChannelType, Attributes, Metrics, Location, Demographic, User, EndpointStatus } = stored
  const found = plain({
    ...{ Address, ChannelType, Attributes, Metrics, Location, Demographic },
    User: { UserId: User.UserId, UserAttributes: withUser ? User.UserAttributes : {} },
    Status: isStatusCertain && !isStatusLost ? EndpointStatus : '',
  })
  return wanted === found ? undefined : `is ${found}, not ${wanted}`
}

/** Without what is empty, keys in order. */
const plain = (value: unknown): string => JSON.stringify(tidy(value) ?? {})

const tidy = (value: unknown): unknown => {
  if (value === '' || value === undefined) return undefined
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, tidy(inner)] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
