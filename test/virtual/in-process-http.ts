/** How the SDK's clients reach the local Regions without a socket, so that the virtual clock knows of every request. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable, Writable } from 'node:stream'
import { scopeOf } from '../../local/scope.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The part of the SDK's request that is sent. */
export interface SentRequest {
  readonly method: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Answered {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** One request and what came of it; instants in milliseconds since the epoch. */
export interface Exchange {
  readonly request: SentRequest
  readonly startedAt: number
  readonly endedAt: number
  /** Undefined where there was no answer. */
  readonly status: number | undefined
}

export interface InProcessHttpOptions {
  readonly clock: VirtualClock
  /** The gate. */
  readonly listener: RequestListener
  /** How long a request is on its way, in milliseconds. */
  readonly latency: (service: string, region: string) => number
  readonly watch?: (exchange: Exchange) => void
}

/** Takes the place of the SDK's NodeHttpHandler. */
export interface InProcessHttp {
  handle(request: SentRequest): Promise<{ response: Answered }>
}

/** shared/runtime/clients.ts lets a connection take no longer. */
const CONNECTION_TIMEOUT_MS = 3_000

/**
 * A Region that is down does not take the connection: the client gives up when its patience is over, by the virtual clock.
 * A service that hangs up is heard of at once.
 */
export const inProcessHttp = (options: InProcessHttpOptions): InProcessHttp => ({
  async handle(request) {
    const { clock, watch } = options
    const startedAt = clock.now()
    let status: number | undefined
    try {
      const response = await clock.during(request.path, () => exchange(request, options))
      status = response.statusCode
      return { response }
    } finally {
      watch?.({ request, startedAt, endedAt: clock.now(), status })
    }
  },
})

const exchange = async (
  request: SentRequest,
  { clock, listener, latency }: InProcessHttpOptions,
): Promise<Answered> => {
  const { service, region } = scopeOf({ headers: request.headers, url: request.path }) ?? {}
  await clock.sleep(latency(service ?? '', region ?? ''))
  try {
    return await new Promise<Answered>((resolve, reject) => {
      const answer = answering(clock, resolve, reject)
      listener(
        incoming(request, () => reject(new Unreachable())),
        answer as unknown as ServerResponse,
      )
    })
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    await clock.sleep(CONNECTION_TIMEOUT_MS)
    throw timedOut()
  }
}

class Unreachable extends Error {}

const incoming = (request: SentRequest, onCut: () => void): IncomingMessage => {
  const stream = new Readable({ read: () => undefined })
  const body = bytesOf(request.body)
  if (body.length > 0) stream.push(body)
  stream.push(null)
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const parts = {
    method: request.method,
    url: urlOf(request),
    headers: { host: request.hostname, ...headers },
    complete: true,
    socket: { destroy: onCut },
  }
  return Object.assign(stream, parts) as unknown as IncomingMessage
}

const bytesOf = (body: unknown): Uint8Array => {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new Error('only text and bytes can be sent here')
}

const urlOf = ({ path, query = {} }: SentRequest): string => {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as string[]) : [value as string | null]).map((each) =>
      each === null
        ? encodeURIComponent(name)
        : `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`,
    ),
  )
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`
}

/** The part of Node's ServerResponse that services use. */
const answering = (
  clock: VirtualClock,
  resolve: (answer: Answered) => void,
  reject: (error: Error) => void,
): Writable => {
  const chunks: Buffer[] = []
  // Every server says what time it has; whoever reads it must not see the real time.
  const headers: Record<string, string> = {
    date: new Date(Math.floor(clock.now() / 1000) * 1000).toUTCString(),
  }
  const setHeader = (name: string, value: unknown) => {
    headers[name.toLowerCase()] = String(value)
  }
  const response = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk)
        done()
      },
      final(done) {
        resolve({ statusCode: response.statusCode, headers, body: Buffer.concat(chunks) })
        done()
      },
      destroy(error, done) {
        if (!response.writableFinished) reject(hungUp())
        done(error)
      },
    }),
    {
      statusCode: 200,
      headersSent: false,
      setHeader,
      getHeader: (name: string) => headers[name.toLowerCase()],
      writeHead(status: number, more: Readonly<Record<string, unknown>> = {}) {
        response.statusCode = status
        response.headersSent = true
        for (const [name, value] of Object.entries(more)) setHeader(name, value)
        return response
      },
    },
  )
  return response
}

/** As NodeHttpHandler words them. */
const hungUp = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
const timedOut = (): Error =>
  Object.assign(new Error('Socket timed out without establishing a connection'), { name: 'TimeoutError' })
