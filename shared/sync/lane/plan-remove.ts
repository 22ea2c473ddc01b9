/**
 * What one Region is to be sent for an endpoint that no item claims any more. Pure. In three steps, each after the one before
 * has certainly taken effect: opted out and INACTIVE at once, then deleted, then seen to be gone.
 */
import { isoOf } from '../../endpoint/iso-date.ts'
import { put, remove } from '../../endpoint/change.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import { NEVER_SENT } from './plan-put.ts'
import { lookAfter, nextLook, nextProof } from './fences.ts'
import { OPTED_OUT } from './plan.ts'
import type { Ask, Plan, Send } from './plan.ts'

export interface Unwanted {
  readonly id: string
  readonly key: string
  readonly before: Sent | undefined
  /** Nothing was ever noted of it, and yet it may be there, by another door. */
  readonly isUnknown: boolean
  /** The ledger's time, ms. */
  readonly now: number
  readonly force: boolean
  /** Until then (ms, the ledger's time) an Import Job may bring back who is deleted now. Left out where none may. */
  readonly loadingUntil?: number | undefined
}

/** Seconds for which a tombstone is kept: longer than any file may wait that could bring the endpoint back. */
const TOMBSTONE = 40 * 24 * 3600

export const planRemove = (unwanted: Unwanted): Plan => {
  const { id, key, before, isUnknown, now, force } = unwanted
  const who = { id, key }
  if (!before) return isUnknown ? { kind: 'leave', ...who, note: undefined } : { kind: 'done', ...who }
  if (before.fence > now) return waitOf(who, before, now)
  if (isGone(before)) return force ? { kind: 'leave', ...who, note: before } : { kind: 'done', ...who }
  if (before.unproved && before.fingerprint === '' && before.state === 'applied') {
    const due = nextProof(before)
    if (due > now) return { kind: 'wait', ...who, until: due }
    return {
      kind: 'prove',
      ...who,
      said: undefined,
      proved: tombstone(now),
      again: deletion(who, before, now),
    }
  }
  if (before.leaving && before.state === 'applied') return secondStep(who, before, unwanted)
  return { kind: 'leave', ...who, note: before }
}

/** A row of a file would make the endpoint anew, and not opted out; of the one that is there it leaves the consent as it is. */
const secondStep = (
  who: { id: string; key: string },
  before: Sent,
  { now, loadingUntil = 0 }: Unwanted,
): Plan =>
  loadingUntil > now
    ? { kind: 'wait', ...who, until: lookAfter(Date.parse(before.at), loadingUntil, now) }
    : deletion(who, before, now)

/** It is deleted once no Import Job can bring it back, and opted out at once. */
const waitOf = (who: { id: string; key: string }, before: Sent, now: number): Plan => {
  const until = before.importing ? nextLook(before.fence, now) : before.fence
  const isTold = isLeaving(before) && before.state === 'applied'
  return before.importing && !isTold
    ? { kind: 'leave', ...who, note: before, held: { until } }
    : { kind: 'wait', ...who, until }
}

/** For an endpoint of which its item says no more than that it opts out. */
export const planOptOut = ({ id, key, before, now }: Known): Plan => {
  const ask: Ask = { kind: 'opt-out', id, key, note: before }
  const due = isOptOutOnItsWay(before) ? nextProof(before) : before.fence
  if (before.fence <= now) return due > now ? { kind: 'wait', id, key, until: due } : ask
  return before.importing
    ? { ...ask, held: { until: nextLook(before.fence, now) } }
    : { kind: 'wait', id, key, until: before.fence }
}

const isOptOutOnItsWay = ({ fingerprint, state, unproved }: Sent): boolean =>
  fingerprint === OPTED_OUT && state === 'applied' && unproved === true

interface Known {
  readonly id: string
  readonly key: string
  readonly before: Sent
  /** The ledger's time, ms. */
  readonly now: number
}

/** Seen to be gone, or never there. */
export const isGone = (note: Sent): boolean =>
  note.fingerprint === '' && note.state === 'applied' && !note.leaving && !note.unproved

/** There is nobody to opt out, or the Region has been seen to have the opt-out. */
export const isOptOutKnown = (note: Sent | undefined): boolean =>
  !note ||
  note.at === '' ||
  isGone(note) ||
  isLeaving(note) ||
  (note.optOut === 'ALL' && note.state === 'applied' && !note.unproved)

/** A remove that has begun is brought to its end, whoever wants the endpoint back meanwhile. */
export const isLeaving = (note: Sent | undefined): boolean => note?.leaving === true

/** The first step, for an endpoint as the Region has it. */
export const farewell = (ask: Ask, stored: Endpoint, now: number): Send =>
  told(ask, stored, {
    ...{ at: isoOf(now), fence: now, leaving: true, keys: [] },
    ...(ask.note?.leaving && ask.note.lost && { lost: ask.note.lost }),
  })

/** The opt-out of an endpoint of which the item says nothing else that can be read. */
export const optOutOf = (ask: Ask, stored: Endpoint, now: number): Send => {
  const { note, held } = ask
  const isLost = note !== undefined && isOptOutOnItsWay(note) && stored.OptOut !== 'ALL' && !held
  const before = note?.fingerprint === OPTED_OUT ? (note.lost ?? 0) : 0
  const lost = isLost ? before + 1 : before
  const news = {
    at: isoOf(now),
    fence: now,
    fingerprint: OPTED_OUT,
    unproved: true,
    ...(lost > 0 && { lost }),
  }
  return { ...told(ask, stored, news), ...(isLost && { isLost }) }
}

const told = (
  { id, key, note: before = NEVER_SENT }: Ask,
  { Address, ChannelType }: Endpoint,
  news: Partial<Sent>,
): Send => {
  // What an Import Job may still do to it, it may do afterwards too.
  const fence = Math.max(before.fence, news.fence ?? 0)
  const { lost: _, unheld: __, ...kept } = before
  const after: Sent = { ...kept, state: 'applied', optOut: 'ALL', ...news, fence }
  return {
    kind: 'send',
    id,
    key,
    // ACTIVE would make its twins INACTIVE, whichever of them is to be ACTIVE by now.
    change: put({ Id: id, Address, ChannelType, OptOut: 'ALL', EndpointStatus: 'INACTIVE' }),
    before,
    during: { ...after, state: 'unknown' },
    after,
  }
}

/** The note of an endpoint that is gone: it remembers only that, and for so long. */
export const tombstone = (now: number): Sent => ({
  fingerprint: '',
  state: 'applied',
  fence: 0,
  fields: [],
  at: isoOf(now),
  keys: [],
  expires: Math.floor(now / 1000) + TOMBSTONE,
})

export const deletion = ({ id, key }: { id: string; key: string }, before: Sent, now: number): Send => {
  const after: Sent = { ...tombstone(now), fence: now, optOut: 'ALL', leaving: true, unproved: true }
  const { expires: _, ...gone } = after
  // An Import Job may still bring it back: until that is over, it is not seen to be gone.
  const { importing, fence } = before
  const kept = {
    ...gone,
    ...(importing && fence > now && { importing, fence }),
    ...(before.fingerprint === '' && before.lost && { lost: before.lost }),
  }
  return {
    kind: 'send',
    id,
    key,
    change: remove(id),
    before,
    during: { ...kept, state: 'unknown' },
    after: kept,
  }
}
