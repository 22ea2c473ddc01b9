/** The same machines on aws-local-stepfunctions, which is somebody else's reading of the language. */
import { StateMachine } from 'aws-local-stepfunctions'
import type { StateMachineDefinition } from 'aws-local-stepfunctions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionArn, openStates, outputOf } from './open-states.ts'
import type { OpenStates } from './open-states.ts'

const FUNCTIONS = {
  double: ({ n }: { n: number }) => ({ n: n * 2 }),
  fail: ({ name }: { name: string }) => {
    throw Object.assign(new Error('no'), { name })
  },
}

let stage: OpenStates
beforeAll(async () => void (stage = await openStates(FUNCTIONS)))
afterAll(() => stage.close())

const ours = async (definition: object, input: unknown): Promise<unknown> => {
  const record = await stage.run(definition, input, 3_600_000)
  return record.status === 'SUCCEEDED' ? outputOf(record) : { failed: record.error }
}

/** Task states are called as their functions. */
const theirs = async (definition: object, input: unknown): Promise<unknown> => {
  const machine = new StateMachine(definition as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  })
  const { result } = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: FUNCTIONS as never,
      waitTimeOverrides: { Wait: 0 },
      retryIntervalOverrides: { double: 0, fail: 0 },
    },
    context: {},
  })
  return result.catch((error: Error) => ({ failed: (error.cause as Error).name }))
}

const pass = (more: object) => ({ StartAt: 'P', States: { P: { Type: 'Pass', End: true, ...more } } })
const filled = (expression: string) => pass({ Parameters: { 'v.$': expression } })
const asked = (rule: object) => ({
  StartAt: 'C',
  States: {
    C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: 'yes', End: true },
    No: { Type: 'Pass', Result: 'no', End: true },
  },
})
const calling = (name: keyof typeof FUNCTIONS, more: object) => ({
  StartAt: name,
  States: {
    [name]: { Type: 'Task', Resource: functionArn(name), End: true, ...more },
  },
})

const ORDER = {
  id: 'o-1',
  n: 7,
  deep: { a: { b: [10, 20, { c: 'x' }] } },
  rows: [
    { id: 'r1', ok: true },
    { id: 'r2', ok: false },
  ],
  when: '2026-11-21T10:00:00Z',
  later: '2026-11-21T12:00:00+01:00',
  nothing: null,
  text: 'a,b,,c',
}

