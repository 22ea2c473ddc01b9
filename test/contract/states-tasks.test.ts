import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import { AccessDenied } from '../../local/service.ts'
import { callOf, functionArn, openStates, outputOf, Refusal, REGION, ROLE } from './open-states.ts'
import type { Functions, OpenStates } from './open-states.ts'

let stage: OpenStates
const open = async (functions: Functions = {}, more: Parameters<typeof openStates>[1] = {}) => {
  stage = await openStates(functions, more)
  return stage
}
afterEach(() => stage.close())

const named = (name: string, message = 'no') => Object.assign(new Error(message), { name })
const throws = (name: string, message?: string) => () => {
  throw named(name, message)
}
const one = (state: object) => ({ StartAt: 'Only', States: { Only: state } })
const pass = (more: object) => one({ Type: 'Pass', End: true, ...more })
describe('tasks', () => {
  it('calls a function by its name, its ARN, or as a plain resource', async () => {
    const { run, calls } = await open({ echo: (payload: unknown) => ({ got: payload }) })
    const byName = { Parameters: { FunctionName: 'echo', Payload: { n: 1 } } }
    expect(outputOf(await run(callOf('echo', byName)))).toEqual({ got: { n: 1 } })
    const plain = one({ Type: 'Task', Resource: functionArn('echo'), End: true })
    expect(outputOf(await run(plain, { n: 2 }))).toEqual({ got: { n: 2 } })
    expect(calls.map((call) => [call.region, call.functionArn])).toEqual([
      [REGION, functionArn('echo')],
      [REGION, functionArn('echo')],
    ])
  })

  it('gives Catch the name and the JSON of what a function threw', async () => {
    const { run } = await open({ check: throws('RowRejected', 'line 3') })
    const machine = callOf('check', {
      Catch: [{ ErrorEquals: ['RowRejected'], Next: 'Told', ResultPath: '$.trouble' }],
    })
    const record = await run(
      { ...machine, States: { ...machine.States, Told: { Type: 'Pass', End: true } } },
      { file: 'f' },
    )
    expect(outputOf(record)).toEqual({
      file: 'f',
      trouble: {
        Error: 'RowRejected',
        Cause: '{"errorType":"RowRejected","errorMessage":"line 3","trace":[]}',
      },
    })
  })

  it('fails the execution with error and cause when nobody catches', async () => {
    const { run } = await open({ check: throws('RowRejected', 'line 3') })
    expect(await run(callOf('check'))).toMatchObject({
      status: 'FAILED',
      error: 'RowRejected',
      cause: '{"errorType":"RowRejected","errorMessage":"line 3","trace":[]}',
    })
  })

  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ServiceException', 'Lambda.ServiceException'],
    ['Lambda.ServiceException', 'Lambda.ServiceException'],
    ['Error', 'Lambda.Unknown'],
  ])('sees a refused invocation %s as %s', async (name, error) => {
    const { run } = await open({
      busy: () => {
        throw new Refusal(name, 'Rate Exceeded.')
      },
    })
    expect(await run(callOf('busy'))).toMatchObject({ status: 'FAILED', error })
  })

  it('is refused by Lambda when the role lacks the permission, and by a function in another Region', async () => {
    const asked: string[] = []
    const { run, calls } = await open(
      { greet: () => 'hello' },
      {
        roles: (role, action, resource) => {
          asked.push(`${role} ${action} ${resource}`)
          throw new AccessDenied(role, action, resource)
        },
      },
    )
    const record = await run(callOf('greet'))
    expect(record.error).toBe('Lambda.AWSLambdaException')
    expect(record.cause).toContain(
      `not authorized to perform: lambda:InvokeFunction on resource: ${functionArn('greet')}`,
    )
    expect(asked).toEqual([`${ROLE} lambda:InvokeFunction ${functionArn('greet')}`])
    const far = callOf('greet', { Parameters: { 'FunctionName.$': '$.far' } })
    const refused = await run(far, { far: functionArn('greet', 'us-east-1') })
    expect(refused.error).toBe('Lambda.ResourceNotFoundException')
    expect(calls).toEqual([])
  })

  it('times out by the clock, catches it, and does not hear the late answer', async () => {
    const { promise, resolve: finish } = Promise.withResolvers<string>()
    const slow = () => promise
    const { run, clock, find, sfn } = await open({ slow })
    const machine = callOf('slow', {
      TimeoutSeconds: 30,
      Catch: [
        { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
        { ErrorEquals: ['States.Timeout'], Next: 'Late' },
      ],
    })
    const end = { Type: 'Pass', End: true }
    const record = await run({ ...machine, States: { ...machine.States, Wrong: end, Late: end } }, {}, 29_999)
    expect(record.status).toBe('RUNNING')
    await clock.advance(1)
    finish('too late')
    await clock.advance(0)
    expect(outputOf(find(record.executionArn))).toEqual({ Error: 'States.Timeout', Cause: '' })
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: record.executionArn }))
    expect(events?.map(({ type }) => type)).toContain('TaskTimedOut')
    expect(events?.at(-2)?.stateExitedEventDetails?.name).toBe('Late')
    expect(clock.pending()).toBe(0)
  })

  it('leaves no timer behind when it is in time, the task nor the machine', async () => {
    const { run, clock } = await open({ greet: () => 'hello' })
    const record = await run({ ...callOf('greet', { TimeoutSeconds: 30 }), TimeoutSeconds: 60 })
    expect(record.status).toBe('SUCCEEDED')
    expect(clock.pending()).toBe(0)
  })

  it('does not call a function with more than 256 KiB', async () => {
    const { run, calls } = await open({ greet: () => 'hello' })
    const twice = { Parameters: { FunctionName: 'greet', Payload: { 'a.$': '$.s', 'b.$': '$.s' } } }
    expect(await run(callOf('greet', twice), { s: 'x'.repeat(200_000) })).toMatchObject({
      error: 'States.DataLimitExceeded',
    })
    expect(calls).toEqual([])
  })

  it('fails with States.DataLimitExceeded above 256 KiB, which States.ALL does not catch', async () => {
    const { run } = await open({ big: ({ n }: { n: number }) => 'x'.repeat(n) })
    const catching = (errorEquals: string[]) => {
      const machine = callOf('big', { Catch: [{ ErrorEquals: errorEquals, Next: 'Caught' }] })
      return { ...machine, States: { ...machine.States, Caught: { Type: 'Pass', End: true } } }
    }
    expect((await run(callOf('big'), { n: 262_000 })).status).toBe('SUCCEEDED')
    expect(await run(catching(['States.ALL']), { n: 262_144 })).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    })
    expect((await run(catching(['States.DataLimitExceeded']), { n: 262_144 })).status).toBe('SUCCEEDED')
    expect(
      await run(pass({ Parameters: { 'a.$': '$.s', 'b.$': '$.s' } }), { s: 'x'.repeat(200_000) }),
    ).toMatchObject({ error: 'States.DataLimitExceeded' })
  })
})

