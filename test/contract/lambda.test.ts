import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetFunctionCommand, InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { CreateAliasCommand, DeleteFunctionCommand } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { wallClock } from '../../local/clock.ts'
import { openGate } from '../../local/gate.ts'
import type { Gate } from '../../local/gate.ts'
import { createLambda } from '../../local/lambda/lambda.ts'
import type { Lambda } from '../../local/lambda/lambda.ts'
import type { FunctionSettings } from '../../local/lambda/function.ts'
import { AccessDenied } from '../../local/service.ts'
import { HANDLERS } from './lambda-handlers.ts'
import { manualClock } from './manual-clock.ts'

let directory: string
let lambda: Lambda
let gate: Gate

const settings = (handler: string, more: Partial<FunctionSettings> = {}): FunctionSettings => ({
  region: 'eu-west-1',
  name: handler.replaceAll('.', '_'),
  handler: `index.${handler}`,
  codeDirectory: join(directory, 'code'),
  environment: {},
  timeoutSeconds: 5,
  memorySize: 128,
  roleArn: 'arn:aws:iam::000000000000:role/function',
  accessKeyId: 'LKIAFUNCTION',
  ...more,
})

const create = (handler: string, more: Partial<FunctionSettings> = {}) => {
  const made = settings(handler, more)
  lambda.createFunction(made)
  return (payload?: unknown) => lambda.invoke(made.region, made.name, payload)
}

const payloadOf = async (invocation: Promise<{ payload: unknown } | { error: object }>) => {
  const answer = await invocation
  if ('error' in answer) throw new Error(JSON.stringify(answer.error))
  return answer.payload
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambda-'))
  await mkdir(join(directory, 'code'))
  await writeFile(join(directory, 'code', 'index.mjs'), HANDLERS)
  await writeFile(join(directory, 'code', 'broken.mjs'), `import './not-there.mjs'\nexport const handler = 1`)
  await writeFile(join(directory, 'code', 'syntax.mjs'), `export const handler = (`)
  await writeFile(join(directory, 'code', 'throws.mjs'), `throw new RangeError('MISSING: REGIONS')`)
  lambda = createLambda({
    clock: wallClock,
    logsDirectory: join(directory, 'logs'),
    endpointUrl: 'http://127.0.0.1:4566',
  })
  gate = await openGate({
    services: { lambda: lambda.service },
    authorize: (key, action, resource) => {
      if (key === 'NOBODY') throw new AccessDenied(key, action, resource)
    },
  })
})

afterAll(async () => {
  await gate.close()
  await lambda.close()
  await rm(directory, { recursive: true })
})

