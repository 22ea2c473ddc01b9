/** What of a Region's plans an Import Job can bring, and what stays with the lane. Pure. */
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Send, Thought } from '../lane/plan.ts'
import { isUrgent } from '../lane/plan.ts'

export interface Sorted {
  /** Each a row of the file. */
  readonly rows: readonly Send[]
  /** Keys of items of which something is left for the lane, and of those which of them nothing may hold up. */
  readonly left: ReadonlySet<string>
  readonly urgent: ReadonlySet<string>
}

export const sortOut = (thoughts: readonly Thought[]): Sorted => {
  const fates = thoughts.map((thought) => ({ plan: thought.plan, fate: fateOf(thought) }))
  const left = fates.flatMap(({ fate, plan }) => (fate === 'left' ? [plan] : []))
  return {
    rows: fates.flatMap(({ fate, plan }) => (fate === 'row' ? [plan as Send] : [])),
    left: new Set(left.map(({ key }) => key)),
    urgent: new Set(left.filter(isUrgent).map(({ key }) => key)),
  }
}

const fateOf = ({ plan, problems = [], dueAt }: Thought): 'row' | 'left' | 'none' => {
  if (plan.kind === 'done') return dueAt === undefined ? 'none' : 'left'
  const isWhole = plan.kind === 'send' && problems.length === 0
  return isWhole && isRow(plan) && !isOptOut(plan) ? 'row' : 'left'
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

/** As a line of an import file: without the status, which an import does not take. */
export const rowOf = ({ change }: Send): string => {
  if (change.kind !== 'put') throw new ValueFreeError('a remove is no row')
  const { EndpointStatus: _, ...row } = change.endpoint
  return `${JSON.stringify(row)}\n`
}
