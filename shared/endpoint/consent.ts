/** Consent is law: the newest word counts, a tie is an opt-out, and silence is never an opt-in. */
import type { OptOut } from './endpoint.ts'

/** What a customer last said about being written to, and when (ISO 8601, UTC). */
export interface Consent {
  readonly value: OptOut
  readonly at: string
  /** Of an opt-in: it takes back an opt-out that we had heard of, by whatever door, and told the Regions. */
  readonly takesBack?: boolean
}

/**
 * The newer of two consents; at the same instant `ALL`. Commutative, associative and idempotent, so the
 * order in which consents become known is of no matter.
 */
export const join = (one: Consent | undefined, other: Consent | undefined): Consent | undefined => {
  if (!one || !other) return one ?? other
  if (one.at !== other.at) return one.at > other.at ? one : other
  // The same word again is no news: what is known of it stays.
  return one.value === 'ALL' || one.value === other.value ? one : other
}

/**
 * What is known after `news`: an opt-in over a known opt-out says that it takes that back, in every Region; so does a newer one
 * after it, as not every Region may have heard the first.
 */
export const hear = (known: Consent | undefined, news: Consent | undefined): Consent | undefined => {
  const joined = join(known, news)
  const takesBack = known?.value === 'ALL' || known?.takesBack === true
  return joined !== known && joined?.value === 'NONE' && takesBack ? { ...joined, takesBack } : joined
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
  const told = lastSent ?? (known?.takesBack ? 'ALL' : undefined)
  return known?.value === 'NONE' && told === 'ALL' ? 'NONE' : undefined
}
