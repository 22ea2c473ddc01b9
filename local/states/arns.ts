/** The ARNs of state machines and their executions. */
import { ACCOUNT_ID } from '../service.ts'

export const stateMachineArn = (region: string, name: string): string =>
  `arn:aws:states:${region}:${ACCOUNT_ID}:stateMachine:${name}`

export const executionArn = (region: string, machine: string, name: string): string =>
  `arn:aws:states:${region}:${ACCOUNT_ID}:execution:${machine}:${name}`

/** Names of machines and executions: 1 to 80 characters, none of which the API forbids. */
export const isName = (name: string): boolean => /^[^\p{Cc}\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/u.test(name)
