/** The state machines of all Regions. */
import { ACCOUNT_ID } from '../service.ts'
import { isName, stateMachineArn } from './arns.ts'
import { acceptDefinition } from './definition/accept.ts'
import { innerMachines } from './definition/machine.ts'
import type { Machine } from './definition/machine.ts'
import { resourceOf } from './definition/resource.ts'
import type { StatesOptions } from './options.ts'
import { StatesError } from './service-error.ts'

/** What CloudFormation hands over for an `AWS::StepFunctions::StateMachine`. */
export interface StateMachineInput {
  readonly region: string
  readonly name: string
  /** An object, DefinitionSubstitutions already applied. */
  readonly definition: unknown
  readonly type?: 'STANDARD'
  readonly roleArn: string
  /** Kept and described; nothing is logged. */
  readonly loggingConfiguration?: unknown
}

export interface StateMachine extends StateMachineInput {
  readonly arn: string
  readonly machine: Machine
  /** Milliseconds since the epoch. */
  readonly creationDate: number
}

export interface MachineBook {
  /** See `States.createStateMachine`. */
  create(input: StateMachineInput): string
  /** Throws `StateMachineDoesNotExist`, also for another Region's machine. */
  find(region: string, arn: string): StateMachine
  list(region: string): readonly StateMachine[]
}

export const openMachineBook = ({ clock, authorize = () => {} }: StatesOptions): MachineBook => {
  const machines = new Map<string, StateMachine>()
  return {
    create(input) {
      const arn = stateMachineArn(input.region, input.name)
      refuseUnlessStandard(input)
      if (machines.has(arn)) {
        throw new StatesError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
      }
      const machine = acceptDefinition(input.definition, input.region)
      if (waitsForChildren(machine)) authorizeManagedRule(authorize, input)
      machines.set(arn, { ...input, arn, machine, creationDate: clock.now() })
      return arn
    },
    find(region, arn) {
      const found = machines.get(arn)
      if (found?.region === region) return found
      throw new StatesError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
    },
    list: (region) => [...machines.values()].filter((each) => each.region === region),
  }
}

const refuseUnlessStandard = ({ name, type = 'STANDARD' }: StateMachineInput): void => {
  if (!isName(name)) throw new StatesError('InvalidName', `Invalid Name: '${name}'`)
  if (type === 'STANDARD') return
  throw new StatesError('NotImplemented', `NotImplemented: ${String(type)} workflows are not emulated`, 501)
}

const waitsForChildren = (machine: Machine): boolean =>
  Object.values(machine.States).some((state) => {
    const resource = state.Type === 'Task' ? resourceOf(state.Resource) : undefined
    return (
      (resource?.kind === 'startExecution' && resource.sync) || innerMachines(state).some(waitsForChildren)
    )
  })

// The service learns of a child's end from a managed EventBridge rule, which the machine's role must be able to make:
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
const authorizeManagedRule = (
  authorize: NonNullable<StatesOptions['authorize']>,
  { region, roleArn }: StateMachineInput,
): void => {
  const rule = `arn:aws:events:${region}:${ACCOUNT_ID}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`
  for (const action of ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'])
    authorize(roleArn, action, rule)
}
