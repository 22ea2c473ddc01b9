/** The fields of each type of state, and what may stand in them. Any other field is refused, never ignored. */
import { timestampOf } from '../language/choice.ts'
import { isArray, isObject } from '../language/json.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { templateProblems } from '../language/template.ts'
import {
  A_YEAR_OR_SO,
  catchers,
  choices,
  fieldProblems,
  isInteger,
  path,
  pathOrFunction,
  pathOrNull,
  resultPath,
  retriers,
  seconds,
  text,
  want,
} from './checks.ts'
import type { Check } from './checks.ts'
import { PARAMETERS, resourceOf } from './resource.ts'

const TRANSITION: Readonly<Record<string, Check>> = {
  Next: text,
  End: want('true', (value) => value === true),
}
const COMMON: Readonly<Record<string, Check>> = {
  Type: text,
  Comment: text,
  QueryLanguage: want('JSONPath (JSONata is not emulated)', (value) => value === 'JSONPath'),
}
const PATHS: Readonly<Record<string, Check>> = { InputPath: pathOrNull, OutputPath: pathOrNull }
const RESULT: Readonly<Record<string, Check>> = {
  ResultSelector: templateProblems,
  ResultPath: resultPath,
  Retry: retriers,
  Catch: catchers,
}
const anything: Check = () => []

const FIELDS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  Task: {
    ...COMMON,
    ...TRANSITION,
    ...PATHS,
    ...RESULT,
    Parameters: templateProblems,
    Resource: text,
    TimeoutSeconds: seconds,
    TimeoutSecondsPath: path,
  },
  Map: {
    ...COMMON,
    ...TRANSITION,
    ...PATHS,
    ...RESULT,
    Parameters: templateProblems,
    ItemSelector: templateProblems,
    ItemsPath: path,
    ItemProcessor: anything,
    Iterator: anything,
    MaxConcurrency: want('a whole number from 0', isInteger(0, A_YEAR_OR_SO)),
    MaxConcurrencyPath: path,
  },
  Parallel: {
    ...COMMON,
    ...TRANSITION,
    ...PATHS,
    ...RESULT,
    Parameters: templateProblems,
    Branches: want('a list of machines', (value) => isArray(value) && value.length > 0),
  },
  Pass: {
    ...COMMON,
    ...TRANSITION,
    ...PATHS,
    Parameters: templateProblems,
    ResultPath: resultPath,
    Result: anything,
  },
  Wait: {
    ...COMMON,
    ...TRANSITION,
    ...PATHS,
    Seconds: want('whole seconds', isInteger(0, A_YEAR_OR_SO)),
    SecondsPath: path,
    Timestamp: want('an RFC 3339 timestamp', (value) => timestampOf(value) !== undefined),
    TimestampPath: path,
  },
  Choice: { ...COMMON, ...PATHS, Choices: choices, Default: text },
  Succeed: { ...COMMON, ...PATHS },
  Fail: { ...COMMON, Error: text, ErrorPath: pathOrFunction, Cause: text, CausePath: pathOrFunction },
}

const MACHINE: Readonly<Record<string, Check>> = {
  StartAt: text,
  States: want('an object of states', isObject),
  Comment: text,
  QueryLanguage: COMMON['QueryLanguage'] ?? text,
}

/** The fields of a machine itself, at the top or inside a state. */
export const machineFieldProblems = (
  machine: JsonObject,
  inner: 'top' | 'Branch' | 'Map',
): readonly string[] => {
  const more: Readonly<Record<string, Check>> =
    inner === 'top'
      ? { TimeoutSeconds: seconds, Version: want('"1.0"', (value) => value === '1.0') }
      : inner === 'Map'
        ? { ProcessorConfig: want('{"Mode":"INLINE"}', isInline) }
        : {}
  return fieldProblems(machine, { ...MACHINE, ...more }, ['StartAt', 'States'])
}

const isInline = (value: Json): boolean =>
  isObject(value) && Object.entries(value).every(([key, mode]) => key === 'Mode' && mode === 'INLINE')

const typeOf = (state: JsonObject): string => (typeof state['Type'] === 'string' ? state['Type'] : '')

/** What is wrong with a state's own fields, seen by themselves. */
export const stateFieldProblems = (state: JsonObject, region: string): readonly string[] => {
  const fields = FIELDS[typeOf(state)]
  if (!fields) return [`Type ${JSON.stringify(state['Type'])} is not a type of state`]
  return [
    ...fieldProblems(state, fields, NEEDS[typeOf(state)] ?? []),
    ...alternatives(state),
    ...taskProblems(state, region),
  ]
}

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource'],
  Parallel: ['Branches'],
  Choice: ['Choices'],
}

/** Of each of these, the first number of fields at least and the second at most. */
const ALTERNATIVES: Readonly<Record<string, readonly (readonly [number, number, ...string[]])[]>> = {
  Task: [
    [1, 1, 'Next', 'End'],
    [0, 1, 'TimeoutSeconds', 'TimeoutSecondsPath'],
  ],
  Map: [
    [1, 1, 'Next', 'End'],
    [1, 1, 'ItemProcessor', 'Iterator'],
    [0, 1, 'ItemSelector', 'Parameters'],
    [0, 1, 'MaxConcurrency', 'MaxConcurrencyPath'],
  ],
  Parallel: [[1, 1, 'Next', 'End']],
  Pass: [[1, 1, 'Next', 'End']],
  Wait: [
    [1, 1, 'Next', 'End'],
    [1, 1, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  ],
  Fail: [
    [0, 1, 'Error', 'ErrorPath'],
    [0, 1, 'Cause', 'CausePath'],
  ],
}

const alternatives = (state: JsonObject): readonly string[] =>
  (ALTERNATIVES[typeOf(state)] ?? []).flatMap(([least, most, ...fields]) => {
    const count = fields.filter((field) => Object.hasOwn(state, field)).length
    if (count >= least && count <= most) return []
    return [`needs ${least === 1 ? 'exactly' : 'at most'} one of ${fields.join(', ')}`]
  })

const taskProblems = (state: JsonObject, region: string): readonly string[] => {
  if (state['Type'] !== 'Task' || typeof state['Resource'] !== 'string') return []
  const resource = resourceOf(state['Resource'])
  if (!resource) return [`Resource ${state['Resource']} is not emulated`]
  if (resource.kind === 'function') {
    return resource.region === region
      ? []
      : [`a function in ${resource.region} cannot be called from ${region}`]
  }
  const { needs, takes } = PARAMETERS[resource.kind]
  const given = isObject(state['Parameters']) ? Object.keys(state['Parameters']) : []
  const names = given.map((key) => key.replace(/\.\$$/, ''))
  const known: readonly string[] = [...needs, ...takes]
  return [
    ...needs.filter((name) => !names.includes(name)).map((name) => `Parameters need ${name}`),
    ...names.filter((name) => !known.includes(name)).map((name) => `Parameters.${name} is not emulated`),
  ]
}
