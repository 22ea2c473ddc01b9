/** Lets a state machine's definition in, or says everything in it that is wrong or not emulated. */
import { isArray, isObject } from '../language/json.ts'
import type { Json, JsonObject } from '../language/json.ts'
import { machineFieldProblems, stateFieldProblems } from './fields.ts'
import type { Machine } from './machine.ts'

const MAX_BYTES = 1_048_576
const MAX_NAME = 80

/** `InvalidDefinition`, as CreateStateMachine calls it; `problems` names each with the place where it stands. */
export class InvalidDefinition extends Error {
  override readonly name = 'InvalidDefinition'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Invalid State Machine Definition: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/**
 * The definition as a machine that can be played in `region`. Refused besides what is malformed, because it is not
 * emulated: JSONata, variables, Distributed Map, task tokens, heartbeats, other resources, path filters.
 * Throws {@link InvalidDefinition}.
 */
export const acceptDefinition = (definition: unknown, region: string): Machine => {
  const problems = isObject(definition)
    ? [...wholeProblems(definition), ...machineProblems(definition, region, '/', 'top'), ...twins(definition)]
    : ['the definition must be an object']
  if (problems.length > 0) throw new InvalidDefinition(problems)
  return definition as Machine
}

const wholeProblems = (definition: JsonObject): readonly string[] => {
  const bytes = Buffer.byteLength(JSON.stringify(definition))
  return [
    ...(bytes > MAX_BYTES ? [`the definition has ${bytes} bytes, ${MAX_BYTES} are allowed`] : []),
    ...texts(definition).flatMap((text) => {
      if (/^\{%.*%\}$/s.test(text.trim())) return [`JSONata is not emulated: ${text}`]
      if (text.includes('$$.Task')) return [`Task tokens are not emulated: ${text}`]
      return []
    }),
  ]
}

const texts = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (isArray(value)) return value.flatMap(texts)
  return isObject(value) ? Object.values(value).flatMap(texts) : []
}

const machineProblems = (
  machine: JsonObject,
  region: string,
  place: string,
  inner: 'top' | 'Branch' | 'Map',
): readonly string[] => {
  const problems = machineFieldProblems(machine, inner).map((problem) => `${place} ${problem}`)
  const states = machine['States']
  if (problems.length > 0 || !isObject(states)) return problems
  return [
    ...transitionProblems(machine, states, place),
    ...Object.entries(states).flatMap(([name, state]) => {
      const here = `${place}States/${name}`
      if (!isObject(state)) return [`${here} must be an object`]
      return [
        ...(name.length > MAX_NAME ? [`${here} a state's name has at most ${MAX_NAME} characters`] : []),
        ...stateFieldProblems(state, region).map((problem) => `${here} ${problem}`),
        ...innerProblems(state, region, here),
      ]
    }),
  ]
}

const innerProblems = (state: JsonObject, region: string, here: string): readonly string[] => {
  const branches = isArray(state['Branches']) ? state['Branches'] : []
  const processor = state['ItemProcessor'] ?? state['Iterator']
  return [
    ...branches.flatMap((branch, i) =>
      isObject(branch)
        ? machineProblems(branch, region, `${here}/Branches[${i}]/`, 'Branch')
        : [`${here}/Branches[${i}] must be an object`],
    ),
    ...(processor === undefined
      ? []
      : isObject(processor)
        ? machineProblems(processor, region, `${here}/ItemProcessor/`, 'Map')
        : [`${here}/ItemProcessor must be an object`]),
  ]
}

/** Transitions to states that are not there, and states no transition leads to. */
const transitionProblems = (machine: JsonObject, states: JsonObject, place: string): readonly string[] => {
  const start = typeof machine['StartAt'] === 'string' ? machine['StartAt'] : ''
  const reached = new Set([start])
  for (const name of reached) for (const target of targetsOf(states[name])) reached.add(target)
  return [
    ...[...reached]
      .filter((name) => !Object.hasOwn(states, name))
      .map((name) => `${place} Missing 'Next' target: ${name}`),
    ...Object.keys(states)
      .filter((name) => !reached.has(name))
      .map((name) => `${place} State "${name}" is not reachable`),
  ]
}

const targetsOf = (state: Json | undefined): readonly string[] => {
  if (!isObject(state)) return []
  const listed = [state['Choices'], state['Catch']].flatMap((list) => (isArray(list) ? list : []))
  return [
    state['Next'],
    state['Default'],
    ...listed.map((each) => (isObject(each) ? each['Next'] : undefined)),
  ].filter((target) => typeof target === 'string')
}

/** State names that stand more than once in the whole machine: the language wants each of them once. */
const twins = (definition: JsonObject): readonly string[] => {
  const names = stateNames(definition)
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map(
    (name) => `more than one state is called "${name}"`,
  )
}

const stateNames = (machine: Json | undefined): readonly string[] => {
  if (!isObject(machine) || !isObject(machine['States'])) return []
  return Object.entries(machine['States']).flatMap(([name, state]) => {
    if (!isObject(state)) return [name]
    const branches = isArray(state['Branches']) ? state['Branches'] : []
    return [name, ...[...branches, state['ItemProcessor'], state['Iterator']].flatMap(stateNames)]
  })
}
