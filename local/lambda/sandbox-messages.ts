/** What the Lambda service and one sandbox say to each other. */
import type { LoggedError } from './invocation.ts'

/** Handed to a sandbox at its birth. */
export interface SandboxInit {
  readonly codeDirectory: string
  /** `FILE.EXPORT`, such as `index.handler`. */
  readonly handler: string
  readonly context: SandboxContext
}

/** What of the context object is the same for every request of a sandbox. */
export interface SandboxContext {
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
}

export interface SandboxRequest {
  readonly requestId: string
  /** The event as JSON text. */
  readonly event: string
  readonly timeoutMs: number
}

export type SandboxReply =
  | { readonly type: 'ready' }
  | { readonly type: 'init-failed'; readonly error: LoggedError }
  | { readonly type: 'result'; readonly payload: string }
  | { readonly type: 'error'; readonly error: LoggedError }
  /** An exception or rejection that nobody caught: the sandbox does not outlive it. */
  | { readonly type: 'crashed'; readonly error: LoggedError }
