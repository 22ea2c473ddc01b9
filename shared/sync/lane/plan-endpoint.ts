/** What one Region is to be sent for one endpoint that an item claims, or claims no more, among those it is coupled to. Pure. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { NO_SEAT } from '../../endpoint/coupling.ts'
import { keyOf } from '../../endpoint/endpoint.ts'
import type { Problem } from '../../endpoint/rules.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import type { Claim } from '../../sources/mapping.ts'
import { apply, noteSent } from './draft.ts'
import type { Draft } from './draft.ts'
import type { Observed } from './observe.ts'
import { leaveGroups, placeClaim } from './place-in-groups.ts'
import type { Placed } from './place-in-groups.ts'
import { consentAfter, NEVER_SENT, planPut } from './plan-put.ts'
import type { Fit } from './plan-put.ts'
import { isLeaving, isOptOutKnown, planOptOut, planRemove } from './plan-remove.ts'
import { FENCE } from './fences.ts'
import { isHeldUp } from './plan.ts'
import type { Plan, Send, Thought } from './plan.ts'
import { isCrowded, isThere } from './seats.ts'

export interface Task {
  readonly observed: Observed
  /** The ledger's time, ms. */
  readonly now: number
  /** Keys whose endpoints are sent even where they seem to be there. */
  readonly forced: ReadonlySet<string>
  /** Until then (ms, the ledger's time) an Import Job may bring back who is deleted now. Left out where none may. */
  readonly loadingUntil?: number
}

export const thinkOf = (key: string, claim: Claim, task: Task, draft: Draft): Thought =>
  claim.kind === 'fit' ? thinkOfFit(key, claim, task, draft) : thinkOfUnfit(key, claim, task)

/** Where not even the address can be read, an opt-out is heard all the same: whoever writes the endpoint next says it. */
const thinkOfUnfit = (
  key: string,
  { id = '', optsOut, problems }: Extract<Claim, { kind: 'unfit' }>,
  { observed, now }: Task,
): Thought => {
  const park: Thought = { plan: { kind: 'park', id, key, problems } }
  const before = observed.sent.get(keyOf(id))
  const known = observed.consents.get(keyOf(id))
  if (id === '' || !(optsOut || known?.value === 'ALL')) return park
  const consent = known?.value === 'ALL' ? undefined : ({ value: 'ALL', at: isoOf(now) } as const)
  // Where an earlier endpoint of the item has the id, that one says it: an id is sent once a call.
  const isSaid = problems.some(({ rule }) => rule === 'ID_TWICE')
  if (!before || isOptOutKnown(before) || isSaid) return { ...park, consent }
  return { plan: planOptOut({ id, key, before, now }), consent, problems }
}

const thinkOfFit = (key: string, claim: Fit, task: Task, draft: Draft): Thought => {
  const { observed, now, loadingUntil } = task
  const id = claim.endpoint.Id
  const before = observed.sent.get(keyOf(id))
  const keys = [...new Set([...(before?.keys ?? []), key])].sort()
  if (keys.at(-1) !== key) return parkTaken(claim, { id, key, keys, before }, task, draft)
  // A remove that has begun comes to its end before the endpoint comes back: it would come back opted out.
  if (before && isLeaving(before)) {
    const plan = planRemove({ id, key, before, isUnknown: false, now, force: false, loadingUntil })
    return { plan, dueAt: heldUntil(plan) ?? now }
  }
  claimBy({ id, key, keys, before }, observed, draft)
  const placed = placeClaim(key, claim, observed)
  return placed.hasNoSeat
    ? evict(key, placed, task, draft)
    : thinkOfPut({ id, key, keys, before }, placed, task, draft)
}

/** An item that has gone may see to the end of the remove: the one that wants the endpoint back is to come again all the same. */
const heldUntil = (plan: Plan): number | undefined => {
  if (plan.kind === 'wait') return plan.until
  return plan.kind === 'leave' ? plan.held?.until : undefined
}

/** It is another item's. */
const parkTaken = (claim: Fit, { id, key, keys, before }: Claimant, task: Task, draft: Draft): Thought => {
  const { observed, now } = task
  noteSent(id, { ...(before ?? NEVER_SENT), keys }, observed, draft)
  const known = observed.consents.get(keyOf(id))
  const { consent, dueAt } = consentAfter(claim.stated, known, now)
  // It is the same person's endpoint: who has it says the opt-out.
  const isUnsaid = consent !== undefined && consent.value !== (before?.optOut ?? 'NONE')
  if (isUnsaid) draft.touched.add(keys.at(-1) ?? key)
  return {
    plan: { kind: 'park', id, key, problems: [TAKEN] },
    ...(consent !== known && { consent }),
    ...(dueAt !== undefined && { dueAt }),
  }
}

/** Who wants it is known from now on, whatever becomes of the plan; the others are to find that they have it no more. */
const claimBy = ({ id, key, keys, before }: Claimant, observed: Observed, draft: Draft): void => {
  const note = { ...(before ?? NEVER_SENT), keys }
  observed.sent.set(keyOf(id), note)
  if (!before || before.keys.includes(key)) return
  noteSent(id, note, observed, draft)
  for (const other of keys) if (other !== key) draft.touched.add(other)
}

