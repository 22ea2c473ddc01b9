/** What is to be done in one Region for one endpoint of one item. */
import type { Change } from '../../endpoint/change.ts'
import type { Consent } from '../../endpoint/consent.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Problem } from '../../endpoint/rules.ts'
import type { Sent } from '../../ledger/lane-memory.ts'

interface Planned {
  readonly id: string
  /** Of the item. */
  readonly key: string
}

/** A change to hand over, what to remember from before the call, and what once it is applied. */
export interface Send extends Planned {
  readonly kind: 'send'
  readonly change: Change
  readonly before: Sent | undefined
  readonly during: Sent
  readonly after: Sent
  /** Of a change that takes an opt-out back: when that was said, ISO 8601. */
  readonly optedInAt?: string
  /** The Region had accepted it before, and does not have it. */
  readonly isLost?: boolean
}

/** To be read back: the Region was sent `said` (nothing: a remove), and it is time to see whether it holds it. */
export interface Prove extends Planned {
  readonly kind: 'prove'
  readonly said: Endpoint | undefined
  /** What to remember when it does, and what to send when it does not. */
  readonly proved: Sent
  readonly again: Send
}

/**
 * The Region is to be asked for its address first. `leave`: a remove begins; who is there is opted out and made INACTIVE at
 * once, and deleted when that has taken effect. `opt-out`: no more of the item can be read than that it opts out.
 */
export interface Ask extends Planned {
  readonly kind: 'leave' | 'opt-out'
  readonly note: Sent | undefined
  /** Only the opt-out, and at once: an Import Job may still write the endpoint. */
  readonly held?: Held
}

export interface Held {
  /** The instant (ms, the ledger's time) at which to see whether the rest may follow. */
  readonly until: number
  /** The endpoint as it is to be opted out where the Region does not have it yet. */
  readonly otherwise?: Endpoint
}

/** Not before the instant `until` (ms, the ledger's time): something sent before may still take effect. */
export interface Wait extends Planned {
  readonly kind: 'wait'
  readonly until: number
}

/** Set aside: no Region can take it as it is. */
export interface Park extends Planned {
  readonly kind: 'park'
  readonly problems: readonly Problem[]
}

export interface Done extends Planned {
  readonly kind: 'done'
}

export type Plan = Send | Prove | Ask | Wait | Park | Done

/** No more than an opt-out can be said yet: the endpoint stays in its groups as it was. */
export const isHeldUp = (plan: Plan): boolean =>
  plan.kind === 'wait' || ((plan.kind === 'leave' || plan.kind === 'opt-out') && plan.held !== undefined)

/** A plan, and what was learnt on the way to it. */
export interface Thought {
  readonly plan: Plan
  /** The consent as now known, where that is news. */
  readonly consent?: Consent | undefined
  /** Parked beside the plan: only the opt-out of an otherwise unfit endpoint goes. */
  readonly problems?: readonly Problem[]
  /** When (ms) the item is to be looked at again, whatever becomes of the plan. */
  readonly dueAt?: number
}

/** Opt-outs and removes, and their proofs, do not go to the end of a backlog. */
export const isUrgent = (plan: Plan): boolean => {
  if (plan.kind === 'prove') return isUrgent(plan.again)
  if (plan.kind === 'leave' || plan.kind === 'opt-out') return true
  return plan.kind === 'send' && (plan.change.kind === 'remove' || plan.after.optOut === 'ALL')
}

/** The Region accepts the endpoint, and keeps it otherwise or not at all. */
export const NOT_HELD: Problem = {
  rule: 'NOT_HELD',
  field: '',
  expected: 'an endpoint that the Region keeps as it was sent',
}

/** What is set aside with an item that the Region itself has not taken. */
export const problemOf = (reason: string): Problem =>
  reason === NOT_HELD.rule
    ? NOT_HELD
    : { rule: reason, field: '', expected: 'an endpoint that the Region accepts' }

/** So many times it may be accepted and not be there before somebody is to know. */
export const MOST_LOSSES = 6

/** The fingerprint of an endpoint of which no more was said than that it is opted out. */
export const OPTED_OUT = 'opted out'
