/** Consent is law: the newest word counts, a tie is an opt-out, and silence is never an opt-in. */
import type { OptOut } from './endpoint.ts'

/** What a customer last said about being written to, and when (ISO 8601, UTC). */
export interface Consent {
  readonly value: OptOut
  readonly at: string
}

/**
 * The newer of two consents; at the same instant `ALL`. Commutative, associative and idempotent, so the
 * order in which consents become known is of no matter.
 */
export const join = (one: Consent | undefined, other: Consent | undefined): Consent | undefined => {
  if (!one || !other) return one ?? other
  if (one.at !== other.at) return one.at > other.at ? one : other
  return one.value === 'ALL' ? one : other
}

/**
 * The `OptOut` to put in a write to one Region, or undefined to leave it out (Pinpoint then keeps what it has).
 * An opt-out is always said. `NONE` is said only to take back an opt-out that we ourselves sent there, after a newer,
 * dated opt-in: a Region may know of a STOP that we do not.
 */
export const optOutToSend = (
  known: Consent | undefined,
  lastSent: OptOut | undefined,
): OptOut | undefined => {
  if (known?.value === 'ALL') return 'ALL'
  return known?.value === 'NONE' && lastSent === 'ALL' ? 'NONE' : undefined
}
