/** One sandbox: a worker thread that runs one function, one request at a time, in an environment of its own. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { FunctionSettings } from './function.ts'
import { environmentOf, functionArn, logGroupOf } from './function.ts'
import type { LoggedError } from './invocation.ts'
import type { SandboxInit, SandboxReply, SandboxRequest } from './sandbox-messages.ts'

export interface Sandbox {
  /** False once the worker is gone; such a sandbox takes no more requests. */
  alive(): boolean
  /** Answers one event (JSON text). Never rejects; one request at a time. */
  run(requestId: string, event: string): Promise<SandboxResult>
  stop(): Promise<void>
}

export type SandboxResult = { readonly payload: string } | { readonly error: LoggedError }

export interface SandboxHost {
  readonly clock: Clock
  readonly endpointUrl: string
  /** Takes what the function writes to stdout and stderr. */
  readonly log: (chunk: Uint8Array | string) => void
}

/** How a function gets its sandboxes: worker threads ({@link openSandbox}), or whatever else runs its code. */
export type OpenSandbox = (settings: FunctionSettings, host: SandboxHost) => Sandbox

type Event = SandboxReply | { readonly type: 'exited'; readonly why: string } | { readonly type: 'timed-out' }

// Lambda gives an on-demand function's initialisation ten seconds.
const INIT_LIMIT_MS = 10_000

/** Starts a worker at once; its first request waits for the bundle to be loaded. */
export const openSandbox: OpenSandbox = (settings, host) => {
  const worker = startWorker(settings, host)
  let isAlive = true
  let isReady = false
  let listener: (event: Event) => void = ignore

  const end = (why: string) => {
    isAlive = false
    listener({ type: 'exited', why })
  }
  worker.on('message', (reply: SandboxReply) => {
    listener(reply)
    // Also between two requests: nothing may run on in a sandbox that is out of order.
    if (reply.type === 'crashed') void stop()
  })
  worker.on('error', (error) => end(isOutOfMemory(error) ? 'signal: killed' : String(error)))
  worker.on('exit', (code) => end(code === 0 ? '' : `exit status ${code}`))

  const nextEvent = (limitMs: number) =>
    new Promise<Event>((resolve) => {
      const callOff = host.clock.after(limitMs, () => listener({ type: 'timed-out' }))
      listener = (event) => {
        listener = ignore
        callOff()
        resolve(event)
      }
    })

  const stop = async () => {
    isAlive = false
    await worker.terminate()
  }

  const finish = async (event: Event, requestId: string, limitMs: number): Promise<SandboxResult> => {
    if (event.type === 'result') return { payload: event.payload }
    if (event.type !== 'error') await stop()
    return { error: errorOf(event, requestId, limitMs) }
  }

  return {
    alive: () => isAlive,
    stop,
    async run(requestId, event) {
      if (!isReady) {
        const first = await nextEvent(INIT_LIMIT_MS)
        if (first.type !== 'ready') return finish(first, requestId, INIT_LIMIT_MS)
        isReady = true
      }
      const timeoutMs = settings.timeoutSeconds * 1000
      worker.postMessage({ requestId, event, timeoutMs } satisfies SandboxRequest)
      return finish(await nextEvent(timeoutMs), requestId, timeoutMs)
    },
  }
}

const startWorker = (settings: FunctionSettings, host: SandboxHost): Worker => {
  const logStreamName = '[$LATEST]local'
  const init: SandboxInit = {
    codeDirectory: settings.codeDirectory,
    handler: settings.handler,
    context: {
      functionName: settings.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: functionArn(settings),
      memoryLimitInMB: String(settings.memorySize),
      logGroupName: logGroupOf(settings),
      logStreamName,
    },
  }
  const worker = new Worker(new URL('./sandbox-main.ts', import.meta.url), {
    argv: [],
    execArgv: [],
    env: { ...environmentOf(settings, host.endpointUrl), AWS_LAMBDA_LOG_STREAM_NAME: logStreamName },
    workerData: init,
    resourceLimits: { maxOldGenerationSizeMb: settings.memorySize },
    stdout: true,
    stderr: true,
  })
  worker.stdout.on('data', host.log)
  worker.stderr.on('data', host.log)
  return worker
}

const errorOf = (
  event: Exclude<Event, { type: 'result' }>,
  requestId: string,
  limitMs: number,
): LoggedError => {
  switch (event.type) {
    case 'init-failed':
    case 'error':
    case 'crashed':
      return event.error
    case 'timed-out':
      return failure(
        'Sandbox.Timedout',
        requestId,
        `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`,
      )
    case 'exited':
      return failure('Runtime.ExitError', requestId, exitMessage(event.why))
    case 'ready':
      return failure('Runtime.ExitError', requestId, exitMessage(''))
  }
}

const failure = (errorType: string, requestId: string, message: string): LoggedError => ({
  errorType,
  errorMessage: `RequestId: ${requestId} Error: ${message}`,
})

const exitMessage = (why: string): string =>
  why === '' ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${why}`

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

const ignore = (): void => undefined