describe('Retry', () => {
  const retrying = (retry: object) => callOf('flaky', { Retry: [{ ErrorEquals: ['States.ALL'], ...retry }] })
  const flaky = (failures: number) => {
    const at: number[] = []
    const functions = {
      flaky: () => {
        at.push(stage.clock.now())
        if (at.length <= failures) throw named('Busy')
        return at.length
      },
    }
    const gaps = () => at.slice(1).map((time, i) => (time - (at[i] ?? 0)) / 1000)
    return { functions, gaps }
  }

  it('waits longer each time, up to MaxDelaySeconds, by the clock', async () => {
    const { functions, gaps } = flaky(5)
    const { run } = await open(functions)
    const retry = { IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 6, MaxDelaySeconds: 30 }
    expect(outputOf(await run(retrying(retry), {}, 3_600_000))).toBe(6)
    expect(gaps()).toEqual([2, 6, 18, 30, 30])
  })

  it('by default tries three times more, after 1, 2 and 4 seconds, and then fails', async () => {
    const { functions, gaps } = flaky(9)
    const { run } = await open(functions)
    expect(await run(retrying({}), {}, 60_000)).toMatchObject({ status: 'FAILED', error: 'Busy' })
    expect(gaps()).toEqual([1, 2, 4])
  })

  it('spreads by chance with JitterStrategy FULL', async () => {
    const { functions, gaps } = flaky(2)
    const { run } = await open(functions, { random: () => 0.25 })
    await run(retrying({ IntervalSeconds: 4, JitterStrategy: 'FULL' }), {}, 60_000)
    expect(gaps()).toEqual([1, 2])
  })

  it('counts each retrier by itself, takes the first that matches, and tells the state how often', async () => {
    const errors = ['A', 'B', 'A', 'B']
    const seen: unknown[] = []
    const { run } = await open({
      flaky: (payload: unknown) => {
        seen.push(payload)
        const error = errors.shift()
        if (error) throw named(error)
        return 'done'
      },
    })
    const machine = callOf('flaky', {
      Parameters: { FunctionName: 'flaky', 'Payload.$': '$$.State.RetryCount' },
      Retry: [
        { ErrorEquals: ['A'], MaxAttempts: 2 },
        { ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 },
      ],
    })
    expect(await run(machine, {}, 60_000)).toMatchObject({ status: 'FAILED', error: 'B' })
    expect(seen).toEqual([0, 1, 2, 3])
  })

  it('never retries with MaxAttempts 0, and never States.Runtime', async () => {
    const { functions, gaps } = flaky(9)
    const { run } = await open(functions)
    expect((await run(retrying({ MaxAttempts: 0 }), {}, 60_000)).error).toBe('Busy')
    expect(gaps()).toEqual([])
    const missing = callOf('flaky', {
      Parameters: { FunctionName: 'flaky', 'Payload.$': '$.nothing' },
      Retry: [{ ErrorEquals: ['States.ALL'] }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
    })
    const caught = { ...missing, States: { ...missing.States, Caught: { Type: 'Pass', End: true } } }
    const record = await run(caught, {}, 60_000)
    expect(record).toMatchObject({ error: 'States.Runtime', stopDate: record.startDate })
    expect(record.cause).toBe(
      `An error occurred while executing the state 'Call' (entered at the event id #2). ` +
        `The JSONPath '$.nothing' specified for the field 'Payload.$' could not be found in the input '{}'`,
    )
  })
})
