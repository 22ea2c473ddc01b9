/** SQS over HTTP: AWS JSON 1.0 for today's SDKs and the Query protocol for older clients, such as the AWS CLI 2.9. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as bodyText } from 'node:stream/consumers'
import type { Service } from '../service.ts'
import { AccessDenied } from '../service.ts'
import { SqsError, missingParameter } from './errors.ts'
import { isStructure } from './input.ts'
import type { Input } from './input.ts'
import { operationNamed } from './operations.ts'
import { parseQuery, queryError, queryResult } from './query-protocol.ts'
import type { Sqs } from './sqs.ts'

interface Protocol {
  readonly contentType: string
  parse(request: IncomingMessage, body: string): { readonly operation: string; readonly input: Input }
  result(operation: string, output: object, requestId: string): string
  error(error: SqsError, requestId: string): string
}

/** The wire: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html */
export const sqsService = (sqs: Omit<Sqs, 'service'>): Service => ({
  async handle(request, response, caller) {
    const requestId = randomUUID()
    const protocol = request.headers['x-amz-target'] === undefined ? query : json
    response.setHeader('content-type', protocol.contentType)
    response.setHeader('x-amzn-requestid', requestId)
    try {
      const { operation, input } = protocol.parse(request, await bodyText(request))
      const output = await operationNamed(operation)({
        sqs,
        caller,
        input,
        host: request.headers.host ?? 'localhost',
        signal: whileConnected(response),
      })
      response.end(protocol.result(operation, output, requestId))
    } catch (thrown) {
      refuse(response, protocol, asSqsError(thrown), requestId)
    }
  },
})

const json: Protocol = {
  contentType: 'application/x-amz-json-1.0',
  parse(request, body) {
    const target = String(request.headers['x-amz-target'])
    return { operation: target.replace(/^AmazonSQS\./, ''), input: parseJson(body) }
  },
  result: (_operation, output) => JSON.stringify(output),
  error: (error) => JSON.stringify({ __type: `com.amazonaws.sqs#${error.name}`, message: error.message }),
}

const query: Protocol = {
  contentType: 'text/xml',
  parse(request, body) {
    const { pathname, search } = new URL(request.url ?? '/', 'http://sqs')
    const { operation, input } = parseQuery(body === '' ? search.slice(1) : body)
    if (operation === '') throw missingParameter('Action')
    // Older clients post to the queue's own URL and may leave the parameter out.
    return { operation, input: pathname === '/' ? input : { QueueUrl: pathname, ...input } }
  },
  result: queryResult,
  error: queryError,
}

const parseJson = (body: string): Input => {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body)
    if (isStructure(value)) return value
  } catch {
    // Answered below, in the service's own words.
  }
  throw new SqsError('SerializationException', 'The request body is not a JSON structure.')
}

/** Aborted when the caller hangs up: what a long poll would have received must stay in the queue. */
const whileConnected = (response: ServerResponse): AbortSignal => {
  const connection = new AbortController()
  response.once('close', () => connection.abort())
  return connection.signal
}

const refuse = (response: ServerResponse, protocol: Protocol, error: SqsError, requestId: string): void => {
  response.statusCode = error.status
  // Lets clients of the JSON protocol tell errors by their older codes.
  response.setHeader('x-amzn-query-error', `${error.code};${error.fault}`)
  response.end(protocol.error(error, requestId))
}

const asSqsError = (thrown: unknown): SqsError => {
  if (thrown instanceof SqsError) return thrown
  if (thrown instanceof AccessDenied) return new SqsError('AccessDeniedException', thrown.message)
  return new SqsError('InternalFailure', thrown instanceof Error ? thrown.message : String(thrown))
}
