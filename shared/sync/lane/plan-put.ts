/** What one Region is to be sent for an endpoint that an item claims. Pure. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { fieldsOf, withClears } from '../../endpoint/clears.ts'
import { put } from '../../endpoint/change.ts'
import { hear, optOutToSend } from '../../endpoint/consent.ts'
import type { Consent } from '../../endpoint/consent.ts'
import type { Endpoint, OptOut } from '../../endpoint/endpoint.ts'
import { fingerprint } from '../../endpoint/fingerprint.ts'
import type { Problem } from '../../endpoint/rules.ts'
import type { Sent } from '../../ledger/lane-memory.ts'
import type { Claim, Stated } from '../../sources/mapping.ts'
import { nextLook, nextProof } from './fences.ts'
import { MOST_LOSSES, NOT_HELD, OPTED_OUT } from './plan.ts'
import type { Plan, Prove, Send, Thought } from './plan.ts'

export type Fit = Extract<Claim, { kind: 'fit' }>

export interface Wanted {
  readonly id: string
  /** Of the item. */
  readonly key: string
  /** The claim, with the status and the user attributes that its groups leave it. */
  readonly claim: Fit
  readonly consent: Consent | undefined
  /** What the Region was last sent; undefined where nothing is known to have been. */
  readonly before: Sent | undefined
  /** Its groups there, and the keys of all items that want it. */
  readonly place: Pick<Sent, 'keys' | 'address' | 'user'>
  /** Clearable fields that may be set there because of others. */
  readonly shared: readonly string[]
  /** Not before (ms, the ledger's time): the latest fence of the endpoint and of those it is coupled to. */
  readonly fence: number
  /** The same of those alone that an Import Job brings. */
  readonly importFence: number
  /** The ledger's time, ms. */
  readonly now: number
  /** Send even what seems to be there. */
  readonly force: boolean
  /** The run whose import file it is planned for. */
  readonly filling?: string | undefined
}

export const NEVER_SENT: Sent = { fingerprint: '', state: 'unknown', fence: 0, fields: [], at: '', keys: [] }

export const planPut = (wanted: Wanted): Thought => {
  const { claim, now } = wanted
  const { consent, dueAt } = consentAfter(claim.stated, wanted.consent, now)
  const send = sendOf(wanted, consent)
  const problems = isNotHeld(wanted, send) ? [...claim.problems, NOT_HELD] : claim.problems
  return {
    plan: planOf(wanted, send, consent, problems),
    problems,
    ...(consent !== wanted.consent && { consent }),
    ...(dueAt !== undefined && { dueAt }),
  }
}

const planOf = (
  wanted: Wanted,
  send: Send,
  consent: Consent | undefined,
  problems: readonly Problem[],
): Plan => {
  const { id, key, claim, before = NEVER_SENT, now } = wanted
  const isSaid = isThere(wanted, send)
  if (isSaid && before.unheld) return { kind: 'park', id, key, problems }
  if ((isSaid && !before.unproved) || isInFile(wanted, send)) return { kind: 'done', id, key }
  if (wanted.fence > now) return waitOf(wanted, consent)
  if (!isSaid) return send
  const due = nextProof(before)
  return due > now ? { kind: 'wait', id, key, until: due } : proveOf(send, before, claim)
}

/** The Region was sent just this, and that is enough. */
const isThere = ({ before, force }: Wanted, { after }: Send): boolean =>
  before?.state === 'applied' && before.fingerprint === after.fingerprint && !force

const isNotHeld = (wanted: Wanted, send: Send): boolean => {
  const { unheld = false, lost = 0 } = wanted.before ?? NEVER_SENT
  return (unheld || lost >= MOST_LOSSES) && isThere(wanted, send)
}

const isInFile = ({ before, filling }: Wanted, { after }: Send): boolean =>
  before?.importing !== undefined &&
  before.importing.run === filling &&
  before.fingerprint === after.fingerprint

/** An opt-out does not wait for an Import Job, whose rows opt out as well, or are silent about it. */
const waitOf = (wanted: Wanted, consent: Consent | undefined): Plan => {
  const { id, key, before = NEVER_SENT, fence, importFence, now } = wanted
  const until = importFence > now ? nextLook(importFence, now) : fence
  const isNews = consent?.value === 'ALL' && !isOptedOut(before)
  if (!isNews || !isHeldByImport(wanted)) return { kind: 'wait', id, key, until }
  const { Address, ChannelType } = wanted.claim.endpoint
  // INACTIVE, so that no twin gives way to it; the job's own row makes it ACTIVE.
  const otherwise = { Id: id, Address, ChannelType, EndpointStatus: 'INACTIVE' } as const
  const held = { until, ...(before.importing && { otherwise }) }
  return { kind: 'opt-out', id, key, note: before, held }
}

