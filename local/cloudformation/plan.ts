/** Which resources of a stack are created, and in which order. */
import { evaluateConditions } from './condition.ts'
import { parameterValues } from './parameters.ts'
import type { StackIdentity } from './parameters.ts'
import { StackError } from './place.ts'
import type { Place } from './place.ts'
import { referencesIn } from './references.ts'
import type { Reference } from './references.ts'
import type { ResourceTemplate, Template } from './template.ts'

export interface Plan {
  readonly parameters: ReadonlyMap<string, unknown>
  readonly conditions: ReadonlyMap<string, boolean>
  /** Logical ids, each after everything it depends on. */
  readonly order: readonly string[]
}

/**
 * Grants are created as late as their dependants allow. On AWS their order is open unless a `DependsOn` settles it, so
 * a template that forgot one fails here every time instead of now and then.
 */
const LATE: ReadonlySet<string> = new Set([
  'AWS::IAM::Policy',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
])

/** Throws {@link StackError} for a dangling reference, a resource that needs one left out, or a circle. */
export const planOf = (template: Template, stack: StackIdentity): Plan => {
  const parameters = parameterValues(template.parameters, stack)
  checkNames(template, stack.name, parameters)
  const conditions = evaluateConditions(template.conditions, stack.name, (name) => parameters.get(name))
  const created = new Map(
    [...template.resources].filter(([, { condition }]) => !condition || conditions.get(condition)),
  )
  const needs = new Map(
    [...created].map(([id, resource]) => {
      const place = { stack: stack.name, path: ['Resources', id] }
      return [id, dependenciesOf(resource, { place, template, created, conditions })]
    }),
  )
  return { parameters, conditions, order: sorted(created, needs, stack.name) }
}

const checkNames = (template: Template, stack: string, parameters: ReadonlyMap<string, unknown>): void => {
  const { resources, conditions, outputs } = template
  const at = (...path: string[]): Place => ({ stack, path })
  const references = [
    ...[...resources].flatMap(([id, { properties, condition }]) => [
      ...(condition === undefined
        ? []
        : [{ kind: 'Condition' as const, name: condition, place: at('Resources', id, 'Condition') }]),
      ...referencesIn(properties, at('Resources', id, 'Properties')),
    ]),
    ...[...outputs].flatMap(([id, output]) => referencesIn(output, at('Outputs', id))),
  ]
  for (const { kind, name, place } of references) {
    const exists =
      kind === 'Condition'
        ? conditions.has(name)
        : resources.has(name) || (kind === 'Ref' && parameters.has(name))
    if (!exists) throw new StackError(place, `there is no ${WANTED[kind]} ${name}`)
  }
}

const WANTED: Record<Reference['kind'], string> = {
  Ref: 'resource or parameter',
  GetAtt: 'resource',
  Condition: 'condition',
}

interface Surroundings {
  readonly place: Place
  readonly template: Template
  readonly created: ReadonlyMap<string, ResourceTemplate>
  readonly conditions: ReadonlyMap<string, boolean>
}

const dependenciesOf = (
  { properties, dependsOn }: ResourceTemplate,
  { place, template, created, conditions }: Surroundings,
): ReadonlySet<string> => {
  for (const id of dependsOn) {
    if (!template.resources.has(id)) throw new StackError(place, `depends on ${id}, which is not there`)
  }
  const named = referencesIn(
    properties,
    { stack: place.stack, path: [...place.path, 'Properties'] },
    (name) => conditions.get(name) === true,
  ).filter(({ name }) => template.resources.has(name))
  const left = named.find(({ name }) => !created.has(name))
  if (left) throw new StackError(left.place, `${left.name} is left out by its condition`)
  // CloudFormation ignores a DependsOn on a resource whose condition is false.
  return new Set([...named.map(({ name }) => name), ...dependsOn.filter((id) => created.has(id))])
}

const sorted = (
  created: ReadonlyMap<string, ResourceTemplate>,
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  stack: string,
): readonly string[] => {
  const order = new Set<string>()
  while (order.size < created.size) {
    const waiting = [...created].filter(([id]) => !order.has(id))
    const ready = waiting.filter(([id]) => [...(needs.get(id) ?? [])].every((need) => order.has(need)))
    const next = ready.find(([, { type }]) => !LATE.has(type)) ?? ready[0]
    if (!next) {
      const circle = waiting.map(([id]) => id).join(', ')
      throw new StackError(
        { stack, path: ['Resources'] },
        `these depend on each other in a circle: ${circle}`,
      )
    }
    order.add(next[0])
  }
  return [...order]
}
