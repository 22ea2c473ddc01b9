/** Step Functions of all local Regions: Standard workflows, played by the handed-in Clock. */
import type { Service } from '../service.ts'
import type { ExecutionRecord } from './execution.ts'
import { openExecutionBook } from './execution-book.ts'
import { uuid } from './language/uuid.ts'
import { openMachineBook } from './machine-book.ts'
import type { StateMachineInput } from './machine-book.ts'
import { OPERATIONS } from './operations.ts'
import type { StatesOptions } from './options.ts'
import type { ChildRequest } from './play/task-ports.ts'
import { StatesError } from './service-error.ts'
import { answer, answerError, readRequest } from './wire.ts'

export type { StateMachineInput } from './machine-book.ts'
export type { StatesOptions } from './options.ts'
export type { ExecutionRecord, ExecutionStatus } from './execution.ts'
export type { ChildRequest as StartRequest, FunctionOutcome } from './play/task-ports.ts'

export interface States {
  /** To be put behind the gate under the signing name `states`. */
  readonly service: Service
  /**
   * Creates a Standard state machine and answers its ARN. Throws `InvalidDefinition` (with all its `problems`) for
   * what is malformed or not emulated, `AccessDenied` where the role cannot make the rule that `.sync` needs.
   */
  createStateMachine(input: StateMachineInput): string
  /** What StartExecution does, for schedules and event rules. Throws the API's errors by `name`. */
  startExecution(region: string, request: ChildRequest): ExecutionRecord
  /** Executions of the last 90 days, newest first. */
  executions(region?: string): readonly ExecutionRecord[]
  /** Aborts what still runs; nothing starts any more. */
  close(): void
}

export const createStates = (options: StatesOptions): States => {
  const machines = openMachineBook(options)
  const executions = openExecutionBook(options, machines)
  const service: Service = {
    async handle(request, response, caller) {
      const requestId = uuid(options.random)
      try {
        const { operation, body } = await readRequest(request)
        const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined
        if (!perform)
          throw new StatesError('NotImplemented', `NotImplemented: ${operation} is not emulated`, 501)
        answer(response, 200, perform({ machines, executions }, body, caller), requestId)
      } catch (error) {
        answerError(response, error, requestId)
      }
    },
  }
  return {
    service,
    createStateMachine: (input) => machines.create(input),
    startExecution: (region, request) => executions.start(region, request),
    executions: (region) => executions.list(region).map((execution) => execution.record()),
    close: () => executions.close(),
  }
}
