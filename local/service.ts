/** What the gate knows of a request, and what a local AWS service must offer to stand behind it. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Who calls, and which Region's service is meant: both are read from the request's SigV4 credential scope. */
export interface Caller {
  readonly region: string
  readonly accessKeyId: string
  /**
   * Throws {@link AccessDenied} unless the caller may do `action` (as IAM spells it, such as
   * `mobiletargeting:UpdateEndpointsBatch`) on `resource` (an ARN, or `*`). `context`: what the request says for a policy's
   * conditions, by condition key, such as `s3:prefix`.
   */
  authorize(action: string, resource: string, context?: ConditionContext): void
}

export type ConditionContext = Readonly<Record<string, string>>

/** One service of all local Regions. It answers in the service's own wire format, errors and 501s included. */
export interface Service {
  handle(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>
}

/** IAM's "no". Each service answers it with its own status and error code. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied'
  readonly action: string
  readonly resource: string

  constructor(principal: string, action: string, resource: string) {
    super(`User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`)
    this.action = action
    this.resource = resource
  }
}

/** The account that owns everything in the local Regions. */
export const ACCOUNT_ID = '000000000000'
