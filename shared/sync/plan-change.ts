/** What one Region is to be sent for one id, given the row, the consent and what was sent before. Pure. */
import { fieldsOf, withClears } from '../endpoint/clears.ts'
import { put, remove } from '../endpoint/change.ts'
import type { Change } from '../endpoint/change.ts'
import { join, optOutToSend } from '../endpoint/consent.ts'
import type { Consent } from '../endpoint/consent.ts'
import type { Endpoint, OptOut } from '../endpoint/endpoint.ts'
import { fingerprint } from '../endpoint/fingerprint.ts'
import type { Problem } from '../endpoint/rules.ts'
import { isRow, rowOf } from '../sources/customer-table.ts'
import type { Sent } from '../ledger/lane-memory.ts'

export type Item = Readonly<Record<string, unknown>>

export interface Known {
  readonly id: string
  /** The row as it is now; undefined where the table has none (any more). */
  readonly item: Item | undefined
  readonly consent: Consent | undefined
  /** What the Region was last sent; undefined where nothing is known to have been. */
  readonly before: Sent | undefined
  /** ISO 8601. */
  readonly now: string
}

export type Plan =
  | {
      readonly kind: 'send'
      readonly id: string
      readonly change: Change
      /** What to remember from before the call, and what once it is applied. */
      readonly during: Sent
      readonly after: Sent
      /** The consent as now known, where that is news. */
      readonly consent: Consent | undefined
    }
  | { readonly kind: 'unchanged'; readonly id: string }
  | { readonly kind: 'unfit'; readonly id: string; readonly problems: readonly Problem[] }

export const planChange = (known: Known): Plan =>
  known.item ? planPut(known, known.item) : planRemove(known)

const NEVER_SENT: Sent = { fingerprint: '', state: 'unknown', fields: [] }

const planPut = ({ id, before = NEVER_SENT, consent, now }: Known, item: Item): Plan => {
  // An opt-out without a date was said when it was first seen.
  const row = rowOf(item, consent?.value === 'ALL' ? consent.at : now)
  if (!isRow(row)) return { kind: 'unfit', id, problems: row }
  const joined = join(consent, row.consent)
  const print = fingerprint({ ...row.endpoint, OptOut: joined?.value })
  if (isApplied(before, print)) return { kind: 'unchanged', id }
  const optOut = optOutToSend(joined, before.optOut)
  const endpoint: Endpoint = { EndpointStatus: 'ACTIVE', ...row.endpoint, ...(optOut && { OptOut: optOut }) }
  const after: Sent = {
    fingerprint: print,
    state: 'applied',
    ...remembered(optOut ?? before.optOut),
    fields: fieldsOf(endpoint),
  }
  return {
    kind: 'send',
    id,
    change: put(withClears(endpoint, before.fields)),
    during: duringSend(before, after),
    after,
    consent: joined === consent ? undefined : joined,
  }
}

const planRemove = ({ id, before = NEVER_SENT }: Known): Plan => {
  if (isApplied(before, '')) return { kind: 'unchanged', id }
  const after: Sent = { fingerprint: '', state: 'applied', fields: [] }
  return {
    kind: 'send',
    id,
    change: remove(id),
    during: duringSend(before, after),
    after,
    consent: undefined,
  }
}

const isApplied = (before: Sent, print: string): boolean =>
  before.state === 'applied' && before.fingerprint === print

const remembered = (optOut: OptOut | undefined): Pick<Sent, 'optOut'> => (optOut ? { optOut } : {})

/** Until the answer is known, all that the Region may hold counts: both sets of fields, and an opt-out not yet taken back. */
const duringSend = (before: Sent, after: Sent): Sent => ({
  fingerprint: after.fingerprint,
  state: 'unknown',
  ...remembered(before.optOut === 'ALL' ? 'ALL' : after.optOut),
  fields: [...new Set([...before.fields, ...after.fields])],
})
