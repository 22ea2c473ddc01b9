import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListActivitiesCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import { AccessDenied, ACCOUNT_ID } from '../../local/service.ts'
import { callOf, functionArn, openStates, REGION, ROLE } from './open-states.ts'
import type { Functions, OpenStates } from './open-states.ts'

const waitAnHour = {
  StartAt: 'An hour',
  States: { 'An hour': { Type: 'Wait', Seconds: 3600, End: true } },
}

let stage: OpenStates
const open = async (functions: Functions = {}, more: Parameters<typeof openStates>[1] = {}) => {
  stage = await openStates(functions, more)
  return stage
}
afterEach(() => stage.close())

describe('StartExecution', () => {
  it('plays a machine to its end and describes it', async () => {
    const { sfn, clock, create } = await open({ greet: ({ who }: { who: string }) => `hello ${who}` })
    const stateMachineArn = create(callOf('greet'), 'greeting')
    const started = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: 'first', input: '{"who":"Ada"}' }),
    )
    expect(started.executionArn).toBe(`arn:aws:states:${REGION}:${ACCOUNT_ID}:execution:greeting:first`)
    expect(started.startDate?.getTime()).toBe(clock.now())
    await clock.advance(0)
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn: started.executionArn }))
    expect(described).toMatchObject({
      status: 'SUCCEEDED',
      stateMachineArn,
      name: 'first',
      input: '{"who":"Ada"}',
      output: '"hello Ada"',
      startDate: new Date(clock.now()),
      stopDate: new Date(clock.now()),
    })
  })

  it('names an execution by a UUID and gives it {} when neither is said', async () => {
    const { sfn, create } = await open()
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: create(waitAnHour) }),
    )
    const { name, input, status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect({ input, status }).toEqual({ input: '{}', status: 'RUNNING' })
  })

  it('answers the running execution to the same name and input, and refuses another input', async () => {
    const { sfn, states, clock, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const command = new StartExecutionCommand({ stateMachineArn, name: 'job-1', input: '{"a":1}' })
    const first = await sfn.send(command)
    await clock.advance(1000)
    const second = await sfn.send(command)
    expect({ ...second, $metadata: undefined }).toEqual({ ...first, $metadata: undefined })
    expect(states.executions()).toHaveLength(1)
    await expect(
      sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'job-1', input: '{"a":2}' })),
    ).rejects.toMatchObject({ name: 'ExecutionAlreadyExists', $metadata: { httpStatusCode: 400 } })
  })

  it('keeps a name taken for 90 days after its execution has ended', async () => {
    const { sfn, clock, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const command = new StartExecutionCommand({ stateMachineArn, name: 'job-1' })
    await sfn.send(command)
    await clock.advance(3_600_000)
    await clock.advance(90 * 86_400_000 - 1)
    await expect(sfn.send(command)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await clock.advance(1)
    await expect(sfn.send(command)).resolves.toMatchObject({ startDate: new Date(clock.now()) })
  })

  it.each(['', 'a b', 'a/b', 'a:b', 'a*', 'a'.repeat(81), 'a\u007f'])('refuses the name %j', async (name) => {
    const { sfn, create } = await open()
    await expect(
      sfn.send(new StartExecutionCommand({ stateMachineArn: create(waitAnHour), name })),
    ).rejects.toMatchObject({ name: 'InvalidName' })
  })

  it('refuses input that is no JSON or more than 256 KiB, and machines that are not there', async () => {
    const { sfn, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const start = (input: string, arn = stateMachineArn) =>
      sfn.send(new StartExecutionCommand({ stateMachineArn: arn, input }))
    await expect(start('{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' })
    await expect(start(JSON.stringify('é'.repeat(131_072)))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(start(JSON.stringify('é'.repeat(131_071)))).resolves.toBeDefined()
    await expect(start('{}', `${stateMachineArn}x`)).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
    await expect(start('{}', functionArn('f'))).rejects.toMatchObject({ name: 'InvalidArn' })
  })

  it('keeps Regions apart', async () => {
    const { clientIn, states, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const elsewhere = clientIn('us-east-1')
    await expect(elsewhere.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
    const { executionArn } = states.startExecution(REGION, { stateMachineArn })
    await expect(elsewhere.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    })
    expect(states.executions('us-east-1')).toEqual([])
    expect((await elsewhere.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
  })
})

describe('StopExecution', () => {
  it('aborts a running execution with error and cause, and nothing of it goes on', async () => {
    const { sfn, clock, calls, create } = await open({ greet: () => 'hello' })
    const machine = callOf('greet')
    const stateMachineArn = create({
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds: 60, Next: 'Call' }, ...machine.States },
    })
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }))
    await clock.advance(1000)
    const stop = new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'by hand' })
    expect((await sfn.send(stop)).stopDate).toEqual(new Date(clock.now()))
    await clock.advance(120_000)
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' })
    expect(calls).toEqual([])
    expect(clock.pending()).toBe(0)
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events?.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'ExecutionAborted',
    ])
  })

  it('leaves an ended execution as it is', async () => {
    const { sfn, clock, create } = await open({ greet: () => 'hello' })
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: create(callOf('greet')) }),
    )
    await clock.advance(0)
    await sfn.send(new StopExecutionCommand({ executionArn }))
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    expect(status).toBe('SUCCEEDED')
  })

  it('does not know executions that never were', async () => {
    const { sfn } = await open()
    const executionArn = `arn:aws:states:${REGION}:${ACCOUNT_ID}:execution:story:none`
    await expect(sfn.send(new StopExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    })
  })
})

