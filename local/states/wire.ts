/** AWS JSON 1.0, as Step Functions speaks it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccessDenied } from '../service.ts'
import { isObject } from './language/json.ts'
import type { JsonObject } from './language/json.ts'
import { StatesError } from './service-error.ts'

const MAX_BODY_BYTES = 4 * 1_048_576

export interface Request {
  /** Such as `StartExecution`. */
  readonly operation: string
  readonly body: JsonObject
}

/** Throws `SerializationException` where the body is no JSON object. */
export const readRequest = async (request: IncomingMessage): Promise<Request> => {
  const target = String(request.headers['x-amz-target'] ?? '')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES)
      throw new StatesError('SerializationException', 'The request is too large', 413)
    chunks.push(chunk)
  }
  const body = parsed(Buffer.concat(chunks).toString())
  if (!isObject(body))
    throw new StatesError('SerializationException', 'The request body must be a JSON object')
  return { operation: target.replace(/^AWSStepFunctions\./, ''), body }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}

export const answer = (response: ServerResponse, status: number, body: object, requestId: string): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId })
  response.end(JSON.stringify(body))
}

/** Answers an error in the service's own name; throws on what is none of its errors. */
export const answerError = (response: ServerResponse, error: unknown, requestId: string): void => {
  if (error instanceof AccessDenied) {
    return answer(
      response,
      400,
      { __type: 'AccessDeniedException', Message: error.message, message: error.message },
      requestId,
    )
  }
  if (!(error instanceof StatesError)) throw error
  answer(response, error.status, { __type: error.name, message: error.message }, requestId)
}
