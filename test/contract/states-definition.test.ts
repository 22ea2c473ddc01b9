import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { AccessDenied } from '../../local/service.ts'
import { createStates } from '../../local/states/states.ts'
import type { StateMachineInput, StatesOptions } from '../../local/states/states.ts'
import { manualClock } from './manual-clock.ts'
import { callOf, functionArn, REGION, ROLE } from './open-states.ts'

// The package carries no types.
const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => {
  readonly isValid: boolean
  readonly errors: readonly unknown[]
}

const open = (more: Partial<StatesOptions> = {}) =>
  createStates({
    clock: manualClock(),
    random: () => 0,
    invokeFunction: () => Promise.resolve({ payload: null }),
    ...more,
  })
const create = (definition: unknown, more: Partial<StateMachineInput> = {}) =>
  open().createStateMachine({ region: REGION, name: 'story', definition, roleArn: ROLE, ...more })

const one = (state: object) => ({ StartAt: 'Only', States: { Only: state } })
const pass = (more: object) => one({ Type: 'Pass', End: true, ...more })
const task = (more: object) => one({ Type: 'Task', Resource: functionArn('f'), End: true, ...more })
const inner = { StartAt: 'Inner', States: { Inner: { Type: 'Pass', End: true } } }
const map = (more: object) => one({ Type: 'Map', ItemProcessor: inner, End: true, ...more })
const choice = (rule: object) => ({
  StartAt: 'Ask',
  States: { Ask: { Type: 'Choice', Choices: [{ ...rule, Next: 'Done' }] }, Done: { Type: 'Succeed' } },
})

