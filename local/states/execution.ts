/** One execution of a state machine, from its start to its end. */
import type { Clock } from '../clock.ts'
import { longAfter } from '../long-after.ts'
import type { Machine } from './definition/machine.ts'
import { RUNTIME, StateFailure, TIMEOUT } from './language/failure.ts'
import type { Json, JsonObject } from './language/json.ts'
import { createHistory } from './play/history.ts'
import type { HistoryEvent } from './play/history.ts'
import { Stopped } from './play/interrupt.ts'
import { play } from './play/play.ts'
import { branchOf } from './play/run.ts'
import { errorDetails } from './play/task.ts'
import type { TaskPorts } from './play/task-ports.ts'

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

/** What DescribeExecution knows; dates in milliseconds since the epoch, `input` and `output` as JSON text. */
export interface ExecutionRecord {
  readonly executionArn: string
  readonly stateMachineArn: string
  readonly name: string
  readonly region: string
  readonly startDate: number
  readonly input: string
  readonly status: ExecutionStatus
  readonly stopDate?: number
  readonly output?: string
  readonly error?: string
  readonly cause?: string
}

export interface Execution {
  /** How it stands now. */
  record(): ExecutionRecord
  events(): readonly HistoryEvent[]
  /** Ends it as ABORTED; does nothing where it has ended. */
  stop(error?: string, cause?: string): void
  /** Resolves, never rejects, when it has ended. */
  readonly ended: Promise<ExecutionRecord>
}

export interface ExecutionPlan {
  readonly clock: Clock
  readonly random: () => number
  readonly tasks: TaskPorts
  readonly machine: Machine
  readonly machineName: string
  readonly roleArn: string
  readonly start: Omit<ExecutionRecord, 'status' | 'startDate'>
}

/** Starts an execution: its first state is entered as soon as the caller is done. */
export const beginExecution = (plan: ExecutionPlan): Execution => {
  const { clock, start, machine, roleArn } = plan
  const startDate = clock.now()
  const history = createHistory(clock)
  const controller = new AbortController()
  let record: ExecutionRecord = { ...start, startDate, status: 'RUNNING' }
  const { promise: ended, resolve } = Promise.withResolvers<ExecutionRecord>()

  const first = history.append('ExecutionStarted', 0, { input: start.input, roleArn })
  const branch = branchOf(history, controller.signal, first)

  const finish = (status: ExecutionStatus, event: string, facts: Ending = {}): void => {
    if (record.status !== 'RUNNING') return
    record = { ...record, ...facts, status, stopDate: clock.now() }
    history.end(event, branch.last(), { ...facts })
    callOff()
    controller.abort(new Stopped(`The execution is ${status}`))
    resolve(record)
  }
  const callOff =
    machine.TimeoutSeconds === undefined
      ? () => {}
      : longAfter(clock, machine.TimeoutSeconds * 1000, () =>
          finish('TIMED_OUT', 'ExecutionTimedOut', { error: TIMEOUT }),
        )
  const run = {
    ...plan,
    history,
    region: start.region,
    executionArn: start.executionArn,
    context: contextOf(plan, startDate),
  }
  // One turn later, so that whoever starts it has its ARN before anything happens.
  void Promise.resolve()
    .then(() => play(run, machine, JSON.parse(start.input) as Json, branch))
    .then((output) => finish('SUCCEEDED', 'ExecutionSucceeded', { output: JSON.stringify(output) }))
    .catch((thrown: unknown) => finish('FAILED', 'ExecutionFailed', endingOf(thrown)))

  return {
    record: () => record,
    events: () => history.events,
    stop: (error, cause) =>
      finish('ABORTED', 'ExecutionAborted', {
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      }),
    ended,
  }
}

type Ending = Partial<Pick<ExecutionRecord, 'output' | 'error' | 'cause'>>

// Anything but a state's failure is a fault of ours; it must be seen, and must not end the process.
const endingOf = (thrown: unknown): Ending =>
  errorDetails(thrown instanceof StateFailure ? thrown : new StateFailure(RUNTIME, String(thrown)))

const contextOf = ({ start, machineName, roleArn }: ExecutionPlan, startDate: number): JsonObject => ({
  Execution: {
    Id: start.executionArn,
    Input: JSON.parse(start.input) as Json,
    Name: start.name,
    RoleArn: roleArn,
    StartTime: new Date(startDate).toISOString(),
    RedriveCount: 0,
  },
  StateMachine: { Id: start.stateMachineArn, Name: machineName },
})
