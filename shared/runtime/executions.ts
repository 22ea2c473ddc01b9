/** Starts executions by name: a name that is taken means that the work is done or in hand. */
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn'
import type { SFNClient } from '@aws-sdk/client-sfn'

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