describe('lists and histories', () => {
  it('lists executions newest first, by status, in pages', async () => {
    const { sfn, clock, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const names = ['one', 'two', 'three', 'four', 'five']
    for (const name of names) {
      await sfn.send(new StartExecutionCommand({ stateMachineArn, name }))
      await clock.advance(1000)
    }
    await clock.advance(3_600_000 - 5000)
    const list = async (more: object) => {
      const answer = await sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }))
      return { names: answer.executions?.map(({ name }) => name), nextToken: answer.nextToken }
    }
    const first = await list({ maxResults: 3 })
    expect(first.names).toEqual(['five', 'four', 'three'])
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'six' }))
    expect(await list({ maxResults: 3, nextToken: first.nextToken })).toEqual({
      names: ['two', 'one'],
      nextToken: undefined,
    })
    expect((await list({ statusFilter: 'SUCCEEDED' })).names).toEqual(['one'])
    await expect(list({ nextToken: 'bm90aGluZw' })).rejects.toMatchObject({ name: 'InvalidToken' })
    await expect(list({ maxResults: 1001 })).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(list({ statusFilter: 'DONE' })).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('tells an execution event by event, each with its predecessor', async () => {
    const { sfn, clock, create } = await open({ greet: () => 'hello' })
    const stateMachineArn = create(callOf('greet'))
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }))
    await clock.advance(0)
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 1, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSucceeded'],
      [6, 5, 'TaskStateExited'],
      [7, 6, 'ExecutionSucceeded'],
    ])
    expect(events[0]?.executionStartedEventDetails).toEqual({
      input: '{"n":1}',
      inputDetails: { truncated: false },
      roleArn: ROLE,
    })
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({
      resourceType: 'lambda',
      resource: 'invoke',
      region: REGION,
      parameters: JSON.stringify({ FunctionName: functionArn('greet'), Payload: { n: 1 } }),
    })
    expect(JSON.parse(events[4]?.taskSucceededEventDetails?.output ?? '')).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: 'hello',
      StatusCode: 200,
    })
    expect(events[5]?.stateExitedEventDetails).toMatchObject({ name: 'Call', output: '"hello"' })
    expect(events[6]?.executionSucceededEventDetails?.output).toBe('"hello"')
    expect(events.every(({ timestamp }) => timestamp?.getTime() === clock.now())).toBe(true)
  })

  it('pages a history, backwards and without data when asked', async () => {
    const { sfn, clock, create } = await open({ greet: () => 'hello' })
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: create(callOf('greet')) }),
    )
    await clock.advance(0)
    const ask = { executionArn, reverseOrder: true, includeExecutionData: false, maxResults: 4 }
    const first = await sfn.send(new GetExecutionHistoryCommand(ask))
    const rest = await sfn.send(new GetExecutionHistoryCommand({ ...ask, nextToken: first.nextToken }))
    expect([...(first.events ?? []), ...(rest.events ?? [])].map(({ id }) => id)).toEqual([
      7, 6, 5, 4, 3, 2, 1,
    ])
    expect(rest.nextToken).toBeUndefined()
    expect(first.events?.[1]?.stateExitedEventDetails).toEqual({ name: 'Call' })
  })

  it('describes and lists state machines', async () => {
    const { sfn, states, create } = await open()
    const stateMachineArn = create(waitAnHour)
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))
    expect(described).toMatchObject({ name: 'story', type: 'STANDARD', status: 'ACTIVE', roleArn: ROLE })
    expect(JSON.parse(described.definition ?? '')).toEqual(waitAnHour)
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}))
    expect(stateMachines?.map((each) => each.stateMachineArn)).toEqual([stateMachineArn])
    expect(states.executions()).toEqual([])
  })
})

