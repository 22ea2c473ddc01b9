/** Calls to Pinpoint as the local Regions in this process answer them, seen on the wire: which, where, when, and with what status. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { match } from '../../local/pinpoint/routes.ts'
import { scopeOf } from '../../local/scope.ts'

export interface Call {
  readonly region: string
  /** As Pinpoint's API names it. */
  readonly operation: string
  /** When it came in, in milliseconds of `performance.now()`. */
  readonly at: number
  readonly status: number
}

export interface Calls {
  /** Those answered so far, in the order of the answers. */
  readonly seen: readonly Call[]
  stop(): void
}

export const watchCalls = (): Calls => {
  const seen: Call[] = []
  const came = new WeakMap<object, number>()
  const onStart = (message: unknown) => {
    came.set((message as Exchange).request, performance.now())
  }
  const onFinish = (message: unknown) => {
    const { request, response } = message as Exchange
    const scope = scopeOf(request)
    if (scope?.service !== 'mobiletargeting') return
    const { operation } = match(request.method ?? '', (request.url ?? '').split('?')[0] ?? '')
    const at = came.get(request) ?? performance.now()
    seen.push({ region: scope.region, operation, at, status: response.statusCode })
  }
  subscribe(START, onStart)
  subscribe(FINISH, onFinish)
  return {
    seen,
    stop() {
      unsubscribe(START, onStart)
      unsubscribe(FINISH, onFinish)
    },
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Node's own channels of an HTTP server (Node documentation, "Diagnostics Channel", HTTP). */
const START = 'http.server.request.start'
const FINISH = 'http.server.response.finish'
