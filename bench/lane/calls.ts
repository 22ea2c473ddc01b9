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
  /** Endpoints in it, where it is a batch. */
  readonly items: number
}

export interface Calls {
  /** Those answered so far, in the order of the answers. */
  readonly seen: readonly Call[]
  stop(): void
}

export const watchCalls = (): Calls => {
  const seen: Call[] = []
  const came = new WeakMap<object, Arrival>()
  const onStart = (message: unknown) => {
    const { request } = message as Exchange
    if (isBatch(request)) came.set(request, { at: performance.now(), chunks: copyOf(request) })
    else came.set(request, { at: performance.now(), chunks: [] })
  }
  const onFinish = (message: unknown) => {
    const { request, response } = message as Exchange
    const scope = scopeOf(request)
    if (scope?.service !== 'mobiletargeting') return
    const { operation } = match(request.method ?? '', (request.url ?? '').split('?')[0] ?? '')
    const { at, chunks } = came.get(request) ?? { at: performance.now(), chunks: [] }
    seen.push({ region: scope.region, operation, at, status: response.statusCode, items: itemsIn(chunks) })
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

interface Arrival {
  readonly at: number
  /** Of the body. */
  readonly chunks: readonly Uint8Array[]
}

const isBatch = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'PUT' && /^\/v1\/apps\/[^/]+\/endpoints$/.test(url)

/** What comes in from now on, without taking it from whoever reads the request. */
const copyOf = (request: IncomingMessage): readonly Uint8Array[] => {
  const chunks: Uint8Array[] = []
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding) => {
    if (chunk instanceof Uint8Array) chunks.push(chunk)
    return push(chunk, encoding)
  }
  return chunks
}

const itemsIn = (chunks: readonly Uint8Array[]): number => {
  if (chunks.length === 0) return 0
  const body = JSON.parse(Buffer.concat(chunks).toString()) as { readonly Item?: readonly unknown[] }
  return body.Item?.length ?? 0
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Node's own channels of an HTTP server (Node documentation, "Diagnostics Channel", HTTP). */
const START = 'http.server.request.start'
const FINISH = 'http.server.response.finish'
