/** Executions by name: a name that is taken means that the work is done or in hand. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import type { SFNClient } from '@aws-sdk/client-sfn'
import type { ExecutionState } from '../sync/load/settle-owed.ts'

/** `name`: 1 to 80 characters, the same for the same work. False when it had been started before. */
export const startExecution = async (
  client: SFNClient,
  stateMachineArn: string,
  name: string,
  input: object,
): Promise<boolean> => {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }))
    return true
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return false
    throw error
  }
}

/** The ARN that an execution of the machine has under `name`. */
export const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`

export const executionState = async (client: SFNClient, arn: string): Promise<ExecutionState> => {
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }))
    return status === 'RUNNING' ? 'running' : 'ended'
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return 'unknown'
    throw error
  }
}