describe('the service', () => {
  it('asks IAM for each action on its own resource', async () => {
    const asked: string[] = []
    const { sfn, create } = await open(
      {},
      { authorize: (_, action, resource) => void asked.push(`${action} ${resource}`) },
    )
    const stateMachineArn = create(waitAnHour)
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'job' }))
    await sfn.send(new DescribeExecutionCommand({ executionArn }))
    await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    await sfn.send(new ListExecutionsCommand({ stateMachineArn }))
    await sfn.send(new StopExecutionCommand({ executionArn }))
    await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))
    await sfn.send(new ListStateMachinesCommand({}))
    expect(asked).toEqual([
      `states:StartExecution ${stateMachineArn}`,
      `states:DescribeExecution ${executionArn}`,
      `states:GetExecutionHistory ${executionArn}`,
      `states:ListExecutions ${stateMachineArn}`,
      `states:StopExecution ${executionArn}`,
      `states:DescribeStateMachine ${stateMachineArn}`,
      'states:ListStateMachines *',
    ])
  })

  it('answers AccessDeniedException and starts nothing', async () => {
    const { sfn, states, create } = await open(
      {},
      {
        authorize: (key, action, resource) => {
          throw new AccessDenied(key, action, resource)
        },
      },
    )
    await expect(
      sfn.send(new StartExecutionCommand({ stateMachineArn: create(waitAnHour) })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } })
    expect(states.executions()).toEqual([])
  })

  it('answers 501 by name to what is not emulated', async () => {
    const { sfn } = await open()
    await expect(sfn.send(new ListActivitiesCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'NotImplemented: ListActivities is not emulated',
      $metadata: { httpStatusCode: 501 },
    })
  })

  it('answers SerializationException to a body that is no JSON object', async () => {
    const { gate } = await open()
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/states/aws4_request`,
      'x-amz-target': 'AWSStepFunctions.ListStateMachines',
    }
    for (const body of ['{', '[]', 'null']) {
      const response = await fetch(gate.url, { method: 'POST', headers, body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ __type: 'SerializationException' })
    }
  })

  it('aborts what runs when it is closed, and starts nothing after', async () => {
    const { states, create, clock } = await open()
    const stateMachineArn = create(waitAnHour)
    states.startExecution(REGION, { stateMachineArn })
    await clock.advance(0)
    states.close()
    expect(states.executions().map(({ status }) => status)).toEqual(['ABORTED'])
    expect(clock.pending()).toBe(0)
    expect(() => states.startExecution(REGION, { stateMachineArn })).toThrow('closed')
  })
})
