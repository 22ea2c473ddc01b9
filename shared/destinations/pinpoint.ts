/** Amazon Pinpoint in one Region: batches of 100 within the quota, and what each answer means for each change. */
import {
  DeleteEndpointCommand,
  GetEndpointCommand,
  UpdateEndpointCommand,
  UpdateEndpointsBatchCommand,
} from '@aws-sdk/client-pinpoint'
import type { EndpointBatchItem, PinpointClient } from '@aws-sdk/client-pinpoint'
import type { Change } from '../endpoint/change.ts'
import type { Endpoint, Region } from '../endpoint/endpoint.ts'
import { LIMITS } from '../endpoint/limits.ts'
import { applied, failed } from '../endpoint/outcome.ts'
import type { Outcome } from '../endpoint/outcome.ts'
import type { Destination, Stored, Terms } from './destination.ts'
import { pace } from './pace.ts'
import type { Pace, Waiting } from './pace.ts'
import { answerOf, isAbsent, isThrottled, NoMore } from './answer.ts'
import { pinpointJobs } from './pinpoint-jobs.ts'
import type { JobRoles } from './pinpoint-jobs.ts'

export interface PinpointOptions {
  readonly region: Region
  readonly client: PinpointClient
  readonly applicationId: string
  readonly roles: JobRoles
  readonly waiting: Waiting
  /** The part of each quota that is ours, 0 to 1: others of the account live on the rest. */
  readonly share: number
}

/** Calls a second, per account and Region (developer guide, "Amazon Pinpoint quotas": API request quotas). */
const QUOTAS = { UpdateEndpointsBatch: 2, UpdateEndpoint: 10, DeleteEndpoint: 5, GetEndpoint: 10 } as const
type Operation = keyof typeof QUOTAS

/** Times a call that the Region refused for their number is made again, ever more slowly, before it is owed. */
const TRIES = 6

export const pinpointDestination = (options: PinpointOptions): Destination => {
  const { waiting, share } = options
  const shares = Object.entries(QUOTAS).map(([operation, quota]) => [operation, quota * share])
  const turns = pace(Object.fromEntries(shares) as Record<Operation, number>, waiting)
  return {
    region: options.region,
    apply: (changes, terms = {}) => applyInOrder(callsOf(options, turns, terms), changes),
    read: (id, until = Infinity) => callsOf(options, turns, { until }).read(id),
    pace: turns,
    quota: { perCall: LIMITS.batchItems, perSecond: QUOTAS.UpdateEndpointsBatch * share },
    bulk: pinpointJobs(options.client, options.applicationId, options.roles),
  }
}

interface Calls {
  batch(endpoints: readonly Endpoint[]): Promise<Outcome>
  single(endpoint: Endpoint): Promise<Outcome>
  remove(id: string): Promise<Outcome>
  read(id: string): Promise<Stored | undefined>
}

const callsOf = (
  { client, applicationId: ApplicationId }: PinpointOptions,
  turns: Pace<Operation>,
  { until = Infinity, mayStill }: Terms,
): Calls => {
  const call = async <T>(
    operation: Operation,
    send: () => Promise<T>,
    endpoints: readonly Endpoint[] = [],
  ): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      await turns.turn(operation, until)
      if (mayStill && endpoints.length > 0 && !(await mayStill(endpoints)))
        throw new NoMore('not to be said any more')
      try {
        const answer = await send()
        turns.answered()
        return answer
      } catch (error) {
        if (!isThrottled(error)) throw error
        turns.throttled()
        if (tries === TRIES) throw error
      }
    }
  }
  return {
    batch(endpoints) {
      const command = new UpdateEndpointsBatchCommand({
        ApplicationId,
        EndpointBatchRequest: { Item: endpoints.map(itemOf) },
      })
      return outcomeOf(call('UpdateEndpointsBatch', () => client.send(command), endpoints))
    },
    single(endpoint) {
      const { Id: EndpointId, ...EndpointRequest } = itemOf(endpoint)
      const command = new UpdateEndpointCommand({ ApplicationId, EndpointId, EndpointRequest })
      return outcomeOf(call('UpdateEndpoint', () => client.send(command), [endpoint]))
    },
    remove(EndpointId) {
      const command = new DeleteEndpointCommand({ ApplicationId, EndpointId })
      return outcomeOf(call('DeleteEndpoint', () => client.send(command)).catch(absentIsGone))
    },
    async read(EndpointId) {
      const command = new GetEndpointCommand({ ApplicationId, EndpointId })
      const found = await call('GetEndpoint', () => client.send(command)).catch(absentIsGone)
      return found?.EndpointResponse as Stored | undefined
    },
  }
}

// The SDK's model wants lists it may write to; it does not write to them.
const itemOf = (endpoint: Endpoint): EndpointBatchItem => endpoint as EndpointBatchItem

const outcomeOf = (call: Promise<unknown>): Promise<Outcome> => call.then(() => applied, answerOf)

const absentIsGone = (error: unknown): undefined => {
  if (!isAbsent(error)) throw error
}

/** Once the Region fails a call, the changes behind it fail too, unasked: no storm on a Region that is down. */
const applyInOrder = async (calls: Calls, changes: readonly Change[]): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const group of groupsOf(changes)) {
    const before = outcomes.at(-1)
    outcomes.push(
      ...(before?.result === 'failed' ? group.map(() => unasked(before)) : await applyGroup(calls, group)),
    )
  }
  return outcomes
}

const unasked = ({ reason }: Extract<Outcome, { result: 'failed' }>): Outcome => failed(reason, 'none')

const applyGroup = async (calls: Calls, group: readonly Change[]): Promise<readonly Outcome[]> => {
  const [first] = group
  if (first?.kind === 'remove') return [await calls.remove(first.id)]
  const endpoints = group.flatMap((change) => (change.kind === 'put' ? [change.endpoint] : []))
  const outcome = await calls.batch(endpoints)
  return outcome.result === 'rejected' ? oneByOne(calls, endpoints) : endpoints.map(() => outcome)
}

/** The answer to a refused batch names no item; UpdateEndpoint has a quota of its own and does. */
const oneByOne = async (calls: Calls, endpoints: readonly Endpoint[]): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const endpoint of endpoints) {
    const before = outcomes.at(-1)
    outcomes.push(before?.result === 'failed' ? unasked(before) : await calls.single(endpoint))
  }
  return outcomes
}

/** Runs of puts that fit one call, and each remove alone. */
const groupsOf = (changes: readonly Change[]): Change[][] => {
  const groups: Change[][] = []
  let bytes = 0
  for (const change of changes) {
    const size = change.kind === 'put' ? Buffer.byteLength(JSON.stringify(change.endpoint)) + 1 : Infinity
    const last = groups.at(-1)
    const fits =
      last?.[0]?.kind === 'put' && last.length < LIMITS.batchItems && bytes + size < LIMITS.payloadBytes
    if (fits) last.push(change)
    else groups.push([change])
    bytes = fits ? bytes + size : size
  }
  return groups
}