describe('what is not emulated is refused when the machine is created', () => {
  it.each<[string, unknown, string]>([
    ['JSONata for the machine', { ...pass({}), QueryLanguage: 'JSONata' }, 'JSONata is not emulated'],
    ['JSONata for a state', pass({ QueryLanguage: 'JSONata' }), 'JSONata is not emulated'],
    ['a JSONata expression', pass({ Result: { n: '{% $states.input.n %}' } }), 'JSONata is not emulated'],
    ['Assign', pass({ Assign: { a: 1 } }), 'Only Assign is not emulated here'],
    ['Output', pass({ Output: 1 }), 'Only Output is not emulated here'],
    ['a variable', pass({ Parameters: { 'a.$': '$name' } }), '"$name" is not a path'],
    [
      'a Distributed Map',
      map({ ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED' } } }),
      'must be {"Mode":"INLINE"}',
    ],
    ['ItemReader', map({ ItemReader: {} }), 'ItemReader is not emulated here'],
    ['ResultWriter', map({ ResultWriter: {} }), 'ResultWriter is not emulated here'],
    [
      'a tolerated failure',
      map({ ToleratedFailurePercentage: 5 }),
      'ToleratedFailurePercentage is not emulated',
    ],
    [
      'a task token',
      task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
      'invoke.waitForTaskToken is not emulated',
    ],
    ['the token itself', task({ Parameters: { 't.$': '$$.Task.Token' } }), 'Task tokens are not emulated'],
    ['a heartbeat', task({ HeartbeatSeconds: 5 }), 'HeartbeatSeconds is not emulated here'],
    [
      'an SDK integration',
      task({ Resource: 'arn:aws:states:::aws-sdk:pinpoint:createImportJob' }),
      'createImportJob is not emulated',
    ],
    [
      'an activity',
      task({ Resource: 'arn:aws:states:eu-west-1:000000000000:activity:a' }),
      'activity:a is not emulated',
    ],
    ['credentials', task({ Credentials: {} }), 'Credentials is not emulated here'],
    [
      'a function of another Region',
      task({ Resource: functionArn('f', 'us-east-1') }),
      'in us-east-1 cannot be called from eu-west-1',
    ],
    [
      'other parameters of lambda:invoke',
      callOf('f', { Parameters: { FunctionName: 'f', Qualifier: '1' } }),
      'Parameters.Qualifier is not emulated',
    ],
    ['a path filter', pass({ InputPath: '$.rows[?(@.ok)]' }), 'is not a path that is emulated'],
    [
      'an intrinsic function that is not there',
      pass({ Parameters: { 'a.$': 'States.Reverse($.a)' } }),
      'States.Reverse is not an intrinsic function',
    ],
    [
      'seeded chance',
      pass({ Parameters: { 'a.$': 'States.MathRandom(1, 5, 7)' } }),
      'does not take 3 arguments',
    ],
  ])('%s', (_, definition, problem) => {
    expect(() => create(definition)).toThrow(problem)
    expect(() => create(definition)).toThrow(expect.objectContaining({ name: 'InvalidDefinition' }))
  })

  it('Express workflows', () => {
    expect(() => create(pass({}), { type: 'EXPRESS' as 'STANDARD' })).toThrow(
      'EXPRESS workflows are not emulated',
    )
  })
})

describe('what is wrong is refused with the place where it stands', () => {
  it.each<[string, unknown, string]>([
    ['text', 'not a definition', 'the definition must be an object'],
    ['no states', { StartAt: 'A' }, '/ States is missing'],
    ['a missing target', pass({ End: undefined, Next: 'Nowhere' }), "/ Missing 'Next' target: Nowhere"],
    [
      'a state nobody reaches',
      { ...pass({}), States: { Only: { Type: 'Succeed' }, Lost: { Type: 'Succeed' } } },
      'State "Lost" is not reachable',
    ],
    ['neither Next nor End', one({ Type: 'Pass' }), '/States/Only needs exactly one of Next, End'],
    ['a type that is none', one({ Type: 'Jump' }), 'Type "Jump" is not a type of state'],
    [
      'a deep one',
      map({ ItemProcessor: { ...inner, States: { Inner: { Type: 'Wait', End: true } } } }),
      '/States/Only/ItemProcessor/States/Inner needs exactly one of Seconds',
    ],
    ['twins', map({ ItemProcessor: pass({}) }), 'more than one state is called "Only"'],
    ['a ResultPath to many places', pass({ ResultPath: '$.a[*]' }), 'must name one place in the input'],
    ['a ResultPath into the context', pass({ ResultPath: '$$.a' }), 'must name one place in the input'],
    [
      'two operators',
      choice({ Variable: '$.a', StringEquals: 'a', IsNull: true }),
      'exactly one operator, got StringEquals, IsNull',
    ],
    [
      'an operator that is none',
      choice({ Variable: '$.a', StringStarts: 'a' }),
      'StringStarts is not a choice operator',
    ],
    [
      'the wrong operand',
      choice({ Variable: '$.a', NumericEquals: '1' }),
      'NumericEquals does not compare with "1"',
    ],
    ['no Variable', choice({ IsNull: true }), 'needs a Variable that is a path'],
    [
      'a zero interval',
      task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] }),
      'IntervalSeconds: must be whole seconds from 1',
    ],
    [
      'States.ALL too early',
      task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }),
      'only the last of the list may name States.ALL',
    ],
    [
      'a long name',
      { StartAt: 'x'.repeat(81), States: { ['x'.repeat(81)]: { Type: 'Succeed' } } },
      'at most 80 characters',
    ],
    [
      'a half intrinsic function',
      pass({ Parameters: { 'a.$': 'States.Format($.a' } }),
      'is not an intrinsic function',
    ],
    ['a .$ that is no text', pass({ Parameters: { 'a.$': 5 } }), '"a.$" must be a path or a function'],
    ['lambda:invoke of nothing', callOf('f', { Parameters: { Payload: 1 } }), 'Parameters need FunctionName'],
    [
      'Catch to nowhere',
      task({ Catch: [{ ErrorEquals: ['A'], Next: 'Nowhere' }] }),
      "Missing 'Next' target: Nowhere",
    ],
  ])('%s', (_, definition, problem) => {
    expect(() => create(definition)).toThrow(problem)
  })

  it('tells all problems at once', () => {
    const definition = {
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Wait', End: true } },
    }
    const states = { ...definition.States, A: { ...definition.States.A, Assign: {} } }
    expect(() => create({ ...definition, States: states })).toThrow(
      expect.objectContaining({
        problems: [
          '/States/A Assign is not emulated here',
          '/States/B needs exactly one of Seconds, SecondsPath, Timestamp, TimestampPath',
        ],
      }),
    )
  })
})

