/** The operations of the Step Functions API that are emulated. https://docs.aws.amazon.com/step-functions/latest/apireference/ */
import type { Caller } from '../service.ts'
import type { ExecutionRecord, ExecutionStatus } from './execution.ts'
import type { ExecutionBook } from './execution-book.ts'
import { own } from './language/json.ts'
import type { Json, JsonObject } from './language/json.ts'
import { historyEvent } from './history-wire.ts'
import type { MachineBook, StateMachine } from './machine-book.ts'
import { page } from './paging.ts'
import { StatesError } from './service-error.ts'

export interface Books {
  readonly machines: MachineBook
  readonly executions: ExecutionBook
}

type Operation = (books: Books, body: JsonObject, caller: Caller) => object

/** Dates go over the wire in seconds. */
const seconds = (ms: number): number => ms / 1000

const startExecution: Operation = ({ executions }, body, caller) => {
  const stateMachineArn = arn(body, 'stateMachineArn', 'stateMachine')
  caller.authorize('states:StartExecution', stateMachineArn)
  const name = optionalText(body, 'name')
  const input = optionalText(body, 'input')
  const started = executions.start(caller.region, {
    stateMachineArn,
    ...(name !== undefined && { name }),
    ...(input !== undefined && { input }),
  })
  return { executionArn: started.executionArn, startDate: seconds(started.startDate) }
}

const stopExecution: Operation = ({ executions }, body, caller) => {
  const executionArn = arn(body, 'executionArn', 'execution')
  caller.authorize('states:StopExecution', executionArn)
  const execution = executions.find(caller.region, executionArn)
  execution.stop(optionalText(body, 'error'), optionalText(body, 'cause'))
  const { stopDate, startDate } = execution.record()
  return { stopDate: seconds(stopDate ?? startDate) }
}

const describeExecution: Operation = ({ executions }, body, caller) => {
  const executionArn = arn(body, 'executionArn', 'execution')
  caller.authorize('states:DescribeExecution', executionArn)
  const { input, output, error, cause, ...record } = executions.find(caller.region, executionArn).record()
  const included = optionalText(body, 'includedData') !== 'METADATA_ONLY'
  return {
    ...summary(record),
    ...(included && { input }),
    inputDetails: { included },
    ...(output !== undefined && { ...(included && { output }), outputDetails: { included } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Redrive is not emulated',
  }
}

const summary = (
  record: Pick<
    ExecutionRecord,
    'executionArn' | 'stateMachineArn' | 'name' | 'status' | 'startDate' | 'stopDate'
  >,
) => ({
  executionArn: record.executionArn,
  stateMachineArn: record.stateMachineArn,
  name: record.name,
  status: record.status,
  startDate: seconds(record.startDate),
  ...(record.stopDate !== undefined && { stopDate: seconds(record.stopDate) }),
})

const STATUSES: readonly ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']

const listExecutions: Operation = ({ machines, executions }, body, caller) => {
  const stateMachineArn = arn(body, 'stateMachineArn', 'stateMachine')
  caller.authorize('states:ListExecutions', stateMachineArn)
  const machine = machines.find(caller.region, stateMachineArn)
  const status = optionalText(body, 'statusFilter')
  if (status !== undefined && !STATUSES.some((each) => each === status)) {
    throw invalid(
      `Value '${status}' at 'statusFilter' failed to satisfy constraint: Member must be one of ${STATUSES.join(', ')}`,
    )
  }
  const all = executions
    .list(caller.region)
    .map((execution) => execution.record())
    .filter(
      (each) => each.stateMachineArn === machine.arn && (status === undefined || each.status === status),
    )
  const { items, nextToken } = page(all, body, (each) => each.executionArn)
  return { executions: items.map(summary), ...(nextToken !== undefined && { nextToken }) }
}

const getExecutionHistory: Operation = ({ executions }, body, caller) => {
  const executionArn = arn(body, 'executionArn', 'execution')
  caller.authorize('states:GetExecutionHistory', executionArn)
  const events = executions.find(caller.region, executionArn).events()
  const ordered = own(body, 'reverseOrder') === true ? events.toReversed() : events
  const { items, nextToken } = page(ordered, body, (event) => String(event.id))
  const withData = own(body, 'includeExecutionData') !== false
  return {
    events: items.map((event) => historyEvent(event, withData)),
    ...(nextToken !== undefined && { nextToken }),
  }
}

const describeStateMachine: Operation = ({ machines }, body, caller) => {
  const stateMachineArn = arn(body, 'stateMachineArn', 'stateMachine')
  caller.authorize('states:DescribeStateMachine', stateMachineArn)
  const machine = machines.find(caller.region, stateMachineArn)
  return {
    ...machineSummary(machine),
    status: 'ACTIVE',
    definition: JSON.stringify(machine.definition),
    roleArn: machine.roleArn,
    loggingConfiguration: machine.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  }
}

const listStateMachines: Operation = ({ machines }, body, caller) => {
  caller.authorize('states:ListStateMachines', '*')
  const { items, nextToken } = page(machines.list(caller.region), body, (machine) => machine.arn)
  return { stateMachines: items.map(machineSummary), ...(nextToken !== undefined && { nextToken }) }
}

const machineSummary = (machine: StateMachine) => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  type: 'STANDARD',
  creationDate: seconds(machine.creationDate),
})

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartExecution: startExecution,
  StopExecution: stopExecution,
  DescribeExecution: describeExecution,
  ListExecutions: listExecutions,
  GetExecutionHistory: getExecutionHistory,
  DescribeStateMachine: describeStateMachine,
  ListStateMachines: listStateMachines,
}

const invalid = (message: string): StatesError =>
  new StatesError('ValidationException', `1 validation error detected: ${message}`)

const optionalText = (body: JsonObject, field: string): string | undefined => {
  const value: Json | undefined = own(body, field)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw new StatesError('SerializationException', `${field} must be a string`)
}

const arn = (body: JsonObject, field: string, type: string): string => {
  const value = optionalText(body, field)
  if (value === undefined)
    throw invalid(`Value null at '${field}' failed to satisfy constraint: Member must not be null`)
  if (new RegExp(`^arn:aws[a-z-]*:states:[a-z0-9-]+:\\d{12}:${type}:`).test(value)) return value
  throw new StatesError('InvalidArn', `Invalid Arn: '${value}'`)
}
