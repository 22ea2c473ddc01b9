/** What the local Step Functions are given to work with. */
import type { Clock } from '../clock.ts'
import type { Json } from './language/json.ts'
import type { FunctionOutcome } from './play/task-ports.ts'

export interface StatesOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1: execution names, jitter, `States.UUID`. */
  readonly random: () => number
  /**
   * Runs a function in `region`. Rejects where the invocation itself is refused, with an Error whose `name` is
   * Lambda's: `TooManyRequestsException` is seen as `Lambda.TooManyRequestsException`.
   */
  readonly invokeFunction: (region: string, functionArn: string, payload: Json) => Promise<FunctionOutcome>
  /** Throws `AccessDenied` unless the role may do that; without it every role may do everything. */
  readonly authorize?: (roleArn: string, action: string, resource: string) => void
}
