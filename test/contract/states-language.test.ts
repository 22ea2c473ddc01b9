import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID } from '../../local/service.ts'
import { wallClock } from '../../local/clock.ts'
import { createStates } from '../../local/states/states.ts'
import { callOf, openStates, outputOf, REGION, ROLE } from './open-states.ts'
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
const typesOf = async ({ sfn }: OpenStates, executionArn: string) => {
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
  return (events ?? []).map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`)
}

describe('Map and Parallel', () => {
  const overRegions = (processor: object, more: object = {}) =>
    one({
      Type: 'Map',
      ItemsPath: '$.regions',
      ItemSelector: {
        'region.$': '$$.Map.Item.Value',
        'index.$': '$$.Map.Item.Index',
        'run.$': '$$.Execution.Name',
        'file.$': '$.file',
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...processor },
      End: true,
      ...more,
    })

  it('goes on with the other items when a failing one is caught inside', async () => {
    const { run } = await open({
      load: ({ region, index }: { region: string; index: number }) => {
        if (region === 'eu-west-1') throw named('Down', 'no answer')
        return `${index} ${region} loaded`
      },
    })
    const load = callOf('load', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Owed' }] })
    const machine = overRegions({
      ...load,
      States: { ...load.States, Owed: { Type: 'Pass', Result: 'owed', End: true } },
    })
    const record = await run(machine, { file: 'f', regions: ['us-east-1', 'eu-west-1', 'ap-south-1'] })
    expect(outputOf(record)).toEqual(['0 us-east-1 loaded', 'owed', '2 ap-south-1 loaded'])
  })

  it('hands each item its value, its index and the real execution', async () => {
    const { run, calls } = await open({ load: () => 1 })
    const record = await run(overRegions(callOf('load')), { file: 'f', regions: ['a', 0, null] })
    expect(calls.map(({ payload }) => payload)).toEqual([
      { region: 'a', index: 0, run: record.name, file: 'f' },
      { region: 0, index: 1, run: record.name, file: 'f' },
      { region: null, index: 2, run: record.name, file: 'f' },
    ])
  })

  it('runs at most MaxConcurrency items at once', async () => {
    let running = 0
    let peak = 0
    const { run } = await open({
      load: async () => {
        peak = Math.max(peak, ++running)
        await new Promise<void>((resolve) => stage.clock.after(1000, resolve))
        running--
      },
    })
    const regions = [1, 2, 3, 4, 5]
    const record = await run(overRegions(callOf('load'), { MaxConcurrency: 2 }), { regions, file: 'f' }, 2999)
    expect(record.status).toBe('RUNNING')
    await stage.clock.advance(1)
    expect(stage.find(record.executionArn).status).toBe('SUCCEEDED')
    expect(peak).toBe(2)
  })

  it('fails with the first failure, stops the other items, and retries the whole Map', async () => {
    let attempts = 0
    const { run, calls, clock } = await open({
      load: ({ region }: { region: string }) => {
        if (region === 'bad' && attempts++ === 0) throw named('Down')
      },
    })
    const wait = { Type: 'Wait', Seconds: 10, Next: 'Call' }
    const slow = callOf('load')
    const machine = overRegions(
      {
        StartAt: 'Bad?',
        States: {
          'Bad?': {
            Type: 'Choice',
            Choices: [{ Variable: '$.region', StringEquals: 'bad', Next: 'Call' }],
            Default: 'Wait',
          },
          Wait: wait,
          ...slow.States,
        },
      },
      { Retry: [{ ErrorEquals: ['Down'] }] },
    )
    const record = await run(machine, { file: 'f', regions: ['good', 'bad'] }, 60_000)
    expect(record.status).toBe('SUCCEEDED')
    expect(record.stopDate).toBe(record.startDate + 11_000)
    expect(calls.map(({ payload }) => (payload as { region: string }).region)).toEqual(['bad', 'bad', 'good'])
    expect(clock.pending()).toBe(0)
    const events = await typesOf(stage, record.executionArn)
    expect(events.filter((event) => /Map/.test(event)).map((event) => event.split(' ')[1])).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'MapIterationStarted',
      'MapIterationFailed',
      'MapIterationAborted',
      'MapStateFailed',
      'MapStateStarted',
      'MapIterationStarted',
      'MapIterationStarted',
      'MapIterationSucceeded',
      'MapIterationSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
    ])
  })

  it('chains the events of each iteration by themselves', async () => {
    const { run } = await open()
    const note = { StartAt: 'Note', States: { Note: { Type: 'Pass', End: true } } }
    const record = await run(one({ Type: 'Map', ItemProcessor: note, End: true }), ['a', 'b'])
    expect(await typesOf(stage, record.executionArn)).toEqual([
      '1<0 ExecutionStarted',
      '2<1 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<4 PassStateEntered',
      '6<3 MapIterationStarted',
      '7<6 PassStateEntered',
      '8<5 PassStateExited',
      '9<7 PassStateExited',
      '10<8 MapIterationSucceeded',
      '11<9 MapIterationSucceeded',
      '12<11 MapStateSucceeded',
      '13<12 MapStateExited',
      '14<13 ExecutionSucceeded',
    ])
  })

  it('maps nothing over an empty list, and refuses what is no list', async () => {
    const { run } = await open()
    const machine = overRegions({ StartAt: 'Note', States: { Note: { Type: 'Pass', End: true } } })
    expect(outputOf(await run(machine, { regions: [], file: 'f' }))).toEqual([])
    expect(await run(machine, { regions: 'all', file: 'f' })).toMatchObject({ error: 'States.Runtime' })
  })

  it('answers the branches of a Parallel in order, and catches what one of them failed with', async () => {
    const { run } = await open({ fails: throws('Down') })
    const slow = {
      StartAt: 'S',
      States: { S: { Type: 'Wait', Seconds: 5, Next: 'S2' }, S2: { Type: 'Pass', Result: 's', End: true } },
    }
    const fast = { StartAt: 'F', States: { F: { Type: 'Pass', Result: 'f', End: true } } }
    const both = await run(
      one({ Type: 'Parallel', Branches: [slow, fast], ResultPath: '$.r', End: true }),
      {},
      5000,
    )
    expect(outputOf(both)).toEqual({ r: ['s', 'f'] })
    const failing = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [slow, callOf('fails')],
          Catch: [{ ErrorEquals: ['Down'], ResultPath: null, Next: 'After' }],
          End: true,
        },
        After: { Type: 'Pass', End: true },
      },
    }
    const caught = await run(failing, { kept: true })
    expect(outputOf(caught)).toEqual({ kept: true })
    expect(stage.clock.pending()).toBe(0)
  })
})

describe('time', () => {
  it('waits an hour, a timestamp and a path by the clock', async () => {
    const { run, clock } = await open()
    const start = clock.now()
    const machine = {
      StartAt: 'Seconds',
      States: {
        Seconds: { Type: 'Wait', Seconds: 3600, Next: 'SecondsPath' },
        SecondsPath: { Type: 'Wait', SecondsPath: '$.pause', Next: 'Timestamp' },
        Timestamp: {
          Type: 'Wait',
          Timestamp: new Date(start + 7_200_000).toISOString(),
          Next: 'TimestampPath',
        },
        TimestampPath: { Type: 'Wait', TimestampPath: '$.until', Next: 'Past' },
        Past: { Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z', End: true },
      },
    }
    const until = new Date(start + 10_800_000).toISOString()
    const record = await run(machine, { pause: 60, until }, 86_400_000)
    expect(record).toMatchObject({ status: 'SUCCEEDED', stopDate: start + 10_800_000 })
    expect(outputOf(record)).toEqual({ pause: 60, until })
  })

  it('ends a machine at its TimeoutSeconds, wherever it is', async () => {
    const { run, clock, sfn } = await open({ never: () => new Promise(() => {}) })
    const record = await run({ ...callOf('never'), TimeoutSeconds: 60 }, {}, 60_000)
    expect(record).toMatchObject({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
      stopDate: record.startDate + 60_000,
    })
    const { executionArn } = record
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events?.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', previousEventId: 4 })
    expect(clock.pending()).toBe(0)
  })

  it('waits two months on the wall clock without being done at once', async () => {
    const timers: number[] = []
    const states = createStates({
      clock: {
        now: () => wallClock.now(),
        after: (ms, task) => {
          timers.push(ms)
          return wallClock.after(ms, task)
        },
      },
      random: () => 0,
      invokeFunction: () => Promise.resolve({ payload: null }),
    })
    const twoMonths = one({ Type: 'Wait', Seconds: 5_184_000, End: true })
    const stateMachineArn = states.createStateMachine({
      region: REGION,
      name: 'long',
      definition: twoMonths,
      roleArn: ROLE,
    })
    states.startExecution(REGION, { stateMachineArn })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(states.executions()[0]?.status).toBe('RUNNING')
    expect(timers).toEqual([2_147_483_647])
    states.close()
    await open()
  })

  it('shows the real execution in the context object, inside a Map too', async () => {
    const { run, clock, create } = await open()
    await clock.advance(1234)
    const seen = pass({
      Parameters: {
        'id.$': '$$.Execution.Id',
        'input.$': '$$.Execution.Input',
        'started.$': '$$.Execution.StartTime',
        'machine.$': '$$.StateMachine.Id',
        'state.$': '$$.State.Name',
        'entered.$': '$$.State.EnteredTime',
        'text.$': "States.Format('{} of {}', $$.Map.Item.Index, $$.Execution.Name)",
      },
    })
    const machine = one({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: { ...seen, StartAt: 'See', States: { See: seen.States.Only } },
      End: true,
    })
    const record = await run(machine, { items: ['x'] })
    const at = '2026-01-01T00:00:01.234Z'
    expect(outputOf(record)).toEqual([
      {
        id: record.executionArn,
        input: { items: ['x'] },
        started: at,
        machine: `arn:aws:states:${REGION}:${ACCOUNT_ID}:stateMachine:story-0`,
        state: 'See',
        entered: at,
        text: `0 of ${record.name}`,
      },
    ])
    expect(create(machine, 'again')).toContain(':again')
  })
})

describe('limits', () => {
  it('fails at 25,000 events, with the failure as the last of them', async () => {
    const { run, sfn } = await open()
    const forever = {
      StartAt: 'Again',
      States: { Again: { Type: 'Pass', Next: 'Ever' }, Ever: { Type: 'Pass', Next: 'Again' } },
    }
    const record = await run(forever)
    expect(record).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    })
    const { executionArn } = record
    const { events } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    )
    expect(events).toMatchObject([{ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' }])
  })
})
