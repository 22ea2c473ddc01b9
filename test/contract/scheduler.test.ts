import { afterEach, describe, expect, it } from 'vitest'
import { openGate } from '../../local/gate.ts'
import type { Gate } from '../../local/gate.ts'
import { createScheduler } from '../../local/scheduler/scheduler.ts'
import type { Abandoned } from '../../local/scheduler/scheduler.ts'
import { AccessDenied, ACCOUNT_ID } from '../../local/service.ts'
import { manualClock } from './manual-clock.ts'

const REGION = 'eu-west-1'
const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT_ID}:stateMachine:region-copy`
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:tick`
const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/scheduler`
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:schedule-failures`

const schedule = (more: object = {}, target: object = {}) => ({
  Name: 'nightly',
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: MACHINE, RoleArn: ROLE, ...target },
  ...more,
})
const rule = (more: object = {}) => ({
  Name: 'minutely',
  ScheduleExpression: 'rate(1 minute)',
  Targets: [{ Id: 'tick', Arn: FUNCTION }],
  ...more,
})
const refusal = (name: string) => Object.assign(new Error('no'), { name })

const open = (answer: () => Promise<void> = () => Promise.resolve()) => {
  const clock = manualClock()
  const delivered: {
    at: string
    region: string
    targetArn: string
    roleArn: string | undefined
    input: string
  }[] = []
  const abandoned: Abandoned[] = []
  const scheduler = createScheduler({
    clock,
    random: () => 0.5,
    deliver: (region, targetArn, roleArn, input) => {
      delivered.push({
        at: new Date(clock.now()).toISOString().slice(11, 19),
        region,
        targetArn,
        roleArn,
        input,
      })
      return answer()
    },
    abandon: (each) => void abandoned.push(each),
  })
  const times = () => delivered.map(({ at }) => at)
  return { clock, delivered, abandoned, scheduler, times }
}

