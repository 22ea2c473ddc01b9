import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterEach, expect, it } from 'vitest'
import { AccessDenied } from '../../local/service.ts'
import { callOf, openStates, outputOf, REGION } from './open-states.ts'
import type { Functions, OpenStates } from './open-states.ts'

let stage: OpenStates
const open = async (functions: Functions = {}, more: Parameters<typeof openStates>[1] = {}) => {
  stage = await openStates(functions, more)
  return stage
}
afterEach(() => stage.close())

const parentOf = (stateMachineArn: string, sync: '' | '.sync:2', more: object = {}) => ({
  StartAt: 'Nest',
  States: {
    Nest: {
      Type: 'Task',
      Resource: `arn:aws:states:::states:startExecution${sync}`,
      Parameters: {
        StateMachineArn: stateMachineArn,
        Input: { 'file.$': '$.file', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id' },
        'Name.$': '$.name',
      },
      End: true,
      ...more,
    },
  },
})
const child = {
  StartAt: 'Work',
  States: { Work: { Type: 'Wait', Seconds: 10, Next: 'Call' }, ...callOf('work').States },
}

it('waits for a child and gets its parsed output', async () => {
  const { create, run, states, clock } = await open({ work: () => ({ rows: 3 }) })
  const childArn = create(child, 'child')
  const parent = await run(parentOf(childArn, '.sync:2'), { file: 'f', name: 'job-1' }, 60_000)
  const started = states.executions().find((each) => each.stateMachineArn === childArn)
  expect(outputOf(parent)).toEqual({
    ExecutionArn: started?.executionArn,
    Input: { file: 'f', AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: parent.executionArn },
    InputDetails: { Included: true },
    Name: 'job-1',
    Output: { rows: 3 },
    OutputDetails: { Included: true },
    RedriveCount: 0,
    StartDate: parent.startDate,
    StateMachineArn: childArn,
    Status: 'SUCCEEDED',
    StopDate: parent.startDate + 10_000,
  })
  const { events } = await stage.sfn.send(
    new GetExecutionHistoryCommand({ executionArn: parent.executionArn }),
  )
  expect(events?.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
  expect(events?.[4]?.taskSubmittedEventDetails).toMatchObject({
    resourceType: 'states',
    resource: 'startExecution.sync:2',
    output: JSON.stringify({ ExecutionArn: started?.executionArn, StartDate: parent.startDate }),
  })
  expect(clock.pending()).toBe(0)
})

it('does not wait without .sync', async () => {
  const { create, run, states } = await open({ work: () => 1 })
  const parent = await run(parentOf(create(child, 'child'), ''), { file: 'f', name: 'job-1' })
  expect(parent.status).toBe('SUCCEEDED')
  const running = states.executions().filter(({ status }) => status === 'RUNNING')
  expect(outputOf(parent)).toEqual({ ExecutionArn: running[0]?.executionArn, StartDate: parent.startDate })
})

it('fails with States.TaskFailed and the described child when the child fails', async () => {
  const work = () => {
    throw Object.assign(new Error('no'), { name: 'Broken' })
  }
  const { create, run } = await open({ work })
  const parent = await run(parentOf(create(child, 'child'), '.sync:2'), { file: 'f', name: 'job-1' }, 60_000)
  expect(parent).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' })
  expect(JSON.parse(parent.cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'Broken', Name: 'job-1' })
})

it('sees a name that is taken, and a machine that is not there, as errors to catch', async () => {
  const { create, run } = await open({ work: () => 1 })
  const childArn = create(child, 'child')
  await run(parentOf(childArn, ''), { file: 'f', name: 'job-1' }, 60_000)
  const again = parentOf(childArn, '', {
    Catch: [
      {
        ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'],
        ResultPath: '$.error',
        Next: 'Known',
      },
    ],
  })
  const known = {
    ...again,
    States: { ...again.States, Known: { Type: 'Pass', Result: 'in hand', End: true } },
  }
  expect(outputOf(await run(known, { file: 'f', name: 'job-1' }))).toBe('in hand')
  const nowhere = parentOf(`${childArn}-not`, '')
  expect((await run(nowhere, { file: 'f', name: 'job-2' })).error).toBe(
    'StepFunctions.StateMachineDoesNotExistException',
  )
})

it('stops the child with the parent', async () => {
  const { create, run, states, clock, calls } = await open({ work: () => 1 })
  const childArn = create(child, 'child')
  const definition = { ...parentOf(childArn, '.sync:2'), TimeoutSeconds: 5 }
  const parent = await run(definition, { file: 'f', name: 'job-1' }, 60_000)
  expect(parent.status).toBe('TIMED_OUT')
  const [stopped] = states.executions().filter((each) => each.stateMachineArn === childArn)
  expect(stopped).toMatchObject({ status: 'ABORTED', stopDate: parent.startDate + 5000 })
  expect(stopped?.cause).toContain(parent.executionArn)
  expect(calls).toEqual([])
  expect(clock.pending()).toBe(0)
})

it('needs the permission to start and to describe the child', async () => {
  let denied = 'states:StartExecution'
  const roles = (role: string, action: string, resource: string) => {
    if (action === denied) throw new AccessDenied(role, action, resource)
  }
  const { create, run, states } = await open({ work: () => 1 }, { roles })
  const childArn = create(child, 'child')
  const refused = await run(parentOf(childArn, '.sync:2'), { file: 'f', name: 'job-1' })
  expect(refused.error).toBe('StepFunctions.AWSStepFunctionsException')
  expect(refused.cause).toContain(`states:StartExecution on resource: ${childArn}`)
  expect(states.executions(REGION)).toHaveLength(1)
  denied = 'states:DescribeExecution'
  const blind = await run(parentOf(childArn, '.sync:2'), { file: 'f', name: 'job-2' })
  expect(blind.cause).toContain('states:DescribeExecution on resource: arn:aws:states:eu-west-1')
})
