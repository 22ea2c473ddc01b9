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
import type { Destination } from './destination.ts'
import { pace } from './pace.ts'
import type { Waiting } from './pace.ts'
import { answerOf, isAbsent } from './pinpoint-answer.ts'
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
const QUOTAS = { UpdateEndpointsBatch: 2, UpdateEndpoint: 10, DeleteEndpoint: 5 } as const

export const pinpointDestination = (options: PinpointOptions): Destination => {
  const { waiting } = options
  const calls = callsOf(options)
  return {
    region: options.region,
    apply: (changes, until = Infinity) => applyInOrder(inTime(calls, waiting.now, until), changes),
    read: (id) => calls.read(id),
    bulk: pinpointJobs(options.client, options.applicationId, options.roles),
  }
}

interface Calls {
  batch(endpoints: readonly Endpoint[]): Promise<Outcome>
  single(endpoint: Endpoint): Promise<Outcome>
  remove(id: string): Promise<Outcome>
  read(id: string): Promise<Endpoint | undefined>
}

const callsOf = ({ client, applicationId: ApplicationId, waiting, share }: PinpointOptions): Calls => {
  const turn = {
    batch: pace(QUOTAS.UpdateEndpointsBatch * share, waiting),
    single: pace(QUOTAS.UpdateEndpoint * share, waiting),
    remove: pace(QUOTAS.DeleteEndpoint * share, waiting),
  }
  return {
    async batch(endpoints) {
      await turn.batch()
      const Item = endpoints.map(itemOf)
      return outcomeOf(
        client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } })),
      )
    },
    async single(endpoint) {
      await turn.single()
      const { Id: EndpointId, ...EndpointRequest } = itemOf(endpoint)
      return outcomeOf(client.send(new UpdateEndpointCommand({ ApplicationId, EndpointId, EndpointRequest })))
    },
    async remove(EndpointId) {
      await turn.remove()
      return outcomeOf(
        client.send(new DeleteEndpointCommand({ ApplicationId, EndpointId })).catch(absentIsGone),
      )
    },
    async read(EndpointId) {
      const found = await client
        .send(new GetEndpointCommand({ ApplicationId, EndpointId }))
        .catch(absentIsGone)
      return found?.EndpointResponse as Endpoint | undefined
    },
  }
}

/** The same calls, none of which is begun after `until`. */
const inTime = (calls: Calls, now: () => number, until: number): Calls => {
  const late = () => (now() < until ? undefined : Promise.resolve(failed('OUT_OF_TIME')))
  return {
    ...calls,
    batch: (endpoints) => late() ?? calls.batch(endpoints),
    single: (endpoint) => late() ?? calls.single(endpoint),
    remove: (id) => late() ?? calls.remove(id),
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
    outcomes.push(...(before?.result === 'failed' ? group.map(() => before) : await applyGroup(calls, group)))
  }
  return outcomes
}

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
    outcomes.push(before?.result === 'failed' ? before : await calls.single(endpoint))
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