interface Claimant {
  readonly id: string
  readonly key: string
  /** Of all items that want it. */
  readonly keys: readonly string[]
  readonly before: Sent | undefined
}

const thinkOfPut = (
  { id, key, keys, before }: Claimant,
  { claim, place, shared, fence, importFence, moves }: Placed,
  { observed, now, forced }: Task,
  draft: Draft,
): Thought => {
  const thought = planPut({
    id,
    key,
    claim,
    consent: observed.consents.get(keyOf(id)),
    before,
    place: { keys, ...place },
    shared,
    fence,
    importFence,
    now,
    force: forced.has(key),
    filling: observed.filling,
  })
  if (isHeldUp(thought.plan)) return thought
  apply(moves, observed, draft)
  // Whatever becomes of the send: where it was put, it has to be taken from again.
  const note = { ...putIn(before ?? NEVER_SENT, place), keys }
  const isSame = before?.address === place.address && before?.user === place.user
  if (isSame) observed.sent.set(keyOf(id), note)
  else noteSent(id, note, observed, draft)
  // Who has lost the seat to it learns that now, and leaves.
  if (isCrowded(id, place.user, observed, draft.newcomers))
    return { ...thought, plan: { kind: 'wait', id, key, until: now + FENCE.accepted } }
  if (thought.plan.kind === 'send') draft.newcomers.add(keyOf(id))
  return thought
}

/** The note with these groups and no others. */
export const putIn = (
  { address: _, user: __, ...note }: Sent,
  { address, user }: Pick<Sent, 'address' | 'user'>,
): Sent => ({ ...note, ...(address && { address }), ...(user && { user }) })

const TAKEN: Problem = { rule: 'ID_TAKEN', field: 'Id', expected: 'an endpoint id that no other item has' }

/** It stays a member of its user, so as to come back when a seat is free. */
const evict = (key: string, { claim, moves, place }: Placed, task: Task, draft: Draft): Thought => {
  const { observed, now, loadingUntil } = task
  const id = claim.endpoint.Id
  const before = observed.sent.get(keyOf(id))
  const removal =
    before && isThere(before)
      ? planRemove({ id, key, before, isUnknown: false, now, force: false, loadingUntil })
      : undefined
  if (removal && isHeldUp(removal)) return { plan: removal, problems: [NO_SEAT] }
  const groups = new Map([...moves.groups].filter(([name]) => name.startsWith('user#')))
  apply({ ...moves, groups }, observed, draft)
  // At its address another one may be ACTIVE.
  const { user: _, ...there } = before ?? NEVER_SENT
  apply(leaveGroups(key, id, observed, there), observed, draft)
  if (removal) return { plan: removal, problems: [NO_SEAT], dueAt: now }
  const { user } = place
  noteSent(id, { ...(before ?? NEVER_SENT), ...(user && { user }) }, observed, draft)
  return { plan: { kind: 'park', id, key, problems: [NO_SEAT] } }
}

export const thinkOfVanished = (key: string, id: string, task: Task, draft: Draft): Thought => {
  const { observed, now, forced, loadingUntil } = task
  const before = observed.sent.get(keyOf(id))
  const others = (before?.keys ?? []).filter((each) => each !== key)
  if (before && others.length > 0) {
    // It is another item's, or becomes it.
    noteSent(id, { ...before, keys: others }, observed, draft)
    for (const other of others) draft.touched.add(other)
    return { plan: { kind: 'done', id, key } }
  }
  const isUnknown = !observed.said.has(key)
  const plan = planRemove({ id, key, before, isUnknown, now, force: forced.has(key), loadingUntil })
  if (isHeldUp(plan)) return { plan }
  apply(leaveGroups(key, id, observed, before), observed, draft)
  if (before) vacate(id, before, plan, { observed, draft })
  return { plan }
}

/** An item behind this one may want it; what is done already is noted by nobody else. */
const vacate = (
  id: string,
  before: Sent,
  { kind }: Plan,
  { observed, draft }: { observed: Observed; draft: Draft },
): void => {
  const note = { ...before, keys: [] }
  if (kind === 'done' && before.keys.length > 0) noteSent(id, note, observed, draft)
  else observed.sent.set(keyOf(id), note)
}

/** The thought with all who want the endpoint: that is known when the last item has been looked at. */
export const withClaimants = (thought: Thought, { sent }: Observed): Thought => {
  const { plan } = thought
  const keys = sent.get(keyOf(plan.id))?.keys
  if (!keys) return thought
  if (plan.kind === 'send') return { ...thought, plan: wantedBy(plan, keys) }
  if (plan.kind !== 'prove' || !plan.said) return thought
  const { proved, again } = plan
  return { ...thought, plan: { ...plan, proved: { ...proved, keys }, again: wantedBy(again, keys) } }
}

const wantedBy = (send: Send, keys: readonly string[]): Send =>
  isLeaving(send.after) ? send : { ...send, during: { ...send.during, keys }, after: { ...send.after, keys } }
