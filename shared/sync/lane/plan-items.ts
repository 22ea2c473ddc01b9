/** What one Region is to be sent for some items, one after the other, each knowing what the ones before it have changed. Pure. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Group, Mapped, Sent } from '../../ledger/lane-memory.ts'
import type { Claim } from '../../sources/mapping.ts'
import { withdraw } from './draft.ts'
import type { Draft } from './draft.ts'
import { thinkOf, thinkOfVanished, withClaimants } from './plan-endpoint.ts'
import type { Task } from './plan-endpoint.ts'
import type { Thought } from './plan.ts'

export interface ToPlan extends Task {
  readonly keys: readonly string[]
  /** Of a key alone, without its item: the endpoints that it may have become. */
  readonly idsOf: (key: string) => readonly string[]
}

export interface Planned {
  readonly thoughts: readonly Thought[]
  /** To be noted before anything is sent. */
  readonly mapped: ReadonlyMap<string, Mapped>
  readonly sent: ReadonlyMap<string, Sent>
  readonly groups: ReadonlyMap<string, Group>
  /** Keys of other items, to be looked at because of what these have become. */
  readonly touched: ReadonlySet<string>
  /** Endpoints, by key of their id, that one of these displaces: nothing is to be sent for them before it. */
  readonly displaced: ReadonlySet<string>
}

interface ItemsDraft extends Draft {
  readonly mapped: Map<string, Mapped>
}

export const planItems = (task: ToPlan): Planned => {
  const draft: ItemsDraft = {
    thoughts: [],
    mapped: new Map(),
    sent: new Map(),
    groups: new Map(),
    touched: new Set(),
    displaced: new Set(),
    newcomers: new Set(),
  }
  for (const key of task.keys) planItem(key, task, draft)
  return { ...draft, thoughts: draft.thoughts.map((thought) => withClaimants(thought, task.observed)) }
}

const planItem = (key: string, task: ToPlan, draft: ItemsDraft): void => {
  const { observed, idsOf, now } = task
  const claims = observed.said.get(key)?.claims ?? []
  const before = observed.mapped.get(key)
  const thoughts = claims.map((claim) => thinkOf(key, claim, task, draft))
  const claimed = claims.map(idIn)
  const known = [...(before?.ids ?? []), ...(observed.said.has(key) ? [] : idsOf(key))]
  // Of an item of which not even the ids can be read, nothing is known to have vanished.
  const vanished = claimed.includes(undefined) ? [] : distinct(known).filter((id) => !has(claimed, id))
  thoughts.push(...vanished.map((id) => thinkOfVanished(key, id, task, draft)))
  thoughts.push(...optedOutUnnamed(claims, distinct(known)).map((claim) => thinkOf(key, claim, task, draft)))
  // Of two items that want one endpoint, the later plan holds: it knows of the other.
  for (const { plan } of thoughts) if (plan.kind !== 'park' && plan.kind !== 'done') withdraw(plan.id, draft)
  draft.thoughts.push(...thoughts)
  noteMapped(key, thoughts, { before, claimed, known, now }, draft)
}

/** Nobody can tell which of its endpoints an item opts out: all that it does not claim otherwise. */
const optedOutUnnamed = (claims: readonly Claim[], known: readonly string[]): Claim[] => {
  const unnamed = claims.find((claim) => claim.kind === 'unfit' && !claim.id && claim.optsOut)
  if (!unnamed) return []
  const claimed = claims.map(idIn)
  return known
    .filter((id) => !has(claimed, id))
    .map((id) => ({ ...unnamed, kind: 'unfit', id, optsOut: true, problems: unnamed.problems }))
}

const idIn = (claim: Claim): string | undefined => (claim.kind === 'fit' ? claim.endpoint.Id : claim.id)

const has = (ids: readonly (string | undefined)[], id: string): boolean =>
  ids.some((each) => each !== undefined && keyOf(each) === keyOf(id))

const distinct = (ids: readonly string[]): string[] => [...new Map(ids.map((id) => [keyOf(id), id])).values()]

const noteMapped = (
  key: string,
  thoughts: readonly Thought[],
  item: {
    before: Mapped | undefined
    claimed: readonly (string | undefined)[]
    known: readonly string[]
    now: number
  },
  draft: ItemsDraft,
): void => {
  const { before, claimed, known, now } = item
  const ended = thoughts.flatMap(({ plan }) => (plan.kind === 'done' ? [plan.id] : []))
  const held = known.filter((id) => has(claimed, id) || claimed.includes(undefined) || !has(ended, id))
  const ids = distinct([...held, ...claimed.flatMap((id) => id ?? [])])
  const parked = thoughts.some(({ plan, problems = [] }) => plan.kind === 'park' || problems.length > 0)
  const isSame = ids.join('\n') === (before?.ids ?? []).join('\n') && parked === (before?.parked ?? false)
  if (!isSame) draft.mapped.set(key, { key, ids, at: isoOf(now), ...(parked && { parked }) })
}
