/** One call as an operation sees it, once the gate's work (routing, quota, IAM, parsing) is done. */
import type { Caller } from '../../service.ts'
import type { App, Apps } from '../app.ts'
import type { PathParameters } from '../routes.ts'
import { badRequest } from '../service-error.ts'
import { isMembers, type Members, type Reply } from '../wire.ts'

export interface Call {
  readonly caller: Caller
  readonly region: string
  readonly parameters: PathParameters
  readonly query: URLSearchParams
  /** Parsed JSON; undefined where the request had no body. */
  readonly body: unknown
  readonly requestId: string
}

/** Does the work, or throws a ServiceError. */
export type Handler = (call: Call) => Reply

/** The project that the path names; throws NotFoundException where this Region does not know it. */
export const appOf = (apps: Apps, call: Call): App => apps.get(call.region, call.parameters.app)

/** The body as an object; throws BadRequestException. */
export function bodyOf(call: Call): Members {
  if (call.body === undefined) throw badRequest('Missing request body')
  if (!isMembers(call.body)) throw badRequest('Invalid request body: expected a JSON object')
  return call.body
}

/** A non-empty string member; throws BadRequestException. */
export function requiredText(members: Members, name: string): string {
  const value = members[name] ?? undefined
  if (value === undefined || value === '') throw badRequest(`Missing ${name}`)
  if (typeof value !== 'string') throw badRequest(`Invalid ${name}: expected a string`)
  return value
}

/** The ARN of a role that the caller may pass to Pinpoint; throws BadRequestException or AccessDenied. */
export function passedRole(call: Call, members: Members): string {
  const arn = requiredText(members, 'RoleArn')
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn)) {
    throw badRequest(`Invalid RoleArn: expected the ARN of an IAM role, got "${arn}"`)
  }
  call.caller.authorize('iam:PassRole', arn, { 'iam:PassedToService': 'pinpoint.amazonaws.com' })
  return arn
}
