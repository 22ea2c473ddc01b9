/** Are the state machines what their files say, complete, and patient in a bounded way? */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { nodesIn, PLACEHOLDER } from './references.ts'
import { isObject, listOf, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

interface Verdict {
  readonly errors: readonly { readonly 'Error code': string; readonly Message: string }[]
}
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => Verdict

const FOLDER = join(import.meta.dirname, '../../statemachines')
const definitions: ReadonlyMap<string, unknown> = new Map(
  readdirSync(FOLDER).map((file) => [
    file.replace('.asl.json', ''),
    JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown,
  ]),
)

export const machineProblems = (template: Template): string[] => {
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine')
  const files = machines.map(({ properties }) => fileOf(properties))
  const unused =
    template.stack === 'hub' ? [...definitions.keys()].filter((file) => !files.includes(file)) : []
  return [
    ...unused.map((file) => `${file}.asl.json is no machine's`),
    ...machines.flatMap(({ id, properties }) => {
      const definition = properties['Definition']
      return [
        // osls takes nulls out of what it includes, and null means something in a path.
        ...(isDeepStrictEqual(definition, definitions.get(fileOf(properties) ?? ''))
          ? []
          : [`${id}: is not what its file in statemachines/ says`]),
        ...substitutionProblems(id, definition, properties['DefinitionSubstitutions']),
        ...languageProblems(id, definition),
        ...commentProblems(id, definition),
        ...patienceProblems(id, definition),
      ]
    }),
  ]
}

const fileOf = (properties: Json): string | undefined =>
  [...definitions.keys()].find((file) => String(properties['StateMachineName']).endsWith(`-${file}`))

const substitutionProblems = (id: string, definition: unknown, given: unknown): string[] => {
  const names = isObject(given) ? Object.keys(given) : []
  const used = [...JSON.stringify(definition).matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  return [
    ...[...new Set(used)]
      .filter((name) => !names.includes(name))
      .map((name) => `${id}: nothing is given for ${name}`),
    ...names.filter((name) => !used.includes(name)).map((name) => `${id}: ${name} is given and not used`),
  ]
}

const ANY_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:any'

const languageProblems = (id: string, definition: unknown): string[] => {
  const substituted: unknown = JSON.parse(JSON.stringify(definition).replace(PLACEHOLDER, ANY_ARN))
  const { errors } = validate(substituted)
  return [
    ...errors.map((error) => `${id}: ${error['Error code']}: ${error.Message}`),
    ...[['the machine', definition] as const, ...statesIn(definition)].flatMap(([name, state]) =>
      ['QueryLanguage', 'Assign', 'Arguments', 'Output']
        .filter((word) => isObject(state) && word in state)
        .map((word) => `${id}: ${name} has ${word}, which is JSONata's or a variable's`),
    ),
    ...nodesIn(definition, id)
      .filter(({ value }) => typeof value === 'string' && value.startsWith('{%'))
      .map(({ place }) => `${place}: is JSONata`),
  ]
}

const commentProblems = (id: string, definition: unknown): string[] =>
  [['the machine', definition] as const, ...statesIn(definition)]
    .filter(
      ([, state]) => !isObject(state) || typeof state['Comment'] !== 'string' || state['Comment'] === '',
    )
    .map(([name]) => `${id}: ${name} has no Comment`)

const patienceProblems = (id: string, definition: unknown): string[] => [
  ...(isObject(definition) && isSeconds(definition['TimeoutSeconds'])
    ? []
    : [`${id}: the machine has no TimeoutSeconds`]),
  ...statesIn(definition)
    .filter(([, state]) => state['Type'] === 'Task')
    .flatMap(([name, state]) => [
      ...(isSeconds(state['TimeoutSeconds']) ? [] : [`${id}: ${name} has no TimeoutSeconds`]),
      ...(isPatient(state) ? [] : [`${id}: ${name} has no Retry`]),
    ]),
]

const isSeconds = (value: unknown): boolean => typeof value === 'number' && value > 0

/** A child execution that failed is not started again under its name; whoever waits for it may catch that instead. */
const isPatient = (state: Json): boolean => {
  const child = String(state['Resource']).endsWith(':states:startExecution.sync:2')
  return listOf(state['Retry']).length > 0 || (child && listOf(state['Catch']).length > 0)
}

/** Those of inner machines, of a Map or a Parallel, too. */
const statesIn = (definition: unknown): readonly (readonly [name: string, state: Json])[] =>
  nodesIn(definition, '').flatMap(({ value }) =>
    isObject(value) && isObject(value['States']) ? (Object.entries(value['States']) as [string, Json][]) : [],
  )
