/** The integrations a Task can name: what each calls, with the errors and events of the real ones. */
import { ACCOUNT_ID, AccessDenied } from '../../service.ts'
import { resourceOf } from '../definition/resource.ts'
import { runtimeFailure, StateFailure, TASK_FAILED } from '../language/failure.ts'
import { isObject, own } from '../language/json.ts'
import type { Json, JsonObject } from '../language/json.ts'
import type { Run } from './run.ts'

export interface Integration {
  /** As causes call it: `lambda`, or the function's ARN. */
  readonly title: string
  /** `LambdaFunction` or `Task`: events are called LambdaFunctionScheduled, TaskScheduled … */
  readonly events: 'LambdaFunction' | 'Task'
  /** Stands in each event's details: resourceType and resource. */
  readonly labels: JsonObject
  readonly scheduled: (parameters: Json) => JsonObject
  /** `submitted` is told what a `.sync` call has started before it waits for it. */
  readonly call: (
    parameters: Json,
    signal: AbortSignal,
    submitted: (response: JsonObject) => void,
  ) => Promise<Json>
}

/** Throws where there is no such integration, which `acceptDefinition` has ruled out. */
export const integrationOf = (resourceArn: string, run: Run): Integration => {
  const resource = resourceOf(resourceArn)
  switch (resource?.kind) {
    case 'function':
      return lambdaFunction(resource.functionArn, run)
    case 'lambda:invoke':
      return lambdaInvoke(run)
    case 'startExecution':
      return resource.sync ? startExecutionSync(run) : startExecution(run)
    case undefined:
      throw runtimeFailure(`Resource ${resourceArn} is not emulated`)
  }
}

const lambdaFunction = (functionArn: string, run: Run): Integration => ({
  title: functionArn,
  events: 'LambdaFunction',
  labels: {},
  scheduled: (input) => ({ resource: functionArn, input: JSON.stringify(input) }),
  call: (payload) => invoke(run, functionArn, payload),
})

const optimised = (
  resourceType: string,
  resource: string,
  run: Run,
  call: Integration['call'],
): Integration => ({
  title: resourceType,
  events: 'Task',
  labels: { resourceType, resource },
  scheduled: (parameters) => ({ region: run.region, parameters: JSON.stringify(parameters) }),
  call,
})

const lambdaInvoke = (run: Run): Integration =>
  optimised('lambda', 'invoke', run, async (parameters) => {
    const type = parameter(parameters, 'InvocationType') ?? 'RequestResponse'
    if (type !== 'RequestResponse')
      throw runtimeFailure(`InvocationType ${JSON.stringify(type)} is not emulated`)
    const functionArn = functionArnOf(text(parameters, 'FunctionName'), run.region)
    const payload = await invoke(run, functionArn, parameter(parameters, 'Payload') ?? {})
    return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 }
  })

const functionArnOf = (name: string, region: string): string => {
  if (!name.startsWith('arn:')) return `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`
  const there = name.split(':')[3]
  if (there === region) return name
  throw new StateFailure(
    'Lambda.ResourceNotFoundException',
    `Functions from '${there}' are not reachable in this region ('${region}') (Service: Lambda, Status Code: 404)`,
  )
}

const invoke = async (run: Run, functionArn: string, payload: Json): Promise<Json> => {
  const outcome = await asService('Lambda', 'AWSLambdaException', async () => {
    run.tasks.authorize(run.roleArn, 'lambda:InvokeFunction', functionArn.replace(/:\$LATEST$/, ''))
    return run.tasks.invokeFunction(run.region, functionArn, payload)
  })
  if ('payload' in outcome) return JSON.parse(JSON.stringify(outcome.payload ?? null)) as Json
  const { errorType, errorMessage, trace = [] } = outcome.error
  throw new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }))
}

const startExecution = (run: Run): Integration =>
  optimised('states', 'startExecution', run, async (parameters) => {
    const { executionArn, startDate } = await start(run, parameters)
    return { ExecutionArn: executionArn, StartDate: startDate }
  })

const startExecutionSync = (run: Run): Integration =>
  optimised('states', 'startExecution.sync:2', run, async (parameters, signal, submitted) => {
    const child = await start(run, parameters)
    // A child is stopped with the task that waits for it, as the service does with its best effort.
    const stop = () => run.tasks.stopChild(child.executionArn, abandoned(run.executionArn))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      submitted({ ExecutionArn: child.executionArn, StartDate: child.startDate })
    } catch (error) {
      stop()
      throw error
    }
    const description = await asService('StepFunctions', 'AWSStepFunctionsException', () => {
      run.tasks.authorize(run.roleArn, 'states:DescribeExecution', child.executionArn)
      return child.ended
    })
    signal.removeEventListener('abort', stop)
    if (description.Status !== 'SUCCEEDED') throw new StateFailure(TASK_FAILED, JSON.stringify(description))
    return { ...description, Input: parsed(description['Input']), Output: parsed(description['Output']) }
  })

const abandoned = (executionArn: string): string =>
  `The Task state in AWS Step Functions execution [${executionArn}] which was managing this resource was aborted`

const start = (run: Run, parameters: Json) =>
  asService('StepFunctions', 'AWSStepFunctionsException', () => {
    const stateMachineArn = text(parameters, 'StateMachineArn')
    run.tasks.authorize(run.roleArn, 'states:StartExecution', stateMachineArn)
    const name = parameter(parameters, 'Name') === undefined ? undefined : text(parameters, 'Name')
    const input = parameter(parameters, 'Input')
    return run.tasks.startChild(run.region, {
      stateMachineArn,
      ...(name !== undefined && { name }),
      ...(input !== undefined && { input: inputText(input) }),
    })
  })

// Text that is JSON itself, such as States.JsonToString makes it, reaches the child as that JSON.
const inputText = (input: Json): string => {
  if (typeof input !== 'string') return JSON.stringify(input)
  try {
    JSON.parse(input)
    return input
  } catch {
    return JSON.stringify(input)
  }
}

const parsed = (json: Json | undefined): Json =>
  typeof json === 'string' ? (JSON.parse(json) as Json) : null

const parameter = (parameters: Json, name: string): Json | undefined =>
  isObject(parameters) ? own(parameters, name) : undefined

const text = (parameters: Json, name: string): string => {
  const value = parameter(parameters, name)
  if (typeof value === 'string' && value !== '') return value
  throw runtimeFailure(`The parameter ${name} must be a string, got ${JSON.stringify(value ?? null)}`)
}

/** A refused call under the name its integration gives it: `Lambda.TooManyRequestsException`. */
const asService = async <T>(
  service: 'Lambda' | 'StepFunctions',
  unmodelled: string,
  call: () => T | Promise<T>,
): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (error instanceof StateFailure || !(error instanceof Error)) throw error
    if (error instanceof AccessDenied) {
      throw new StateFailure(
        `${service}.${unmodelled}`,
        `${error.message} (Service: ${service}, Status Code: 403)`,
      )
    }
    throw new StateFailure(refusalName(service, error.name), `${error.message} (Service: ${service})`)
  }
}

const refusalName = (service: 'Lambda' | 'StepFunctions', name: string): string => {
  if (name === 'Error' || name === '') return `${service}.Unknown`
  if (name.startsWith(`${service}.`)) return name
  return `${service}.${name.endsWith('Exception') ? name : `${name}Exception`}`
}
