/** AWS Lambda in every local Region: functions created from code, invoked in process or over HTTP. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Service } from '../service.ts'
import { createAsyncInvocations } from './async-invocations.ts'
import { LambdaError, functionNotFound } from './errors.ts'
import { checkFunction, functionArn } from './function.ts'
import type { FunctionSettings } from './function.ts'
import { lambdaService } from './http.ts'
import { MAX_ASYNC_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES } from './invocation.ts'
import type { Invocation } from './invocation.ts'
import { openLogs } from './logs.ts'
import { asEvent, createRunner } from './runner.ts'
import type { Runner } from './runner.ts'
import { openSandbox } from './sandbox.ts'
import type { OpenSandbox } from './sandbox.ts'

export interface LambdaOptions {
  readonly clock: Clock
  /** Where `REGION/NAME.log` is written. */
  readonly logsDirectory: string
  /** What every function finds as `AWS_ENDPOINT_URL`. */
  readonly endpointUrl: string
  /** Sandboxes at once of a function that reserves none; further requests wait. Default 10. */
  readonly sandboxesPerFunction?: number
  /** Worker threads where absent. */
  readonly openSandbox?: OpenSandbox
}

export interface Lambda {
  readonly service: Service
  /** Throws `InvalidParameterValueException` or `ResourceConflictException`. */
  createFunction(settings: FunctionSettings): { readonly arn: string }
  /**
   * Runs a function and waits. What goes wrong inside the function is the answer's `error`. Rejects with a
   * {@link LambdaError} where it was not reached: `ResourceNotFoundException`, `TooManyRequestsException`,
   * `RequestTooLargeException`.
   */
  invoke(region: string, nameOrArn: string, payload: unknown): Promise<Invocation>
  /** Takes an event over: two retries after errors, one and two minutes later. Throws as `invoke` rejects. */
  invokeAsync(region: string, nameOrArn: string, payload: unknown): { readonly requestId: string }
  functions(region: string): readonly FunctionSettings[]
  /** Throws `ResourceNotFoundException`. */
  function(region: string, nameOrArn: string): FunctionSettings
  /** Invocations that run or wait, retries of asynchronous ones included. */
  inFlight(): number
  /** Ends every sandbox; invocations under way end in an error. */
  close(): Promise<void>
}

export const createLambda = (options: LambdaOptions): Lambda => {
  const { clock, endpointUrl, sandboxesPerFunction: sandboxes = 10 } = options
  const host = { clock, endpointUrl, sandboxes, openSandbox: options.openSandbox ?? openSandbox }
  const logs = openLogs(options.logsDirectory)
  const asyncInvocations = createAsyncInvocations(clock)
  const runners = new Map<string, Runner>()
  let running = 0

  const find = (region: string, nameOrArn: string): Runner => {
    const arn = functionArn({ region, name: nameIn(region, nameOrArn) })
    const runner = runners.get(arn)
    if (!runner) throw functionNotFound(arn)
    return runner
  }

  const lambda: Omit<Lambda, 'service'> = {
    createFunction(settings) {
      checkFunction(settings)
      const arn = functionArn(settings)
      if (runners.has(arn)) {
        throw new LambdaError('ResourceConflictException', 409, `Function already exist: ${settings.name}`)
      }
      const log = (chunk: Uint8Array | string) => logs.write(settings.region, settings.name, chunk)
      runners.set(arn, createRunner(settings, { ...host, log }))
      return { arn }
    },
    async invoke(region, nameOrArn, payload) {
      const runner = find(region, nameOrArn)
      const event = asEvent(payload, MAX_PAYLOAD_BYTES)
      running += 1
      return runner.run(randomUUID(), event).finally(() => (running -= 1))
    },
    invokeAsync(region, nameOrArn, payload) {
      const runner = find(region, nameOrArn)
      const event = asEvent(payload, MAX_ASYNC_PAYLOAD_BYTES)
      // Retries keep the request id: it is how a function recognises them.
      const requestId = randomUUID()
      asyncInvocations.accept(() => runner.run(requestId, event))
      return { requestId }
    },
    functions: (region) =>
      [...runners.values()].map(({ settings }) => settings).filter((settings) => settings.region === region),
    function: (region, nameOrArn) => find(region, nameOrArn).settings,
    inFlight: () => running + asyncInvocations.count(),
    async close() {
      asyncInvocations.close()
      await Promise.all([...runners.values()].map((runner) => runner.close()))
      await logs.close()
    },
  }
  return { ...lambda, service: lambdaService(lambda) }
}

// NAME, ACCOUNT:function:NAME or the whole ARN, each with or without `:$LATEST`; there are no other versions here.
const FUNCTION =
  /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(?:(\d{12}):)?function:)?([A-Za-z0-9_-]{1,64})(?::\$LATEST)?$/

const nameIn = (region: string, nameOrArn: string): string => {
  const [, arnRegion = region, , name] = FUNCTION.exec(nameOrArn) ?? []
  if (name === undefined || arnRegion !== region) throw functionNotFound(nameOrArn)
  return name
}
