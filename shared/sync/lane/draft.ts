/** What a batch of items has come to so far: filled item by item, and seen by the items that come later. */
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Group, Sent } from '../../ledger/lane-memory.ts'
import type { Observed } from './observe.ts'
import type { Moves } from './place-in-groups.ts'
import { isGone } from './plan-remove.ts'
import type { Thought } from './plan.ts'

export interface Draft {
  readonly thoughts: Thought[]
  readonly sent: Map<string, Sent>
  readonly groups: Map<string, Group>
  readonly touched: Set<string>
  readonly displaced: Set<string>
  /** Keys of the ids of endpoints that these plans bring to their user: nothing is noted of them yet. */
  readonly newcomers: Set<string>
}

/** What the Region has of it, as all that come later are to see it and the ledger is to remember it. */
export const noteSent = (id: string, note: Sent, observed: Observed, draft: Draft): void => {
  observed.sent.set(keyOf(id), note)
  // As the ledger knows it: two spellings of an id are one row, which no batch may write twice.
  draft.sent.set(keyOf(id), note)
}

/** What one item has moved, the next one sees. */
export const apply = ({ groups, touched, displaced }: Moves, observed: Observed, draft: Draft): void => {
  for (const [name, group] of groups) {
    observed.groups.set(name, group)
    draft.groups.set(name, group)
  }
  for (const key of touched) draft.touched.add(key)
  for (const id of displaced) displace(id, observed, draft)
}

/** What the Region has of it is not what it was sent any more: it is sent again, whatever it is to say by then. */
const displace = (id: string, observed: Observed, draft: Draft): void => {
  const before = observed.sent.get(id)
  draft.displaced.add(id)
  withdraw(id, draft)
  // Its groups may name the item that had it before.
  for (const key of before?.keys ?? []) draft.touched.add(key)
  if (before && !isGone(before)) noteSent(id, { ...before, state: 'unknown' }, observed, draft)
}

/** Nothing is sent for it by the items before: a later one has changed what it is to be. */
export const withdraw = (id: string, { thoughts }: Draft): void => {
  thoughts.forEach((other, at) => {
    const { plan } = other
    const isSame = keyOf(plan.id) === keyOf(id) && plan.kind !== 'park'
    if (isSame) thoughts[at] = { ...other, plan: { kind: 'done', id: plan.id, key: plan.key } }
  })
}
