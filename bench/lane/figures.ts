/** What was seen on the wire → what is claimed of it: calls used of those allowed, refusals, items a call, endpoints a second. Pure. */
import { defaultQuotas } from '../../local/pinpoint/quotas.ts'
import type { Call } from './calls.ts'

const BATCH = 'UpdateEndpointsBatch'
const SINGLE = 'UpdateEndpoint'
/** Endpoints that a call can take (developer guide, "Amazon Pinpoint quotas"). */
const ITEMS = 100
/** Milliseconds after which a sender is to be steady. */
const SETTLING = 5_000

/** The quota's own ceilings for one Region. */
export const CEILING = {
  callsPerSecond: defaultQuotas.perSecond[BATCH],
  endpointsPerSecond: defaultQuotas.perSecond[BATCH] * ITEMS,
  /** One endpoint a call. */
  loopEndpointsPerSecond: defaultQuotas.perSecond[SINGLE],
} as const

export interface BurstInRegion {
  /** Batches that the Region took, and those of them in which the last of the endpoints could have been there. */
  readonly calls: number
  readonly neededCalls: number
  /** Calls that the share of the quota allows in the time that the needed ones took: a second's worth at once, and its rate. */
  readonly allowedCalls: number
  /** Needed calls of those allowed. */
  readonly used: number
  /** Answers 429, to whatever operation; and those of them after the first seconds. */
  readonly throttled: number
  readonly throttledOnceSteady: number
  /** Of the needed calls; and of all, the last small ones too. */
  readonly itemsPerCall: number
  readonly itemsPerCallInAll: number
  readonly endpointsPerSecond: number
  /** From the first write to the table until the first call, and until the Region had taken the last endpoint. */
  readonly firstCallAfterSeconds: number
  readonly wallSeconds: number
}

export interface Burst {
  /** Of the quota. */
  readonly share: number
  readonly endpoints: number
  /** When the first item was written, on the clock of the calls. */
  readonly startedAt: number
}

/** `calls`: all to one Region. While fewer than `neededCalls` have been made, there is work, however full they were. */
export const burstFigures = (
  calls: readonly Call[],
  { share, endpoints, startedAt }: Burst,
): BurstInRegion => {
  const batches = inOrder(calls.filter(({ operation, status }) => operation === BATCH && status === 202))
  const neededCalls = Math.ceil(endpoints / ITEMS)
  const needed = batches.slice(0, neededCalls)
  const first = batches[0]?.at ?? NaN
  const seconds = ((needed[neededCalls - 1]?.at ?? NaN) - first) / 1000
  const allowedCalls = share * CEILING.callsPerSecond * (1 + seconds)
  const items = sum(needed)
  return {
    calls: batches.length,
    neededCalls,
    allowedCalls: round(allowedCalls),
    used: round(neededCalls / allowedCalls, 4),
    ...refusals(calls, first),
    itemsPerCall: round(items / neededCalls),
    itemsPerCallInAll: round(sum(batches) / batches.length),
    // What came with the first call had no time to take.
    endpointsPerSecond: round((items - (batches[0]?.items ?? NaN)) / seconds),
    firstCallAfterSeconds: round((first - startedAt) / 1000),
    wallSeconds: round(((batches.at(-1)?.at ?? NaN) - startedAt) / 1000),
  }
}

export interface LoopInRegion {
  readonly calls: number
  readonly throttled: number
  /** Once steady: the saved-up tokens of the first seconds are no rate. */
  readonly endpointsPerSecond: number
  readonly seconds: number
}

export const loopFigures = (calls: readonly Call[]): LoopInRegion => {
  const singles = inOrder(calls.filter(({ operation }) => operation === SINGLE))
  const from = (singles[0]?.at ?? NaN) + SETTLING
  const end = singles.at(-1)?.at ?? NaN
  const steady = singles.filter(({ at, status }) => status === 202 && at > from)
  return {
    calls: singles.length,
    throttled: singles.filter(({ status }) => status === 429).length,
    endpointsPerSecond: round(steady.length / ((end - from) / 1000)),
    seconds: round((end - from + SETTLING) / 1000),
  }
}

const refusals = (calls: readonly Call[], first: number) => {
  const refused = calls.filter(({ status }) => status === 429)
  return {
    throttled: refused.length,
    throttledOnceSteady: refused.filter(({ at }) => at > first + SETTLING).length,
  }
}

const sum = (calls: readonly Call[]): number => calls.reduce((items, call) => items + call.items, 0)

const inOrder = (calls: readonly Call[]): Call[] => calls.toSorted((one, other) => one.at - other.at)

export const round = (number: number, digits = 2): number => Number(number.toFixed(digits))
