/** What an invocation comes to, in Lambda's own words. */

/** The error document that Lambda hands to the caller of a function. */
export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

/** The same as it comes out of a sandbox, with the line that the runtime writes into the log. */
export interface LoggedError extends FunctionError {
  /** JSON: the error with all that hangs on it, which its caller does not see. */
  readonly logged?: string
}

/** A function's answer: `payload` is its result after a round through JSON. */
export type Invocation =
  | { readonly requestId: string; readonly payload: unknown }
  | { readonly requestId: string; readonly error: FunctionError }

/** The most that goes in or out of a synchronous invocation, in bytes of JSON (6 MiB). */
export const MAX_PAYLOAD_BYTES = 6_291_456

/** The most that an asynchronous invocation takes in (1 MiB). */
export const MAX_ASYNC_PAYLOAD_BYTES = 1_048_576