describe('a function in its sandbox', () => {
  test('answers with its result after a round through JSON', async () => {
    const invoke = create('echo')
    expect(await payloadOf(invoke({ at: new Date(0), gone: undefined, list: [1, null] }))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      list: [1, null],
    })
    expect(await payloadOf(create('nothing')({}))).toBeNull()
    expect(await payloadOf(create('nested.inside.handler')())).toBe('found')
  })

  test('sees exactly the environment that Lambda sets and nothing of this process', async () => {
    process.env['LAMBDA_TEST_SECRET'] = 'of the parent'
    const env = await payloadOf(create('env', { environment: { TABLE: 'customers' } })())
    expect(env).toEqual({
      TABLE: 'customers',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/env',
      AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ACCESS_KEY_ID: 'LKIAFUNCTION',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      LAMBDA_TASK_ROOT: join(directory, 'code'),
      TZ: ':UTC',
      _HANDLER: 'index.env',
    })
    expect(await payloadOf(create('argv')())).toEqual([[], []])
  })

  test('is one per Region: each keeps its own Region at the same time', async () => {
    const there = create('env', { region: 'ap-south-1', name: 'region-probe' })
    const here = create('env', { name: 'region-probe' })
    const seen = await Promise.all([there(), here(), there(), here()].map(payloadOf))
    expect(seen.map((env) => (env as Record<string, string>)['AWS_REGION'])).toEqual([
      'ap-south-1',
      'eu-west-1',
      'ap-south-1',
      'eu-west-1',
    ])
  })

  test('gets the context object', async () => {
    const context = await payloadOf(create('context', { timeoutSeconds: 3, memorySize: 256 })())
    expect(context).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:context',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/context',
      callbackWaitsForEmptyEventLoop: true,
    })
    const { awsRequestId, remaining } = context as { awsRequestId: string; remaining: number }
    expect(awsRequestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(remaining).toBeGreaterThan(0)
    expect(remaining).toBeLessThanOrEqual(3000)
  })

  test('is reused while warm and never shared by two requests at once', async () => {
    const invoke = create('counter')
    expect(await Promise.all([invoke(), invoke()].map(payloadOf))).toEqual([1, 1])
    expect(await payloadOf(invoke())).toBe(2)
  })

  test('waits for a free sandbox beyond the local cap', async () => {
    const few = createLambda({
      clock: wallClock,
      logsDirectory: directory,
      endpointUrl: '',
      sandboxesPerFunction: 2,
    })
    few.createFunction(settings('counter'))
    const counts = await Promise.all(
      Array.from({ length: 6 }, () => payloadOf(few.invoke('eu-west-1', 'counter', {}))),
    )
    // Two sandboxes have served all six between them; one that is slow to start has its share done by the other.
    const most = Math.max(...counts.map(Number))
    const served = [most, 6 - most].flatMap((calls) => Array.from({ length: calls }, (_, at) => at + 1))
    expect(most).toBeLessThan(6)
    expect(counts.map(Number).toSorted()).toEqual(served.toSorted())
    expect(few.inFlight()).toBe(0)
    await few.close()
  })

  test('is put away after five idle minutes, and only then', async () => {
    const clock = manualClock()
    const local = createLambda({ clock, logsDirectory: directory, endpointUrl: '' })
    local.createFunction(settings('counter'))
    const invoke = () => payloadOf(local.invoke('eu-west-1', 'counter', {}))
    expect(await invoke()).toBe(1)
    await clock.advance(299_000)
    expect(await invoke()).toBe(2)
    await clock.advance(300_000)
    expect(await invoke()).toBe(1)
    await local.close()
    expect(clock.pending()).toBe(0)
  })

  test('is throttled beyond its reserved concurrency', async () => {
    const invoke = create('counter', { name: 'reserved', reservedConcurrentExecutions: 1 })
    const [first, second] = await Promise.allSettled([invoke(), invoke()])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'TooManyRequestsException', status: 429 },
    })
    await expect(create('echo', { name: 'off', reservedConcurrentExecutions: 0 })()).rejects.toThrow(
      'Rate Exceeded',
    )
  })
})

const logOf = (name: string) => readFile(join(directory, 'logs', 'eu-west-1', `${name}.log`), 'utf8')

