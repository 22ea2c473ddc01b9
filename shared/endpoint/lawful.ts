/** The last look at a change before it leaves: consent is law, whatever the code before this has thought. */
import type { Change } from './change.ts'
import type { Consent } from './consent.ts'

/**
 * True when the change may be sent, given what the register says now: to somebody who is opted out nothing is sent that does
 * not say so, and `NONE` is said only where the register has an opt-in that takes an opt-out back.
 */
export const isLawful = (change: Change, consent: Consent | undefined): boolean => {
  if (change.kind === 'remove') return true
  const { OptOut } = change.endpoint
  if (consent?.value === 'ALL') return OptOut === 'ALL'
  return OptOut !== 'NONE' || consent?.value === 'NONE'
}