describe('both readings agree', () => {
  it.each<[string, object, unknown]>([
    ['InputPath', pass({ InputPath: '$.deep.a' }), ORDER],
    ['InputPath null', pass({ InputPath: null }), ORDER],
    ['OutputPath', pass({ OutputPath: '$.rows[1].id' }), ORDER],
    ['a new object at ResultPath', pass({ Result: 5, ResultPath: '$.made.here' }), ORDER],
    ['ResultPath over a value', pass({ Result: { z: 1 }, ResultPath: '$.deep' }), ORDER],
    ['ResultPath null', pass({ Result: 5, ResultPath: null }), ORDER],
    ['quoted names', filled("$['deep']['a'].b[2]['c']"), ORDER],
    ['wildcards', filled('$.rows[*].id'), ORDER],
    ['descendants', filled('$..id'), ORDER],
    ['slices', filled('$.deep.a.b[0:2]'), ORDER],
    ['a path that finds nothing', filled('$.missing'), ORDER],
    [
      'nested templates',
      pass({ Parameters: { a: [{ 'b.$': '$.n' }], c: { 'd.$': '$.id' }, e: '$.n' } }),
      ORDER,
    ],
    ['States.Format', filled("States.Format('{}: {} of {}', $.id, 1, $.n)"), ORDER],
    ['nested functions', filled('States.ArrayLength(States.Array($.n, 2, $.id))'), ORDER],
    ['States.StringToJson', filled("States.StringToJson('[1, 2]')"), ORDER],
    ['States.JsonToString', filled('States.JsonToString($.rows)'), { rows: [1, { a: true }] }],
    ['States.ArrayPartition', filled('States.ArrayPartition($.deep.a.b, 2)'), ORDER],
    ['States.ArrayContains', filled('States.ArrayContains($.deep.a.b, 20)'), ORDER],
    ['States.ArrayRange', filled('States.ArrayRange(1, 9, 2)'), ORDER],
    ['States.ArrayGetItem', filled('States.ArrayGetItem($.deep.a.b, 1)'), ORDER],
    ['States.ArrayUnique', filled('States.ArrayUnique(States.Array(1, 2, 1))'), ORDER],
    ['States.Base64Encode', filled("States.Base64Encode('one two')"), ORDER],
    ['States.Base64Decode', filled("States.Base64Decode('aGVsbG8=')"), ORDER],
    ['States.Hash', filled("States.Hash($.id, 'SHA-256')"), ORDER],
    ['States.JsonMerge', filled('States.JsonMerge($.a, $.b, false)'), { a: { x: 1, y: 1 }, b: { y: 2 } }],
    ['States.MathAdd', filled('States.MathAdd($.n, -3)'), ORDER],
    ['States.StringSplit', filled("States.StringSplit('a.b.c', '.')"), ORDER],
    ['StringEquals', asked({ Variable: '$.id', StringEquals: 'o-1' }), ORDER],
    ['StringLessThan', asked({ Variable: '$.id', StringLessThan: 'o-2' }), ORDER],
    [
      'StringGreaterThanEqualsPath',
      asked({ Variable: '$.id', StringGreaterThanEqualsPath: '$.text' }),
      ORDER,
    ],
    ['StringMatches', asked({ Variable: '$.id', StringMatches: 'o-*' }), ORDER],
    ['StringMatches of nothing more', asked({ Variable: '$.id', StringMatches: 'o-1*' }), ORDER],
    ['NumericGreaterThan', asked({ Variable: '$.n', NumericGreaterThan: 7 }), ORDER],
    ['NumericLessThanEquals', asked({ Variable: '$.n', NumericLessThanEquals: 7 }), ORDER],
    ['BooleanEquals', asked({ Variable: '$.rows[1].ok', BooleanEquals: false }), ORDER],
    [
      'TimestampGreaterThan',
      asked({ Variable: '$.later', TimestampGreaterThan: '2026-11-21T10:30:00Z' }),
      ORDER,
    ],
    ['TimestampLessThanPath', asked({ Variable: '$.when', TimestampLessThanPath: '$.later' }), ORDER],
    ['IsNull', asked({ Variable: '$.nothing', IsNull: true }), ORDER],
    ['IsPresent', asked({ Variable: '$.missing', IsPresent: true }), ORDER],
    ['IsString', asked({ Variable: '$.n', IsString: true }), ORDER],
    ['IsTimestamp', asked({ Variable: '$.when', IsTimestamp: true }), ORDER],
    [
      'And, Or and Not',
      asked({
        And: [
          {
            Or: [
              { Variable: '$.n', NumericEquals: 1 },
              { Variable: '$.n', NumericEquals: 7 },
            ],
          },
          { Not: { Variable: '$.nothing', IsNull: false } },
        ],
      }),
      ORDER,
    ],
    ['a Variable that is missing', asked({ Variable: '$.missing', StringEquals: 'x' }), ORDER],
    [
      'no choice',
      {
        ...asked({ Variable: '$.n', NumericEquals: 1 }),
        States: {
          C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'Y' }] },
          Y: { Type: 'Succeed' },
        },
      },
      ORDER,
    ],
    [
      'a task with all its fields',
      calling('double', {
        InputPath: '$.in',
        Parameters: { 'n.$': '$.n' },
        ResultSelector: { 'twice.$': '$.n' },
        ResultPath: '$.out',
        OutputPath: '$.out',
      }),
      { in: { n: 4 } },
    ],
    [
      'a failing task',
      calling('fail', { Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }] }),
      { name: 'Busy' },
    ],
    [
      'a Map of tasks',
      {
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            ItemsPath: '$.list',
            ItemSelector: { 'n.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' },
            ItemProcessor: calling('double', {}),
            ResultPath: '$.out',
            End: true,
          },
        },
      },
      { list: [1, 2, 3] },
    ],
    [
      'a Map without items',
      { StartAt: 'M', States: { M: { Type: 'Map', ItemProcessor: calling('double', {}), End: true } } },
      [],
    ],
    ['a Fail state', { StartAt: 'F', States: { F: { Type: 'Fail', ErrorPath: '$.id', Cause: 'c' } } }, ORDER],
    [
      'Wait and Succeed',
      {
        StartAt: 'Wait',
        States: { Wait: { Type: 'Wait', Seconds: 9, Next: 'S' }, S: { Type: 'Succeed', OutputPath: '$.n' } },
      },
      ORDER,
    ],
  ])('on %s', async (_, definition, input) => {
    expect(await ours(definition, input)).toEqual(await theirs(definition, input))
  })
})

