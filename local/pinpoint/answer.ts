/** One request from its first byte to a reply: route, faults, IAM, quota, body, work. */
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../service.ts'
import { arnOf } from './app.ts'
import type { Fates, RequestFate } from './faults.ts'
import type { Handler } from './operations/call.ts'
import type { Quotas } from './quotas.ts'
import { isPinpointRegion, unknownRegion } from './regions.ts'
import { match, type Match, type Operation } from './routes.ts'
import { badRequest, forbidden, internalError, tooManyRequests } from './service-error.ts'
import type { Timers } from './timers.ts'
import { readJson, type Reply } from './wire.ts'

export interface AnswerServices {
  readonly handlers: Readonly<Record<Operation, Handler>>
  readonly fates: Fates
  readonly quotas: Quotas
  readonly timers: Timers
}

export const HANG_UP = Symbol('destroy the connection instead of answering')

/** Rejects with a ServiceError or AccessDenied; resolves with HANG_UP where the Region is made to be down. */
export type Answer = (
  request: IncomingMessage,
  caller: Caller,
  requestId: string,
) => Promise<Reply | typeof HANG_UP>

export const createAnswer =
  ({ handlers, fates, quotas, timers }: AnswerServices): Answer =>
  async (request, caller, requestId) => {
    const { path, query } = target(request)
    const matched = match(request.method ?? 'GET', path)
    const { operation, parameters } = matched
    const { region } = caller
    const fate = fates.ofRequest(region, operation)
    if (fate.down === 'before') return HANG_UP

    admit(request, caller, matched)
    if (fate.throttled) throw tooManyRequests()
    const leave = quotas.enter(region, operation)
    try {
      const body = await readJson(request)
      if (fate.slowMs > 0) await timers.sleep(fate.slowMs)
      const call = { caller, region, parameters, query, body, requestId }
      return replyUnder(fate, () => handlers[operation](call))
    } finally {
      leave()
    }
  }

function target(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  return { path, query: new URLSearchParams(query) }
}

/** Throws where the caller has not signed, has no such Region, or may not do this. */
function admit(request: IncomingMessage, caller: Caller, { operation, resource }: Match): void {
  if (request.headers.authorization === undefined) throw forbidden('Missing Authentication Token')
  if (!isPinpointRegion(caller.region)) throw badRequest(unknownRegion(caller.region))
  caller.authorize(`mobiletargeting:${operation}`, arnOf(caller.region, resource))
}

/** Does the work unless a fault comes first; a fault that comes after it hides the reply. */
function replyUnder(fate: RequestFate, work: () => Reply): Reply | typeof HANG_UP {
  if (fate.error === 'before') throw internalError()
  const reply = work()
  if (fate.down === 'after') return HANG_UP
  if (fate.error === 'after') throw internalError()
  return reply
}