describe('what is accepted', () => {
  const ALL = {
    Comment: 'every type of state and every field that is emulated',
    StartAt: 'Task',
    TimeoutSeconds: 3600,
    Version: '1.0',
    QueryLanguage: 'JSONPath',
    States: {
      Task: {
        Type: 'Task',
        Comment: 'c',
        Resource: 'arn:aws:states:::lambda:invoke',
        InputPath: '$.in',
        Parameters: {
          FunctionName: functionArn('f'),
          Payload: { 'a.$': "States.Format('{}', $$.Execution.Name)" },
        },
        ResultSelector: { 'b.$': '$.Payload' },
        ResultPath: '$.out',
        OutputPath: '$',
        TimeoutSecondsPath: '$.limit',
        Retry: [
          {
            ErrorEquals: ['A', 'States.TaskFailed'],
            IntervalSeconds: 1,
            MaxAttempts: 0,
            BackoffRate: 1.5,
            MaxDelaySeconds: 60,
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Fail', ResultPath: '$.error' }],
        Next: 'Map',
      },
      Map: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'v.$': '$$.Map.Item.Value' },
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...inner },
        MaxConcurrency: 2,
        Next: 'Parallel',
      },
      Parallel: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Succeed' } } }],
        Next: 'Choice',
      },
      Choice: {
        Type: 'Choice',
        Choices: [
          {
            And: [{ Variable: '$.a', IsPresent: true }, { Not: { Variable: '$.a', NumericLessThan: 5 } }],
            Next: 'Wait',
          },
          { Variable: '$.t', TimestampGreaterThanEqualsPath: '$.u', Next: 'Wait' },
        ],
        Default: 'Pass',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.s', Next: 'Pass' },
      Pass: { Type: 'Pass', Result: null, ResultPath: null, Next: 'Child' },
      Child: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: {
          StateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:child',
          'Input.$': '$',
        },
        End: true,
      },
      Fail: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: "States.Format('{}', $.error.Cause)" },
    },
  }

  it('is a machine that asl-validator accepts too', () => {
    expect(create(ALL)).toBe('arn:aws:states:eu-west-1:000000000000:stateMachine:story')
    const verdict = validate(ALL)
    expect({ isValid: verdict.isValid, errors: verdict.errors }).toEqual({ isValid: true, errors: [] })
  })

  it('is refused a second time under the same name, and under a name that is none', () => {
    const states = open()
    const machine = { region: REGION, name: 'story', definition: pass({}), roleArn: ROLE }
    states.createStateMachine(machine)
    expect(() => states.createStateMachine(machine)).toThrow('State Machine Already Exists')
    expect(() => create(pass({}), { name: 'a story' })).toThrow('Invalid Name')
  })

  it('may wait for children only with a role that can make the managed rule', () => {
    const asked: string[] = []
    const authorize = (_: string, action: string, resource: string) => {
      asked.push(`${action} ${resource}`)
      if (action === 'events:PutRule') throw new AccessDenied(ROLE, action, resource)
    }
    const states = open({ authorize })
    const machine = { region: REGION, name: 'story', roleArn: ROLE }
    expect(() => states.createStateMachine({ ...machine, definition: ALL })).toThrow(AccessDenied)
    expect(states.createStateMachine({ ...machine, definition: pass({}) })).toContain(':story')
    const rule =
      'arn:aws:events:eu-west-1:000000000000:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule'
    expect(asked).toEqual([`events:PutTargets ${rule}`, `events:PutRule ${rule}`])
  })
})
