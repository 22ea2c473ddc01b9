/** Sandboxes that run functions in this process, on the virtual clock, one request at a time as Lambda does. */
import type { FunctionSettings } from '../../local/lambda/function.ts'
import { environmentOf, functionArn, logGroupOf } from '../../local/lambda/function.ts'
import { asFunctionError } from '../../local/lambda/sandbox-handler.ts'
import type { OpenSandbox, Sandbox, SandboxResult } from '../../local/lambda/sandbox.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the function does with an event. */
export type Work = (event: unknown, context: object) => Promise<unknown>

/** What a function finds in its sandbox. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>
  readonly waiting: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> }
  /** Turns a call of the outer world into one that has no answer once the sandbox is gone. */
  readonly mortal: <T>(call: () => Promise<T>) => Promise<T>
}

/** Made anew for each sandbox, as a module is loaded anew: what it holds lives as long as the sandbox. */
export type Door = (surroundings: Surroundings) => Work

export interface SandboxOptions {
  readonly clock: VirtualClock
  readonly doorOf: (settings: FunctionSettings) => Door
  /** Told of what an invocation ends in that fails. */
  readonly onFailure: (
    functionName: string,
    error: { readonly errorType: string; readonly errorMessage: string },
  ) => void
}

export const inProcessSandboxes =
  ({ clock, doorOf, onFailure }: SandboxOptions): OpenSandbox =>
  (settings, { endpointUrl }) => {
    const end = new AbortController()
    const isGone = () => end.signal.aborted
    const surroundings = surroundingsOf(settings, { clock, endpointUrl, isGone })
    let work: Work | undefined

    const answer = async (requestId: string, event: string, deadline: number): Promise<SandboxResult> => {
      try {
        work ??= doorOf(settings)(surroundings)
        const context = {
          ...contextOf(settings),
          awsRequestId: requestId,
          getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
        }
        return { payload: JSON.stringify((await work(JSON.parse(event), context)) ?? null) }
      } catch (thrown) {
        return { error: asFunctionError(thrown) }
      }
    }

    const sandbox: Sandbox = {
      alive: () => !isGone(),
      stop: () => Promise.resolve(end.abort()),
      run: (requestId, event) =>
        new Promise((resolve) => {
          const timeoutMs = settings.timeoutSeconds * 1000
          const callOff = clock.after(timeoutMs, () => {
            end.abort()
            finish({ error: timedOut(requestId, settings) })
          })
          const deadline = clock.now() + timeoutMs
          const finish = (result: SandboxResult) => {
            callOff()
            if ('error' in result) onFailure(settings.name, result.error)
            resolve(result)
          }
          void clock.during(settings.name, () => answer(requestId, event, deadline), end.signal).then(finish)
        }),
    }
    return sandbox
  }

interface Host {
  readonly clock: VirtualClock
  readonly endpointUrl: string
  readonly isGone: () => boolean
}

const surroundingsOf = (settings: FunctionSettings, { clock, endpointUrl, isGone }: Host): Surroundings => {
  const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
    if (isGone()) return NEVER
    try {
      return await call()
    } finally {
      if (isGone()) await NEVER
    }
  }
  return {
    environment: environmentOf(settings, endpointUrl),
    waiting: { now: () => clock.now(), sleep: (ms) => mortal(() => clock.sleep(ms)) },
    mortal,
  }
}

// Code cannot be killed in its own process; but what gets no answers does nothing any more.
const NEVER = new Promise<never>(() => undefined)

const contextOf = (settings: FunctionSettings): object => ({
  functionName: settings.name,
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn(settings),
  memoryLimitInMB: String(settings.memorySize),
  logGroupName: logGroupOf(settings),
  logStreamName: '[$LATEST]virtual',
  callbackWaitsForEmptyEventLoop: true,
})

const timedOut = (requestId: string, { timeoutSeconds }: FunctionSettings) => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
})