describe('where the library departs from the language, ours does not', () => {
  it.each<[string, object, unknown, unknown]>([
    ['ResultPath $ replaces the input', pass({ Result: { a: 1 }, ResultPath: '$' }), { b: 2 }, { a: 1 }],
    ['a Pass may answer 0, false, "" and null', pass({ Result: 0 }), { b: 2 }, 0],
    ['IsPresent can ask for absence', asked({ Variable: '$.missing', IsPresent: false }), {}, 'yes'],
    ['only * is a wildcard', asked({ Variable: '$.a', StringMatches: 'a?' }), { a: 'ab' }, 'no'],
    [
      'a function that fails can be caught',
      filled("States.Format('{} {}', $.id)"),
      ORDER,
      { failed: 'States.IntrinsicFailure' },
    ],
    ['text is UTF-8', filled("States.Base64Encode('Ünï')"), ORDER, { v: 'w5xuw68=' }],
    [
      'a function keeps backslashes',
      filled('States.JsonToString($.a)'),
      { a: { q: 'say "hi"\n' } },
      { v: '{"q":"say \\"hi\\"\\n"}' },
    ],
    ['a path may find 0, false, "" and null', filled('$'), null, { v: null }],
    ['$$.State is there', filled('$$.State.Name'), {}, { v: 'P' }],
    [
      'States.StringSplit knows several delimiters',
      filled("States.StringSplit($.t, ',;')"),
      { t: 'a;b,,c' },
      { v: ['a', 'b', 'c'] },
    ],
  ])('%s', async (_, definition, input, expected) => {
    expect(await ours(definition, input)).toEqual(expected)
    expect(await theirs(definition, input)).not.toEqual(expected)
  })
})

describe('intrinsic functions the library cannot judge', () => {
  it.each<[string, unknown, unknown]>([
    ["States.Format('\\{\\} it\\'s {}', $.a)", { a: 'C:\\x' }, { v: "{} it's C:\\x" }],
    ['States.UUID()', {}, { v: '88888888-8888-4888-8888-888888888888' }],
    ['States.MathRandom(10, 20)', {}, { v: 15 }],
    ["States.Array('a, b', $['k(1)'], -1.5e2, null)", { 'k(1)': true }, { v: ['a, b', true, -150, null] }],
    ["States.StringToJson('nonsense')", {}, { failed: 'States.IntrinsicFailure' }],
    ['States.ArrayGetItem($.a, 5)', { a: [] }, { failed: 'States.IntrinsicFailure' }],
    ['States.ArrayRange(1, 5000, 1)', {}, { failed: 'States.IntrinsicFailure' }],
    ['States.JsonMerge($.a, $.a, true)', { a: {} }, { failed: 'States.IntrinsicFailure' }],
  ])('%s', async (expression, input, expected) => {
    expect(await ours(filled(expression), input)).toEqual(expected)
  })

  it('finds only what is in the input, nothing inherited', async () => {
    expect(await ours(filled('$.constructor'), {})).toEqual({ failed: 'States.Runtime' })
  })

  it('puts results into arrays that are there, and refuses what stands in the way', async () => {
    const at = (ResultPath: string) => pass({ Result: 'new', ResultPath })
    expect(await ours(at('$.a[1].b'), { a: [0, { c: 1 }] })).toEqual({ a: [0, { c: 1, b: 'new' }] })
    expect(await ours(at('$.a[2]'), { a: [0, 1] })).toEqual({ failed: 'States.ResultPathMatchFailure' })
    expect(await ours(at('$.a.b'), { a: 'text' })).toEqual({ failed: 'States.ResultPathMatchFailure' })
    expect(await ours(at('$.__proto__.x'), {})).toEqual(JSON.parse('{"__proto__":{"x":"new"}}'))
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})
