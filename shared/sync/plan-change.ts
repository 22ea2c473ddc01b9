/** What one Region is to be sent for one id, given the row, the consent and what was sent before. Pure. */
import { fieldsOf, withClears } from '../endpoint/clears.ts'
import { put, remove } from '../endpoint/change.ts'
import type { Change } from '../endpoint/change.ts'
import { hear, optOutToSend } from '../endpoint/consent.ts'
import type { Consent } from '../endpoint/consent.ts'
import type { Endpoint, OptOut } from '../endpoint/endpoint.ts'
import { fingerprint } from '../endpoint/fingerprint.ts'
import type { Problem } from '../endpoint/rules.ts'
import { isRow, rowOf } from '../sources/customer-table.ts'
import type { Item, Row } from '../sources/customer-table.ts'
import { spellingOf } from '../ledger/id-hash.ts'
import type { Sent } from '../ledger/lane-memory.ts'

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
      /** What to park beside it: only the opt-out of an otherwise unfit item goes. */
      readonly problems: readonly Problem[]
    }
  | { readonly kind: 'unchanged'; readonly id: string; readonly consent: Consent | undefined }
  | {
      readonly kind: 'unfit'
      readonly id: string
      readonly problems: readonly Problem[]
      readonly consent: Consent | undefined
    }

export const planChange = (known: Known): Plan =>
  known.item ? planPut(known, known.item) : planRemove(known)

const NEVER_SENT: Sent = { fingerprint: '', state: 'unknown', fields: [], at: '' }

const planPut = ({ id, before = NEVER_SENT, consent, now }: Known, item: Item): Plan => {
  // An opt-out without a date was said when it was first seen.
  const row = rowOf(item, { now, undated: consent?.value === 'ALL' ? consent.at : now })
  if (!isRow(row)) return { kind: 'unfit', id, problems: row, consent: hearOptOut(item, consent, now) }
  const joined = hear(consent, row.consent)
  const news = joined === consent ? undefined : joined
  const after = { ...afterPut(id, row, joined, before), at: now }
  // Another spelling of the id is told apart only by its note, which must then be written anew.
  const isSame = isApplied(before, after.fingerprint) && before.spelling === after.spelling
  if (isSame) return { kind: 'unchanged', id, consent: news }
  const change = put(endpointFor(row, optOutToSend(joined, before.optOut), before))
  return {
    kind: 'send',
    id,
    change,
    during: duringSend(before, after),
    after,
    consent: news,
    problems: row.problems,
  }
}

/** Where not even an address can be read, the opt-out is heard all the same: whoever writes the customer next says it. */
const hearOptOut = (item: Item, consent: Consent | undefined, now: string): Consent | undefined =>
  item['OptOut'] === 'ALL' && consent?.value !== 'ALL' ? { value: 'ALL', at: now } : undefined

/** Of an unfit item only the address and the opt-out are said: what it would have said besides stays as it is there. */
const endpointFor = ({ endpoint, problems }: Row, optOut: OptOut | undefined, before: Sent): Endpoint => {
  const said: Endpoint = { EndpointStatus: 'ACTIVE', ...endpoint, ...(optOut && { OptOut: optOut }) }
  return problems.length > 0 ? said : withClears(said, before.fields)
}

const afterPut = (
  id: string,
  { endpoint, problems }: Row,
  consent: Consent | undefined,
  before: Sent,
): Omit<Sent, 'at'> => ({
  fingerprint: fingerprint({
    ...endpoint,
    OptOut: consent?.value,
    ...(problems.length > 0 && { Unfit: problems }),
  }),
  state: 'applied',
  ...remembered(optOutToSend(consent, before.optOut) ?? before.optOut),
  fields: problems.length > 0 ? before.fields : fieldsOf(endpoint),
  spelling: spellingOf(id),
})

const planRemove = ({ id, before = NEVER_SENT, now }: Known): Plan => {
  const isAnothers = before.spelling !== undefined && before.spelling !== spellingOf(id)
  if (isAnothers || isApplied(before, '')) return { kind: 'unchanged', id, consent: undefined }
  const after: Sent = { fingerprint: '', state: 'applied', fields: [], at: now }
  const during = duringSend(before, after)
  return { kind: 'send', id, change: remove(id), during, after, consent: undefined, problems: [] }
}

const isApplied = (before: Sent, print: string): boolean =>
  before.state === 'applied' && before.fingerprint === print

const remembered = (optOut: OptOut | undefined): Pick<Sent, 'optOut'> => (optOut ? { optOut } : {})

/** Until the answer is known, all that the Region may hold counts: both sets of fields, and an opt-out not yet taken back. */
const duringSend = (before: Sent, after: Sent): Sent => ({
  fingerprint: after.fingerprint,
  state: 'unknown',
  at: after.at,
  ...remembered(before.optOut === 'ALL' ? 'ALL' : after.optOut),
  fields: [...new Set([...before.fields, ...after.fields])],
  ...(after.spelling && { spelling: after.spelling }),
})
