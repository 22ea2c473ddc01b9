/** The executions of all Regions: which names are taken, what runs, what has ended. */
import { executionArn, isName } from './arns.ts'
import { beginExecution } from './execution.ts'
import type { Execution, ExecutionRecord } from './execution.ts'
import { uuid } from './language/uuid.ts'
import type { MachineBook } from './machine-book.ts'
import type { StatesOptions } from './options.ts'
import { MAX_DATA_BYTES } from './play/flow.ts'
import type { ChildRequest, TaskPorts } from './play/task-ports.ts'
import { StatesError } from './service-error.ts'

export interface ExecutionBook {
  /**
   * Starts an execution, or answers the one that runs under the same name with the same input. Throws
   * `StateMachineDoesNotExist`, `InvalidName`, `InvalidExecutionInput`, `ValidationException`, `ExecutionAlreadyExists`.
   */
  start(region: string, request: ChildRequest): ExecutionRecord
  /** Throws `ExecutionDoesNotExist`, also for another Region's execution. */
  find(region: string, arn: string): Execution
  /** Newest first. */
  list(region?: string): readonly Execution[]
  /** Aborts what still runs; nothing starts any more. */
  close(): void
}

// Names of ended executions stay taken, and can be described, for 90 days.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
const KEPT_MS = 90 * 24 * 3_600_000

export const openExecutionBook = (options: StatesOptions, machines: MachineBook): ExecutionBook => {
  const { clock, random } = options
  const executions = new Map<string, Execution>()
  let closed = false

  const forget = () => forgetEnded(executions, clock.now() - KEPT_MS)

  const begin = (region: string, request: ChildRequest): Execution => {
    if (closed) throw new StatesError('ServiceUnavailable', 'The local Step Functions are closed', 503)
    const of = machines.find(region, request.stateMachineArn)
    const name = namedOr(request.name, random)
    const start = {
      executionArn: executionArn(region, of.name, name),
      name,
      stateMachineArn: of.arn,
      region,
      input: checkedInput(request.input ?? '{}'),
    }
    forget()
    const taken = executions.get(start.executionArn)
    if (taken?.record().status === 'RUNNING' && taken.record().input === start.input) return taken
    if (taken) {
      throw new StatesError('ExecutionAlreadyExists', `Execution Already Exists: '${start.executionArn}'`)
    }
    const plan = { machine: of.machine, machineName: of.name, roleArn: of.roleArn, start }
    const execution = beginExecution({ clock, random, tasks, ...plan })
    executions.set(start.executionArn, execution)
    return execution
  }

  const tasks: TaskPorts = {
    invokeFunction: options.invokeFunction,
    authorize: options.authorize ?? (() => {}),
    startChild: (region, request) => {
      const child = begin(region, request)
      return { ...child.record(), ended: child.ended.then(describedForParent) }
    },
    stopChild: (arn, cause) => executions.get(arn)?.stop(undefined, cause),
  }

  return {
    start: (region, request) => begin(region, request).record(),
    find(region, arn) {
      forget()
      const found = executions.get(arn)
      if (found?.record().region === region) return found
      throw new StatesError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
    },
    list(region) {
      forget()
      const all = [...executions.values()].reverse()
      return region === undefined ? all : all.filter((each) => each.record().region === region)
    },
    close() {
      closed = true
      for (const execution of executions.values()) execution.stop()
    },
  }
}

const forgetEnded = (executions: Map<string, Execution>, before: number): void => {
  for (const [arn, execution] of executions) {
    if ((execution.record().stopDate ?? Infinity) <= before) executions.delete(arn)
  }
}

const namedOr = (name: string | undefined, random: () => number): string => {
  if (name === undefined) return uuid(random)
  if (isName(name)) return name
  throw new StatesError('InvalidName', `Invalid Name: '${name}'`)
}

const checkedInput = (input: string): string => {
  const bytes = Buffer.byteLength(input)
  if (bytes > MAX_DATA_BYTES) {
    const message = `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${MAX_DATA_BYTES}`
    throw new StatesError('ValidationException', `1 validation error detected: ${message} (got ${bytes})`)
  }
  try {
    JSON.parse(input)
    return input
  } catch {
    throw new StatesError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${input.slice(0, 200)}'`,
    )
  }
}

/** DescribeExecution as `.sync` tasks receive it. */
const describedForParent = (record: ExecutionRecord) => ({
  ...(record.cause !== undefined && { Cause: record.cause }),
  ...(record.error !== undefined && { Error: record.error }),
  ExecutionArn: record.executionArn,
  Input: record.input,
  InputDetails: { Included: true },
  Name: record.name,
  ...(record.output !== undefined && { Output: record.output, OutputDetails: { Included: true } }),
  RedriveCount: 0,
  StartDate: record.startDate,
  StateMachineArn: record.stateMachineArn,
  Status: record.status,
  StopDate: record.stopDate ?? record.startDate,
})
