/** Bytes in, bytes out: Pinpoint's JSON bodies and error form on Node's HTTP messages. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccessDenied } from '../service.ts'
import { limits } from './limits.ts'
import { accessDenied, badRequest, internalError, payloadTooLarge, ServiceError } from './service-error.ts'

export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** A parsed JSON object whose members are not known yet. */
export type Members = Readonly<Record<string, unknown>>

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The request's body, or undefined where it is empty.
 * Rejects with PayloadTooLargeException above 7 MB and with BadRequestException where it is not JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  // A request destroyed half-read could not be answered any more.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limits.requestBytes) {
      throw payloadTooLarge(`The request is larger than ${limits.requestBytes} bytes`)
    }
    chunks.push(chunk)
  }
  if (bytes === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (error) {
    throw badRequest(`Invalid JSON in the request body: ${(error as Error).message}`)
  }
}

export function sendReply(response: ServerResponse, reply: Reply, requestId: string): void {
  send(response, reply, { 'x-amzn-requestid': requestId })
}

/** Answers any thrown value in Pinpoint's form; what is not Pinpoint's own becomes a 403 or a 500. */
export function sendError(response: ServerResponse, thrown: unknown, requestId: string): void {
  const error = asServiceError(thrown)
  const body = { Message: error.message, RequestID: requestId }
  const headers = { 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.exception }
  send(response, { status: error.status, body }, headers)
}

function asServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown
  if (thrown instanceof AccessDenied) return accessDenied(thrown.message)
  return internalError(thrown instanceof Error ? thrown.message : String(thrown))
}

function send(response: ServerResponse, reply: Reply, headers: Record<string, string>): void {
  if (response.destroyed || response.headersSent) return
  const text = JSON.stringify(reply.body)
  response.writeHead(reply.status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
