/** Runs inside a sandbox: loads the handler once, then answers one event at a time as Lambda's Node.js runtime does. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFunctionError, loadHandler } from './sandbox-handler.ts'
import type { Handler } from './sandbox-handler.ts'
import type { SandboxInit, SandboxReply, SandboxRequest } from './sandbox-messages.ts'

const init = workerData as SandboxInit

const post = (reply: SandboxReply): void => parentPort?.postMessage(reply)

const answer = async (handler: Handler, request: SandboxRequest): Promise<SandboxReply> => {
  const deadline = performance.now() + request.timeoutMs
  const context = {
    ...init.context,
    awsRequestId: request.requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  }
  try {
    return { type: 'result', payload: asJson(await handler(JSON.parse(request.event), context)) }
  } catch (thrown) {
    return { type: 'error', error: asFunctionError(thrown) }
  }
}

const asJson = (result: unknown): string => {
  try {
    // `undefined` has no JSON, and Lambda answers null for it.
    return JSON.stringify(result) ?? 'null'
  } catch {
    throw new Error('Unable to stringify response body')
  }
}

process.on('uncaughtException', (error) => post({ type: 'crashed', error: asFunctionError(error) }))
process.on('unhandledRejection', (reason) => {
  const error = new Error(String(reason))
  error.name = 'Runtime.UnhandledPromiseRejection'
  post({ type: 'crashed', error: asFunctionError(error) })
})

try {
  const handler = await loadHandler(init.codeDirectory, init.handler)
  parentPort?.on('message', (request: SandboxRequest) => void answer(handler, request).then(post))
  post({ type: 'ready' })
} catch (thrown) {
  post({ type: 'init-failed', error: asFunctionError(thrown) })
}
