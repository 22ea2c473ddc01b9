/** What the doors of a backlog do, once they are wired. */
import { isoOf } from '../endpoint/iso-date.ts'
import type { Context } from 'aws-lambda'
import { closeBacklog as close } from '../sync/backlog/close-backlog.ts'
import { openBacklogs } from '../sync/backlog/open-backlog.ts'
import { stageBacklog as stage } from '../sync/backlog/stage-backlog.ts'
import type { StagedBacklog } from '../sync/backlog/stage-backlog.ts'
import { backlogQueue, depthOf } from './backlog-queue.ts'
import { executionArn, executionState, startExecution } from './executions.ts'
import { enqueue } from './lane-queue.ts'
import { reportBacklog, reportStaged } from './metrics.ts'
import type { Wired } from './wire.ts'

interface OfRun {
  readonly run: string
  readonly region: string
}

/** `slot`: the tick of the schedule, ISO 8601. */
export const openBacklog =
  ({ config, ledger, queues, regionOf, states, turnsIn, waiting }: Wired) =>
  ({ slot }: { slot: string }): Promise<void> => {
    const machine = config.loadBacklogMachine
    return openBacklogs({
      ledger,
      regions: config.regions.map(({ region }) => region),
      slot,
      now: isoOf(waiting.now()),
      threshold: config.bulkThreshold,
      depthOf: (region) => depthOf(queues, regionOf(region).bulk),
      viewOf: (region) => turnsIn(region).look(),
      stateOf: (execution) => executionState(states, execution),
      arnOf: (name) => executionArn(machine, name),
      start: (name, input) => startExecution(states, machine, name, input),
      report: reportBacklog,
    })
  }

export const stageBacklog = (wired: Wired) => {
  const { config, consents, ledger, mapping, queues, readItems, regionOf } = wired
  return async ({ run, region }: OfRun, context: Context): Promise<StagedBacklog> => {
    const { source } = await ledger.get(run)
    const staged = await stage(
      {
        ...{ run, region, ledger, consents, mapping, readItems },
        ...laneOf(wired, region),
        markers: Number(source['markers']),
        threshold: config.bulkThreshold,
        backlog: backlogQueue(queues, regionOf(region).bulk),
        queue: {
          send: (kind, markers, delay) => enqueue(queues, regionOf(region)[kind], markers, delay),
        },
      },
      turnOf(wired, context),
    )
    reportStaged(region, staged.rows)
    return staged
  }
}

export const closeBacklog =
  (wired: Wired) =>
  ({ run, region }: OfRun, context: Context): Promise<{ readonly state: 'running' | 'closed' }> => {
    const { bulkIn, closing, ledger, queues, regionOf } = wired
    return close(
      {
        ...{ run, region, ledger, bulk: bulkIn(region), close: closing() },
        ...laneOf(wired, region),
        mark: (markers, delay) => enqueue(queues, regionOf(region).bulk, markers, delay),
      },
      turnOf(wired, context),
    )
  }

const laneOf = ({ bucketIn, destinationIn, memoryIn, turnsIn, waiting }: Wired, region: string) => ({
  memory: memoryIn(region),
  turns: turnsIn(region),
  // Its pace is handed on with the lane, though no call is made.
  destination: destinationIn(region),
  ...bucketIn(region),
  ...waiting,
})

const turnOf = ({ waiting }: Wired, context: Context) => ({
  owner: context.awsRequestId,
  deadline: waiting.now() + context.getRemainingTimeInMillis(),
})
