/** The packaged stacks on local Regions in virtual time: hours pass in seconds, and the same way each time. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PACKAGES } from '../../deploy/package.ts'
import { readRegions } from '../../deploy/regions-file.ts'
import { randomFrom } from '../../local/demo/people.ts'
import type { PinpointOptions } from '../../local/pinpoint/pinpoint.ts'
import type { Queue } from '../../local/sqs/queue.ts'
import { startStage } from '../../local/stage.ts'
import { productDoors } from './doors.ts'
import { inProcessHttp } from './in-process-http.ts'
import type { Exchange } from './in-process-http.ts'
import { inProcessSandboxes } from './in-process-sandbox.ts'
import { virtualClock } from './virtual-clock.ts'

export interface VirtualStageOptions {
  /** Milliseconds since the epoch. */
  readonly start: number
  /** Directory of packaged stacks; the project's own where absent. */
  readonly packages?: string
  readonly pinpoint?: Omit<PinpointOptions, 'objects' | 'clock' | 'random'>
  /** Told of each request of a function when it has been answered, or has not. */
  readonly watch?: (exchange: Exchange) => void
}

export type VirtualStage = Awaited<ReturnType<typeof openVirtualStage>>

const HOUR = 3_600_000
/** By signing name; about what these services take, and what another Region adds. */
const LATENCY_MS: Readonly<Record<string, number>> = { dynamodb: 6, sqs: 12, mobiletargeting: 60 }
const ACROSS_MS = 70

export const openVirtualStage = async (options: VirtualStageOptions) => {
  const { start, packages = PACKAGES, pinpoint = {}, watch } = options
  const { applications, hub, standby } = await readRegions()
  const folder = await mkdtemp(join(tmpdir(), 'samepoint-virtual-'))
  const clock = virtualClock(start)
  const failures = failureBook()
  const gate: { handle?: RequestListener } = {}
  const http = inProcessHttp({
    clock,
    listener: (request, response) => gate.handle?.(request, response),
    latency: (service, region) => (LATENCY_MS[service] ?? 10) + (region === hub ? 0 : ACROSS_MS),
    ...(watch && { watch }),
  })
  const stage = await startStage({
    ...{ packages, data: join(folder, 'stage'), port: 0, applications, clock, pinpoint },
    random: randomFrom(7),
    openSandbox: inProcessSandboxes({ clock, doorOf: productDoors(http), onFailure: failures.note }),
    // DynamoDB promises days.
    tables: { inMemory: true, sweepMs: 6 * HOUR },
    // Region copies and their machines have nothing to do with the lanes.
    schedules: () => false,
  })
  gate.handle = stage.handle
  const { dynamodb, sqs } = stage
  const TableName = stage.resource('hub', 'CustomerTable').ref
  const queues = () => sqs.queues(hub)
  const write = (operation: string, input: object) =>
    clock.during(operation, () => dynamodb.perform(hub, operation, { TableName, ...input }))

  return {
    ...{ stage, clock, hub, standby, applications, regions: Object.keys(applications) },
    /** Writes an item of the customer table; resolves when it is committed. */
    put: (item: object) => write('PutItem', { Item: marshall(item) }),
    remove: (key: object) => write('DeleteItem', { Key: marshall(key) }),
    /** What a Region's readers see of all endpoints. */
    endpoints: (region: string) => stage.pinpoint.endpoints(region, applications[region] ?? '').all(),
    /** Messages in all queues of a Region's lanes, dead letters left out. */
    owed: (region: string): number => depthOf(queues().filter(({ name }) => LANE.exec(name)?.[1] === region)),
    /** Messages and stream records that the lanes have given up on. */
    deadLetters: (): number =>
      depthOf(queues().filter(({ name }) => /(urgent|bulk)-.*-dead$|stream-failures$/.test(name))),
    /** How often functions failed, by function and error. */
    failures: failures.counts,
    async close() {
      await stage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** As deploy/lanes.js names them. */
const LANE = /-(?:urgent|bulk)-([a-z]+(?:-[a-z]+)+-\d)$/

const failureBook = () => {
  const counts: Record<string, number> = {}
  return {
    counts,
    note: (name: string, error: { readonly errorType: string; readonly errorMessage: string }) => {
      // A receive-drop hears of S3's test event, and has no work here.
      if (name.endsWith('receive-drop')) return
      const what = `${name}: ${error.errorType}: ${error.errorMessage.replace(/[0-9a-f-]{36}/, 'ID')}`
      counts[what] = (counts[what] ?? 0) + 1
    },
  }
}

const depthOf = (queues: readonly Queue[]): number =>
  queues
    .map((queue) => queue.depth())
    .reduce((sum, { visible, notVisible, delayed }) => sum + visible + notVisible + delayed, 0)
