/** What of a Region's plans an Import Job can bring, and what stays with the lane. Pure. */
import { keyOf } from '../endpoint/endpoint.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Sent } from '../ledger/lane-memory.ts'
import type { Observed } from './observe.ts'
import type { Send, Thought } from './plan.ts'
import { isUrgent } from './plan.ts'

export interface Sorted {
  /** Each a row of the file. */
  readonly rows: readonly Send[]
  /** Keys of items of which something is left for the lane, and of those which of them nothing may hold up. */
  readonly left: ReadonlySet<string>
  readonly urgent: ReadonlySet<string>
}

/** `observed`: as it is after the planning. `run`: whose file it is. */
export const sortOut = (thoughts: readonly Thought[], observed: Observed, run: string): Sorted => {
  const fates = thoughts.map((thought) => ({ plan: thought.plan, fate: fateOf(thought, observed, run) }))
  const possible = fates.flatMap(({ fate, plan }) => (fate === 'row' ? [plan as Send] : []))
  const rows = [...Map.groupBy(possible, ({ after }) => after.address).values()].flatMap((twins) =>
    twins.filter(({ id, after }) => twins.length === 1 && !hasTwin(id, after, observed, run)),
  )
  const brought = new Set<Thought['plan']>(rows)
  const left = fates.flatMap(({ fate, plan }) => (fate === 'none' || brought.has(plan) ? [] : [plan]))
  return {
    rows,
    left: new Set(left.map(({ key }) => key)),
    urgent: new Set(left.filter(isUrgent).map(({ key }) => key)),
  }
}

const fateOf = ({ plan, problems = [], dueAt }: Thought, { sent }: Observed, run: string) => {
  if (plan.kind === 'done') return dueAt === undefined ? 'none' : 'left'
  if (plan.kind !== 'send' || problems.length > 0 || !isRow(plan) || isOptOut(plan)) return 'left'
  const note = sent.get(keyOf(plan.id))
  if (!note || !isOf(run, note)) return 'row'
  // It is in the file already. What has changed since goes out by the lane, once the job is over.
  return note.fingerprint === plan.after.fingerprint ? 'none' : 'left'
}

/** Somebody who may be written to as it is now, and must not be: that does not wait for a job. */
const isOptOut = ({ change, before }: Send): boolean =>
  change.kind === 'put' &&
  change.endpoint.OptOut === 'ALL' &&
  (before?.fingerprint ?? '') !== '' &&
  before?.optOut !== 'ALL'

/** A row cannot say that an endpoint is INACTIVE, and is not to say that somebody is opted in; whether `''` clears is not known. */
const isRow = ({ change, before }: Send): boolean =>
  change.kind === 'put' &&
  change.endpoint.EndpointStatus === 'ACTIVE' &&
  change.endpoint.OptOut !== 'NONE' &&
  before?.byCall !== true &&
  !clearsText(change.endpoint)

const clearsText = ({ Demographic = {}, Location = {}, User }: Endpoint): boolean =>
  User?.UserId === '' || [Demographic, Location].some((part: object) => Object.values(part).includes(''))

/** Of two with one address the one that is to be ACTIVE goes last, and the rows of a job go in no order. */
const hasTwin = (id: string, { address = '' }: Sent, { groups, sent }: Observed, run: string): boolean =>
  Object.keys(groups.get(address)?.members ?? {}).some(
    (twin) => twin !== keyOf(id) && isOf(run, sent.get(twin)),
  )

/** As a line of an import file: without the status, which an import does not take. */
export const rowOf = ({ change }: Send): string => {
  if (change.kind !== 'put') throw new Error('a remove is no row')
  const { EndpointStatus: _, ...row } = change.endpoint
  return `${JSON.stringify(row)}\n`
}

/**
 * To plan with: what the run's own file brings does not hold up what else it may bring. Of one user that may be: each row says
 * all of the user's attributes, and whoever said them before they changed is looked at again.
 */
export const withoutFencesOf = (run: string, observed: Observed): Observed => ({
  ...observed,
  sent: new Map([...observed.sent].map(([id, note]) => [id, isOf(run, note) ? { ...note, fence: 0 } : note])),
})

/** The notes to write down after such planning, with the fences as they were. */
export const withFencesOf = (
  before: ReadonlyMap<string, Sent>,
  notes: ReadonlyMap<string, Sent>,
): ReadonlyMap<string, Sent> =>
  new Map(
    [...notes].map(([id, note]) => [id, { ...note, fence: before.get(keyOf(id))?.fence ?? note.fence }]),
  )

const isOf = (run: string, note: Sent | undefined): boolean => note?.importing?.run === run
