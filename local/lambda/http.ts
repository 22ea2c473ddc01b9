/** The Lambda API over HTTP: Invoke, ListFunctions, GetFunction, GetFunctionConfiguration; the rest answers 501 by name. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Caller, Service } from '../service.ts'
import { AccessDenied } from '../service.ts'
import { LambdaError } from './errors.ts'
import { RUNTIME, functionArn, logGroupOf } from './function.ts'
import type { FunctionSettings } from './function.ts'
import type { Lambda } from './lambda.ts'
import { operationOf } from './operations.ts'
import type { Operation } from './operations.ts'

type Api = Omit<Lambda, 'service'>

interface Call extends Operation {
  readonly api: Api
  readonly caller: Caller
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The wire: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const lambdaService = (api: Api): Service => ({
  async handle(request, response, caller) {
    response.setHeader('x-amzn-requestid', randomUUID())
    try {
      const operation = operationOf(request.method ?? 'GET', request.url ?? '/')
      await perform({ ...operation, api, caller, request, response })
    } catch (error) {
      refuse(response, error)
    }
  },
})

const perform = async (call: Call): Promise<void> => {
  switch (call.name) {
    case 'Invoke':
      return invoke(call)
    case 'ListFunctions':
      return listFunctions(call)
    case 'GetFunction':
      return getFunction(call)
    case 'GetFunctionConfiguration':
      return send(call.response, 200, configurationOf(found(call)))
    default:
      throw new LambdaError('NotImplemented', 501, `NotImplemented: ${call.name} is not emulated`)
  }
}

const invoke = async (call: Call): Promise<void> => {
  const { api, caller, response, request } = call
  const payload = parsed(await buffer(request))
  const settings = found(call, 'lambda:InvokeFunction')
  switch (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
    case 'DryRun':
      return void response.writeHead(204).end()
    case 'Event':
      response.setHeader('x-amzn-requestid', api.invokeAsync(caller.region, settings.name, payload).requestId)
      return void response.writeHead(202).end()
    case 'RequestResponse': {
      const invocation = await api.invoke(caller.region, settings.name, payload)
      response.setHeader('x-amzn-requestid', invocation.requestId)
      response.setHeader('x-amz-executed-version', '$LATEST')
      if ('error' in invocation) response.setHeader('x-amz-function-error', 'Unhandled')
      return send(response, 200, 'error' in invocation ? invocation.error : invocation.payload)
    }
    default:
      throw new LambdaError('InvalidParameterValueException', 400, 'Unknown invocation type')
  }
}

const listFunctions = ({ api, caller, query, response }: Call): void => {
  caller.authorize('lambda:ListFunctions', '*')
  const all = api.functions(caller.region).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const marker = query.get('Marker')
  const size = Math.min(50, Math.max(1, Number(query.get('MaxItems') ?? 50) || 50))
  const rest = all.filter(({ name }) => marker === null || name > marker)
  const page = rest.slice(0, size)
  const next = rest.length > size ? page.at(-1)?.name : undefined
  send(response, 200, { Functions: page.map(configurationOf), NextMarker: next ?? null })
}

const getFunction = (call: Call): void => {
  const settings = found(call)
  const location = `file://${encodeURI(settings.codeDirectory)}`
  send(call.response, 200, {
    Configuration: configurationOf(settings),
    Code: { RepositoryType: 'S3', Location: location },
    Tags: {},
  })
}

const found = (call: Call, action = `lambda:${call.name}`): FunctionSettings => {
  const { api, caller, functionName, query } = call
  const qualifier = query.get('Qualifier')
  const name = functionName.split(':')
  const bare = (name[0] === 'arn' ? name[6] : name.length > 2 ? name[2] : name[0]) ?? ''
  caller.authorize(action, functionArn({ region: caller.region, name: bare }))
  return api.function(caller.region, qualifier === null ? functionName : `${functionName}:${qualifier}`)
}

const configurationOf = (settings: FunctionSettings) => ({
  FunctionName: settings.name,
  FunctionArn: functionArn(settings),
  Runtime: RUNTIME,
  Role: settings.roleArn,
  Handler: settings.handler,
  Description: '',
  Timeout: settings.timeoutSeconds,
  MemorySize: settings.memorySize,
  Version: '$LATEST',
  Environment: { Variables: settings.environment },
  PackageType: 'Zip',
  State: 'Active',
  LastUpdateStatus: 'Successful',
  LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupOf(settings) },
})

const parsed = (body: Buffer): unknown => {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new LambdaError(
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${why}`,
    )
  }
}

const refuse = (response: ServerResponse, error: unknown): void => {
  if (response.headersSent) return void response.destroy()
  const [code, status, message] = faultOf(error)
  response.setHeader('x-amzn-errortype', code)
  send(response, status, { Type: status < 500 ? 'User' : 'Service', Message: message, message })
}

const faultOf = (error: unknown): [code: string, status: number, message: string] => {
  if (error instanceof LambdaError) return [error.code, error.status, error.message]
  if (error instanceof AccessDenied) return ['AccessDeniedException', 403, error.message]
  return ['ServiceException', 500, error instanceof Error ? error.message : String(error)]
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
