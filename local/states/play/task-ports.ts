/** What a Task reaches outside its execution. */
import type { Json } from '../language/json.ts'

/** A function's answer, or the error document it ended with. */
export type FunctionOutcome =
  | { readonly payload: unknown }
  | {
      readonly error: {
        readonly errorType: string
        readonly errorMessage: string
        readonly trace?: readonly string[]
      }
    }

export interface ChildRequest {
  readonly stateMachineArn: string
  /** A random UUID where it is absent. */
  readonly name?: string
  /** JSON text; `{}` where it is absent. */
  readonly input?: string
}

/** A started execution as its parent sees it. */
export interface Child {
  readonly executionArn: string
  /** Milliseconds since the epoch. */
  readonly startDate: number
  /** DescribeExecution's answer once it has ended: dates in milliseconds, keys in Pascal case. */
  readonly ended: Promise<Readonly<Record<string, Json>> & { readonly Status: string }>
}

export interface TaskPorts {
  /**
   * Runs a function. Rejects where the invocation itself was refused: the error's `name` is Lambda's
   * (`TooManyRequestsException`, `ResourceNotFoundException` …).
   */
  readonly invokeFunction: (region: string, functionArn: string, payload: Json) => Promise<FunctionOutcome>
  /** Throws `AccessDenied` unless the role may do that. */
  readonly authorize: (roleArn: string, action: string, resource: string) => void
  /** Throws as StartExecution answers: an Error whose `name` is the service's. */
  readonly startChild: (region: string, request: ChildRequest) => Child
  readonly stopChild: (executionArn: string, cause: string) => void
}