/** In effect, or in the file: who was in the Region and not opted out there is not in a file. */
const isOptedOut = ({ state, optOut, importing, fingerprint }: Sent): boolean =>
  optOut === 'ALL' && (state === 'applied' || (importing !== undefined && fingerprint !== OPTED_OUT))

/** And by nothing else: a call under way may be an opt-in. */
const isHeldByImport = ({ before = NEVER_SENT, importFence, now }: Wanted): boolean =>
  importFence > now && before.fingerprint !== '' && (before.importing !== undefined || before.fence <= now)

/** The consent after what the item states. An opt-in from the future says nothing until its time has come. */
export const consentAfter = (
  stated: Stated | undefined,
  known: Consent | undefined,
  now: number,
): { consent: Consent | undefined; dueAt?: number } => {
  // An opt-in without a date could not be told from an older one.
  if (!stated || (stated.value === 'NONE' && stated.at === undefined)) return { consent: known }
  // An opt-out without a date was said when it was first seen.
  const undated = known?.value === 'ALL' ? known.at : isoOf(now)
  const at = stated.at ?? undated
  if (stated.value === 'ALL' || at <= isoOf(now)) return { consent: hear(known, { value: stated.value, at }) }
  return { consent: known, dueAt: Date.parse(at) }
}

const sendOf = (wanted: Wanted, consent: Consent | undefined): Send => {
  const { id, key, before = NEVER_SENT } = wanted
  const isWhole = wanted.claim.problems.length === 0
  const optOut = optOutToSend(consent, before.optOut)
  const said: Endpoint = { ...wanted.claim.endpoint, ...(optOut && { OptOut: optOut }) }
  const after = afterPut(wanted, consent, optOut)
  return {
    kind: 'send',
    id,
    key,
    change: put(isWhole ? withClears(said, [...before.fields, ...wanted.shared]) : said),
    before: wanted.before,
    during: duringPut(before, after),
    after,
    ...(optOut === 'NONE' && consent && { optedInAt: consent.at }),
  }
}

const afterPut = (wanted: Wanted, consent: Consent | undefined, optOut: OptOut | undefined): Sent => {
  const { claim, before = NEVER_SENT, place, now } = wanted
  const isWhole = claim.problems.length === 0
  const print = fingerprint({
    ...claim.endpoint,
    OptOut: consent?.value,
    ...(!isWhole && { Unfit: claim.problems }),
  })
  // Of an unfit row only the address and the opt-out are said: what it would have said besides stays as it is there.
  const fields = isWhole ? fieldsOf(claim.endpoint) : before.fields
  const isUnproved = mustProve(before, optOut, fields) || isSampled(print)
  return {
    fingerprint: print,
    state: 'applied',
    fence: now,
    ...remembered(optOut ?? before.optOut),
    fields: isUnproved ? [...new Set([...before.fields, ...fields])] : fields,
    at: isoOf(now),
    ...(isUnproved && { unproved: true }),
    // It counts for this content only, and an operator who forces it begins anew.
    ...(before.lost && before.fingerprint === print && !wanted.force && { lost: before.lost }),
    ...place,
  }
}

/** Consent is read back, and so is a clear: were it lost, no later put would say it again. */
const mustProve = (before: Sent, optOut: OptOut | undefined, fields: readonly string[]): boolean =>
  before.unproved === true ||
  (optOut !== undefined && optOut !== before.optOut) ||
  before.fields.some((field) => !fields.includes(field))

/** One in a hundred changes that are not about consent is read back as well; which, its content says. */
const isSampled = (print: string): boolean => Number.parseInt(print.slice(0, 4), 16) % 100 === 0

const remembered = (optOut: OptOut | undefined): Pick<Sent, 'optOut'> => (optOut ? { optOut } : {})

/** Until the answer is known, all that the Region may hold counts: both sets of fields, and an opt-out not yet taken back. */
const duringPut = (before: Sent, after: Sent): Sent => ({
  ...after,
  state: 'unknown',
  ...remembered(before.optOut === 'ALL' ? 'ALL' : after.optOut),
  fields: [...new Set([...before.fields, ...after.fields])],
})

const proveOf = (
  send: Send,
  { unproved: _, lost: __, ...note }: Sent,
  { endpoint, problems }: Fit,
): Prove => ({
  kind: 'prove',
  id: send.id,
  key: send.key,
  said: send.change.kind === 'put' ? send.change.endpoint : undefined,
  // What was cleared is seen to be clear; of what an unfit row could not say, nothing is seen.
  proved: { ...note, fields: problems.length === 0 ? fieldsOf(endpoint) : note.fields },
  again: send,
})