describe('schedules', () => {
  it('run each interval from their creation, the first time one interval later', async () => {
    const { clock, scheduler, delivered, times } = open()
    await clock.advance(90_000)
    expect(scheduler.createSchedule(REGION, schedule())).toBe(
      `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/nightly`,
    )
    await clock.advance(3 * 3_600_000)
    expect(times()).toEqual(['01:01:30', '02:01:30', '03:01:30'])
    expect(delivered[0]).toMatchObject({ region: REGION, targetArn: MACHINE, roleArn: ROLE })
  })

  it('run by cron, a rule beside a schedule', async () => {
    const { clock, scheduler, times } = open()
    scheduler.createSchedule(REGION, schedule({ ScheduleExpression: 'cron(30 0/2 * * ? *)' }))
    scheduler.createRule(REGION, rule({ ScheduleExpression: 'cron(0 1 * * ? *)' }))
    await clock.advance(5 * 3_600_000)
    expect(times()).toEqual(['00:30:00', '01:00:00', '02:30:00', '04:30:00'])
  })

  it('hand over their Input with the context attributes in it', async () => {
    const { clock, scheduler, delivered } = open()
    const Input = JSON.stringify({
      at: '<aws.scheduler.scheduled-time>',
      of: '<aws.scheduler.schedule-arn>',
      id: '<aws.scheduler.execution-id>',
      attempt: '<aws.scheduler.attempt-number>',
      other: '<aws.scheduler.unheard-of>',
    })
    scheduler.createSchedule(REGION, schedule({}, { Input }))
    await clock.advance(3_600_000)
    expect(JSON.parse(delivered[0]?.input ?? '')).toEqual({
      at: '2026-01-01T01:00:00Z',
      of: `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/nightly`,
      id: '8888888888888888',
      attempt: '1',
      other: '<aws.scheduler.unheard-of>',
    })
  })

  it('send a notification without an Input, rules an event', async () => {
    const { clock, scheduler, delivered } = open()
    scheduler.createSchedule(REGION, schedule())
    scheduler.createRule(REGION, rule({ ScheduleExpression: 'rate(1 hour)' }))
    await clock.advance(3_600_000)
    const common = {
      version: '0',
      id: '8888888888888888',
      'detail-type': 'Scheduled Event',
      account: ACCOUNT_ID,
      time: '2026-01-01T01:00:00Z',
      region: REGION,
    }
    expect(delivered.map(({ input }) => JSON.parse(input) as unknown)).toEqual([
      {
        ...common,
        source: 'aws.scheduler',
        resources: [`arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/nightly`],
        detail: '{}',
      },
      {
        ...common,
        source: 'aws.events',
        resources: [`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/minutely`],
        detail: {},
      },
    ])
  })

  it('are not due while DISABLED, but can be fired by hand', async () => {
    const { clock, scheduler, delivered } = open()
    scheduler.createSchedule(
      REGION,
      schedule({ State: 'DISABLED' }, { Input: '"<aws.scheduler.scheduled-time>"' }),
    )
    await clock.advance(86_400_000)
    expect(delivered).toEqual([])
    await scheduler.fire(REGION, 'nightly', Date.UTC(2025, 5, 1))
    await scheduler.fire(REGION, 'nightly')
    expect(delivered.map(({ input }) => input)).toEqual(['"2025-06-01T00:00:00Z"', '"2026-01-02T00:00:00Z"'])
    await expect(scheduler.fire('us-east-1', 'nightly')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('tell who fires them by hand what the target said', async () => {
    const { scheduler, abandoned } = open(() => Promise.reject(refusal('ServiceException')))
    scheduler.createRule(REGION, rule())
    await expect(scheduler.fire(REGION, 'minutely')).rejects.toMatchObject({ name: 'ServiceException' })
    expect(abandoned).toEqual([])
  })

  it('are over when the scheduler is closed, retries too', async () => {
    const { clock, scheduler, times } = open(() => Promise.reject(refusal('ServiceException')))
    scheduler.createSchedule(REGION, schedule())
    scheduler.createRule(REGION, rule({ ScheduleExpression: 'rate(2 hours)' }))
    await clock.advance(3_600_000)
    expect(clock.pending()).toBe(3)
    scheduler.close()
    await clock.advance(86_400_000)
    expect(times()).toEqual(['01:00:00'])
    expect(clock.pending()).toBe(0)
  })
})

describe('a delivery that fails', () => {
  it('is tried again, ever later, until it succeeds', async () => {
    let failures = 3
    const { clock, scheduler, times, abandoned } = open(() =>
      failures-- > 0 ? Promise.reject(refusal('TooManyRequestsException')) : Promise.resolve(),
    )
    scheduler.createSchedule(REGION, schedule())
    await clock.advance(3_700_000)
    expect(times()).toEqual(['01:00:00', '01:00:01', '01:00:03', '01:00:07'])
    expect(abandoned).toEqual([])
  })

  it('is given up after MaximumRetryAttempts, with a message for the dead-letter queue', async () => {
    const { clock, scheduler, times, abandoned } = open(() => Promise.reject(refusal('ServiceException')))
    const target = {
      Input: '{"n":1}',
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: QUEUE },
    }
    const arn = scheduler.createSchedule(REGION, schedule({}, target))
    await clock.advance(3_700_000)
    expect(times()).toEqual(['01:00:00', '01:00:01', '01:00:03'])
    expect(abandoned).toEqual([
      {
        region: REGION,
        scheduleArn: arn,
        targetArn: MACHINE,
        deadLetterArn: QUEUE,
        input: '{"n":1}',
        attributes: {
          SCHEDULE_ARN: arn,
          EXECUTION_ID: '8888888888888888',
          SCHEDULED_TIME: '2026-01-01T01:00:00Z',
          TARGET_ARN: MACHINE,
          ERROR_CODE: 'ServiceException',
          ERROR_MESSAGE: 'no',
          RETRY_ATTEMPTS: '2',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
        },
      },
    ])
  })

  it('is given up when it is too old, and at once when asking again cannot help', async () => {
    const old = open(() => Promise.reject(refusal('ServiceException')))
    old.scheduler.createSchedule(REGION, schedule({}, { RetryPolicy: { MaximumEventAgeInSeconds: 60 } }))
    await old.clock.advance(3_700_000)
    expect(old.times().at(-1)).toBe('01:00:31')
    expect(old.abandoned[0]?.attributes['EXHAUSTED_RETRY_CONDITION']).toBe('MaximumEventAgeInSeconds')
    const denied = open(() => {
      throw new AccessDenied(ROLE, 'states:StartExecution', MACHINE)
    })
    denied.scheduler.createSchedule(REGION, schedule())
    await denied.clock.advance(3_700_000)
    expect(denied.times()).toEqual(['01:00:00'])
    expect(denied.abandoned[0]?.attributes).toMatchObject({ ERROR_CODE: 'AccessDenied', RETRY_ATTEMPTS: '0' })
  })
})

describe('what is wrong or not emulated is refused', () => {
  it.each<[object, string]>([
    [
      schedule({ ScheduleExpressionTimezone: 'Europe/Berlin' }),
      'ScheduleExpressionTimezone Europe/Berlin is not emulated',
    ],
    [schedule({ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }), 'FlexibleTimeWindow FLEXIBLE is not emulated'],
    [schedule({ StartDate: '2026-01-01' }), 'StartDate of AWS::Scheduler::Schedule is not emulated'],
    [schedule({}, { EcsParameters: {} }), 'EcsParameters of Target is not emulated'],
    [schedule({}, { Arn: QUEUE }), `the target ${QUEUE} is not emulated`],
    [schedule({}, { RoleArn: undefined }), 'RoleArn is required'],
    [schedule({}, { Input: '{' }), 'Input must be JSON, got {'],
    [
      schedule({}, { RetryPolicy: { MaximumRetryAttempts: 186 } }),
      'MaximumRetryAttempts must be a whole number from 0 to 185',
    ],
    [schedule({ Name: 'a b' }), 'Name must be 1 to 64 of'],
    [schedule({ Name: undefined }), 'Name is required'],
    [schedule({ State: 'PAUSED' }), 'State must be ENABLED or DISABLED, got PAUSED'],
    [schedule({ ScheduleExpression: 'rate(1 week)' }), 'Invalid Schedule Expression rate(1 week).'],
  ])('schedule %#: $1', (properties, problem) => {
    const { scheduler, clock } = open()
    expect(() => scheduler.createSchedule(REGION, properties as Record<string, unknown>)).toThrow(problem)
    expect(clock.pending()).toBe(0)
  })

  it.each<[object, string]>([
    [rule({ EventPattern: {} }), 'EventPattern of AWS::Events::Rule is not emulated'],
    [
      rule({ Targets: [{ Arn: FUNCTION, InputTransformer: {} }] }),
      'InputTransformer of Target is not emulated',
    ],
    [rule({ Targets: [{ Arn: MACHINE }] }), `RoleArn is required for target ${MACHINE}`],
    [rule({ ScheduleExpression: 'rate(1 minutes)' }), 'ScheduleExpression is not valid'],
  ])('rule %#: $1', (properties, problem) => {
    expect(() => open().scheduler.createRule(REGION, properties as Record<string, unknown>)).toThrow(problem)
  })

  it('the same name twice in one Region', () => {
    const { scheduler } = open()
    scheduler.createSchedule(REGION, schedule())
    scheduler.createSchedule('us-east-1', schedule())
    expect(() => scheduler.createSchedule(REGION, schedule())).toThrow('already exists')
  })
})

describe('over HTTP', () => {
  let gate: Gate
  afterEach(() => gate.close())

  const serve = async (authorize?: (key: string, action: string, resource: string) => void) => {
    const opened = open()
    const { scheduler } = opened
    gate = await openGate({ services: { scheduler: scheduler.service }, ...(authorize && { authorize }) })
    for (const Name of ['b', 'a', 'c'])
      scheduler.createSchedule(REGION, schedule({ Name }, { Input: '{"n":1}' }))
    scheduler.createSchedule(REGION, schedule({ Name: 'd', State: 'DISABLED', GroupName: 'mine' }))
    scheduler.createRule(REGION, rule())
    return opened
  }
  const call = async (path: string, method = 'GET', region = REGION) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/scheduler/aws4_request`
    const response = await fetch(`${gate.url}${path}`, { method, headers: { authorization } })
    const body = (await response.json()) as Record<string, unknown> & {
      Schedules?: { Name: string }[]
      NextToken?: string
    }
    return { status: response.status, error: response.headers.get('x-amzn-errortype'), body }
  }
  const names = async (query: string) => {
    const { body } = await call(`/schedules${query}`)
    return { names: body.Schedules?.map(({ Name }) => Name), token: body.NextToken }
  }

  it('lists schedules by group, name and state, in pages', async () => {
    await serve()
    expect((await names('')).names).toEqual(['a', 'b', 'c', 'd'])
    expect((await names('?ScheduleGroup=mine')).names).toEqual(['d'])
    expect((await names('?State=ENABLED&NamePrefix=b')).names).toEqual(['b'])
    const first = await names('?MaxResults=2')
    expect(first.names).toEqual(['a', 'b'])
    expect(await names(`?MaxResults=2&NextToken=${first.token}`)).toEqual({
      names: ['c', 'd'],
      token: undefined,
    })
    expect((await call('/schedules', 'GET', 'us-east-1')).body).toEqual({ Schedules: [] })
    expect(await call('/schedules?MaxResults=0')).toMatchObject({ status: 400, error: 'ValidationException' })
  })

  it('gets one schedule', async () => {
    const { clock } = await serve()
    const { body } = await call('/schedules/a')
    expect(body).toEqual({
      Arn: `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/a`,
      ActionAfterCompletion: 'NONE',
      CreationDate: clock.now() / 1000,
      FlexibleTimeWindow: { Mode: 'OFF' },
      GroupName: 'default',
      LastModificationDate: clock.now() / 1000,
      Name: 'a',
      ScheduleExpression: 'rate(1 hour)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      Target: {
        Arn: MACHINE,
        RoleArn: ROLE,
        Input: '{"n":1}',
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    })
    expect((await call('/schedules/d?groupName=mine')).body).toMatchObject({ State: 'DISABLED' })
    expect(await call('/schedules/d')).toEqual({
      status: 404,
      error: 'ResourceNotFoundException',
      body: { Message: 'Schedule d does not exist.' },
    })
  })

  it('asks IAM, and answers 501 by name to the rest', async () => {
    const asked: string[] = []
    await serve((key, action, resource) => {
      asked.push(`${action} ${resource}`)
      if (action === 'scheduler:ListSchedules') throw new AccessDenied(key, action, resource)
    })
    expect(await call('/schedules')).toMatchObject({ status: 403, error: 'AccessDeniedException' })
    expect(await call('/schedules/a')).toMatchObject({ status: 200 })
    expect(asked).toEqual([
      'scheduler:ListSchedules *',
      `scheduler:GetSchedule arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/a`,
    ])
    expect(await call('/schedules/x', 'POST')).toEqual({
      status: 501,
      error: 'NotImplemented',
      body: { Message: 'NotImplemented: CreateSchedule is not emulated' },
    })
    expect((await call('/schedule-groups')).body).toEqual({
      Message: 'NotImplemented: ListScheduleGroups is not emulated',
    })
  })
})