describe('what goes wrong in a function', () => {
  test('a thrown error is named, described and traced', async () => {
    expect(await create('typed')()).toMatchObject({
      error: {
        errorType: 'NotFoundException',
        errorMessage: 'no such endpoint',
        trace: expect.arrayContaining([expect.stringContaining('index.mjs')]) as string[],
      },
    })
    expect(await create('text')()).toMatchObject({
      error: { errorType: 'string', errorMessage: 'just text', trace: [] },
    })
  })

  test.each(['sleepy', 'busy'])(
    'a %s handler is cut off at its time-out and the next call finds a fresh sandbox',
    async (name) => {
      const invoke = create(name, { timeoutSeconds: 1 })
      for (const attempt of [await invoke(), await invoke()]) {
        expect(attempt).toMatchObject({
          error: {
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${attempt.requestId} Error: Task timed out after 1.00 seconds`,
          },
        })
      }
    },
  )

  test('process.exit ends the sandbox, not the Region', async () => {
    const invoke = create('exits')
    for (const attempt of [await invoke(), await invoke()]) {
      expect(attempt).toMatchObject({
        error: {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${attempt.requestId} Error: Runtime exited with error: exit status 3`,
        },
      })
    }
  })

  test('an exception or rejection that nobody caught fails the request', async () => {
    expect(await create('uncaught')()).toMatchObject({
      error: { errorType: 'TypeError', errorMessage: 'later' },
    })
    expect(await create('rejects')()).toMatchObject({
      error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    })
  })

  test('a function that outgrows its memory is killed alone', async () => {
    expect(await create('greedy', { timeoutSeconds: 30 })()).toMatchObject({
      error: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('signal: killed') as string,
      },
    })
  })

  test.each([
    ['broken.handler', 'Runtime.ImportModuleError', 'not-there.mjs'],
    ['absent.handler', 'Runtime.ImportModuleError', "Cannot find module 'absent'"],
    ['syntax.handler', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
    ['throws.handler', 'RangeError', 'MISSING: REGIONS'],
    ['index.absent', 'Runtime.HandlerNotFound', 'index.absent is undefined or not exported'],
    ['index.callback', 'Runtime.CallbackHandlerDeprecated', 'callback'],
    ['index', 'Runtime.MalformedHandlerName', 'Bad handler'],
  ])('a bundle that does not load (%s) answers %s on every call', async (handler, errorType, text) => {
    const invoke = create('unloadable', { name: `unloadable-${handler.replace('.', '-')}`, handler })
    for (const attempt of [await invoke(), await invoke()]) {
      expect(attempt).toMatchObject({
        error: { errorType, errorMessage: expect.stringContaining(text) as string },
      })
    }
  })

  test('a result that has no JSON or too much of it is an error', async () => {
    expect(await create('circular')()).toMatchObject({
      error: { errorType: 'Error', errorMessage: 'Unable to stringify response body' },
    })
    expect(await create('large')()).toMatchObject({ error: { errorType: 'Function.ResponseSizeTooLarge' } })
    await expect(create('echo', { name: 'fed' })('x'.repeat(6_291_456))).rejects.toThrow('too large')
  })

  test('what a function prints and how it fails stands in its own log', async () => {
    await create('prints')({ name: 'Ada' })
    await create('typed', { name: 'logged' })()
    await eventually(async () =>
      expect(await logOf('prints')).toMatch(/hello from Ada\n(.|\n)*and a warning/),
    )
    expect(await logOf('logged')).toMatch(/ERROR\tInvoke Error\t\{"errorType":"NotFoundException"/)
  })

  test('what hangs on an error is logged, as the runtime does, and not answered', async () => {
    const answer = await create('laden')()
    expect(JSON.stringify(answer)).not.toContain('inside')
    await eventually(async () =>
      expect(await logOf('laden')).toContain('"original":{"errorType":"Error","errorMessage":"inside"'),
    )
  })

  test('settings that Lambda refuses are refused by name', () => {
    expect(() => create('echo', { name: 'no spaces' })).toThrow("'no spaces' is not valid for functionName")
    expect(() => create('echo', { name: 'long', timeoutSeconds: 901 })).toThrow(
      "'901' is not valid for timeout",
    )
    expect(() => create('echo', { name: 'mine', environment: { AWS_REGION: 'x' } })).toThrow('AWS_REGION')
    create('echo', { name: 'twice' })
    expect(() => create('echo', { name: 'twice' })).toThrow('Function already exist: twice')
  })
})

describe('the Lambda API', () => {
  const client = (region = 'eu-west-1', accessKeyId = 'SOMEBODY') =>
    new LambdaClient({
      region,
      endpoint: gate.url,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey: 'local' },
    })

  test('invokes by name and by ARN', async () => {
    create('echo', { name: 'over-http' })
    const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:over-http'
    for (const FunctionName of ['over-http', arn, `${arn}:$LATEST`, '000000000000:function:over-http']) {
      const reply = await client().send(new InvokeCommand({ FunctionName, Payload: '{"n":1}' }))
      expect(reply).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
      expect(reply.FunctionError).toBeUndefined()
      expect(reply.Payload?.transformToString()).toBe('{"n":1}')
    }
  })

  test('marks a function error and still answers 200', async () => {
    create('typed', { name: 'fails-over-http' })
    const reply = await client().send(new InvokeCommand({ FunctionName: 'fails-over-http' }))
    expect(reply).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
    expect(JSON.parse(reply.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'NotFoundException',
    })
  })

  test('lists and describes the functions of the caller’s Region, page by page', async () => {
    for (const name of ['b', 'a', 'c'])
      create('echo', { name, region: 'eu-north-1', environment: { LETTER: name } })
    const first = await client('eu-north-1').send(new ListFunctionsCommand({ MaxItems: 2 }))
    const rest = await client('eu-north-1').send(new ListFunctionsCommand({ Marker: first.NextMarker }))
    expect([...(first.Functions ?? []), ...(rest.Functions ?? [])].map((each) => each.FunctionName)).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(rest.NextMarker).toBeUndefined()
    const { Configuration } = await client('eu-north-1').send(new GetFunctionCommand({ FunctionName: 'b' }))
    expect(Configuration).toMatchObject({
      FunctionArn: 'arn:aws:lambda:eu-north-1:000000000000:function:b',
      Runtime: 'nodejs24.x',
      Timeout: 5,
      Environment: { Variables: { LETTER: 'b' } },
    })
  })

  test('refuses in the service’s own names', async () => {
    create('echo', { name: 'guarded' })
    const FunctionName = 'guarded'
    await expect(client('us-east-1').send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:guarded',
      $metadata: { httpStatusCode: 404 },
    })
    await expect(client().send(new InvokeCommand({ FunctionName, Payload: '{' }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    })
    await expect(
      client().send(new InvokeCommand({ FunctionName, Payload: `"${'x'.repeat(6_291_456)}"` })),
    ).rejects.toMatchObject({ name: 'RequestTooLargeException', $metadata: { httpStatusCode: 413 } })
    await expect(
      client('eu-west-1', 'NOBODY').send(new InvokeCommand({ FunctionName })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: NOBODY is not authorized to perform: lambda:InvokeFunction on resource: ' +
        'arn:aws:lambda:eu-west-1:000000000000:function:guarded',
    })
  })

  test('names what it does not emulate', async () => {
    await expect(client().send(new DeleteFunctionCommand({ FunctionName: 'b' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'NotImplemented: DeleteFunction is not emulated',
      $metadata: { httpStatusCode: 501 },
    })
    const alias = new CreateAliasCommand({ FunctionName: 'b', Name: 'live', FunctionVersion: '1' })
    await expect(client().send(alias)).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } })
  })

  test('accepts an event and tries it again one and two minutes after an error', async () => {
    const clock = manualClock()
    const logsDirectory = join(directory, 'async-logs')
    const local = createLambda({ clock, logsDirectory, endpointUrl: '' })
    local.createFunction(settings('flaky', { timeoutSeconds: 900 }))
    const asyncGate = await openGate({ services: { lambda: local.service } })
    const asyncClient = new LambdaClient({
      region: 'eu-west-1',
      endpoint: asyncGate.url,
      credentials: { accessKeyId: 'SOMEBODY', secretAccessKey: 'local' },
    })
    const reply = await asyncClient.send(
      new InvokeCommand({ FunctionName: 'flaky', InvocationType: 'Event' }),
    )
    expect(reply.StatusCode).toBe(202)
    const log = () => readFile(join(logsDirectory, 'eu-west-1', 'flaky.log'), 'utf8').catch(() => '')
    await eventually(async () => expect(await log()).toContain('attempt 1'))
    await clock.advance(59_000)
    expect(await log()).not.toContain('attempt 2')
    await clock.advance(1_000)
    await eventually(async () => expect(await log()).toContain('attempt 2'))
    expect(local.inFlight()).toBe(1)
    await clock.advance(120_000)
    await eventually(async () => expect(await log()).toContain('attempt 3 is fine'))
    await eventually(() => expect(local.inFlight()).toBe(0))
    await asyncGate.close()
    await local.close()
  })
})
