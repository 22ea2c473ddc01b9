/** Runs one function: payload limits on both sides, JSON on both ways, errors into its log. */
import type { Clock } from '../clock.ts'
import { requestTooLarge } from './errors.ts'
import type { FunctionSettings } from './function.ts'
import { MAX_PAYLOAD_BYTES } from './invocation.ts'
import type { Invocation, LoggedError } from './invocation.ts'
import { createPool } from './pool.ts'
import type { OpenSandbox, SandboxResult } from './sandbox.ts'

export interface RunnerOptions {
  readonly clock: Clock
  readonly endpointUrl: string
  readonly sandboxes: number
  readonly openSandbox: OpenSandbox
  readonly log: (chunk: Uint8Array | string) => void
}

export interface Runner {
  readonly settings: FunctionSettings
  /** `event` is JSON text. Rejects with `TooManyRequestsException`. */
  run(requestId: string, event: string): Promise<Invocation>
  close(): Promise<void>
}

export const createRunner = (settings: FunctionSettings, options: RunnerOptions): Runner => {
  const { clock, log } = options
  const reserved = settings.reservedConcurrentExecutions
  const pool = createPool({
    clock,
    open: () => options.openSandbox(settings, options),
    most: reserved ?? options.sandboxes,
    ...(reserved === undefined ? {} : { reserved }),
  })

  return {
    settings,
    async run(requestId, event) {
      const result = await pool.run(requestId, event)
      const invocation = answered(requestId, result)
      if ('error' in invocation)
        log(errorLine(clock.now(), requestId, 'error' in result ? result.error : invocation.error))
      return invocation
    },
    close: () => pool.close(),
  }
}

/** A payload as JSON text. Throws `RequestTooLargeException` beyond `limit` bytes. */
export const asEvent = (payload: unknown, limit: number): string => {
  // `undefined` has no JSON; a handler invoked with nothing sees null.
  const event = (JSON.stringify(payload) as string | undefined) ?? 'null'
  const bytes = Buffer.byteLength(event)
  if (bytes > limit) throw requestTooLarge(bytes, limit)
  return event
}

const answered = (requestId: string, result: SandboxResult): Invocation => {
  if ('error' in result) {
    const { errorType, errorMessage, trace } = result.error
    return { requestId, error: { errorType, errorMessage, ...(trace && { trace }) } }
  }
  if (Buffer.byteLength(result.payload) <= MAX_PAYLOAD_BYTES) {
    return { requestId, payload: JSON.parse(result.payload) as unknown }
  }
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`
  return { requestId, error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } }
}

const errorLine = (now: number, requestId: string, { logged, ...error }: LoggedError): string =>
  `${new Date(now).toISOString()}\t${requestId}\tERROR\tInvoke Error\t${logged ?? JSON.stringify(error)}\n`
