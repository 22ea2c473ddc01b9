/** Switching faults over HTTP: `/_pinpoint/faults`, beside the API and without a signature. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { parseFaultSpec } from './fault-spec.ts'
import type { FaultSwitches } from './faults.ts'
import { readJson } from './wire.ts'

/** The path prefix to mount the handler on. */
export const FAULTS_PATH = '/_pinpoint/faults'

/**
 * GET lists the faults, POST adds one (a fault's description as JSON; 201 with its id), DELETE `…/{id}` switches
 * one off and DELETE all of them (204). Mistakes get a 400, 404 or 405 with `{ "Message": … }`.
 */
export function createFaultsHandler(faults: FaultSwitches): RequestListener {
  return (request, response) => {
    answerTo(faults, request).then(
      (answer) => send(response, answer),
      () => response.destroy(),
    )
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

interface Answer {
  readonly status: number
  readonly body?: unknown
}

async function answerTo(faults: FaultSwitches, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  if (path !== FAULTS_PATH && !path.startsWith(`${FAULTS_PATH}/`)) {
    return { status: 404, body: { Message: `Nothing is at ${path}; faults are at ${FAULTS_PATH}` } }
  }
  const id = path.slice(FAULTS_PATH.length + 1)
  switch (`${request.method} ${id === '' ? 'all' : 'one'}`) {
    case 'GET all':
      return { status: 200, body: { faults: faults.list() } }
    case 'POST all':
      return add(faults, request)
    case 'DELETE all':
      faults.clear()
      return { status: 204 }
    case 'DELETE one':
      return faults.remove(id)
        ? { status: 204 }
        : { status: 404, body: { Message: `No fault "${id}" is switched on` } }
    default:
      return { status: 405, body: { Message: `${request.method} is not allowed on ${FAULTS_PATH}` } }
  }
}

async function add(faults: FaultSwitches, request: IncomingMessage): Promise<Answer> {
  try {
    const spec = parseFaultSpec(await readJson(request))
    return { status: 201, body: { id: faults.add(spec), ...spec } }
  } catch (error) {
    return { status: 400, body: { Message: (error as Error).message } }
  }
}
