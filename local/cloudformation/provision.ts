/** Creates what a packaged template describes, resource by resource, with one maker per resource type. */
import { inside, StackError } from './place.ts'
import type { Place } from './place.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import type { StackIdentity } from './parameters.ts'
import { resolve } from './resolve.ts'
import type { Scope } from './resolve.ts'
import { readTemplate, refuseOthers, textAt } from './template.ts'
import type { Json, Template } from './template.ts'

/** A resource about to be created, its properties worked out. */
export interface Resource {
  readonly stack: string
  readonly region: string
  readonly logicalId: string
  readonly type: string
  readonly properties: Json
  /** Where its properties stand. */
  readonly place: Place
}

/** What `Ref` and `Fn::GetAtt` answer for a resource, each as CloudFormation documents it. */
export interface Created {
  readonly ref: string
  readonly attributes?: Readonly<Record<string, string>>
}

export interface Maker {
  /** The properties that have an effect here. */
  readonly acts: readonly string[]
  /** The properties that are accepted without one: what they ask for is not emulated. */
  readonly kept?: readonly string[]
  /** Its error becomes a `StackError` that names the resource. */
  readonly make: (resource: Resource) => Created | Promise<Created>
}

/** Makers by resource type. */
export type Makers = Readonly<Record<string, Maker>>

export interface StackResource extends Required<Created> {
  readonly logicalId: string
  readonly type: string
}

export interface Stack {
  readonly name: string
  readonly region: string
  readonly resources: ReadonlyMap<string, StackResource>
  readonly outputs: ReadonlyMap<string, string>
}

/** Throws {@link StackError} naming stack, logical id and what is wrong; what was created until then stays. */
export const provision = async (source: unknown, stack: StackIdentity, makers: Makers): Promise<Stack> => {
  const template = readTemplate(source, stack.name)
  const plan = planOf(template, stack)
  checkTypes(template, plan, stack.name, makers)
  const resources = new Map<string, StackResource>()
  const scope = scopeOf(plan, resources)
  for (const logicalId of plan.order) {
    resources.set(logicalId, await create(logicalId, { template, stack, makers, scope }))
  }
  return {
    name: stack.name,
    region: stack.region,
    resources,
    outputs: outputsOf(template, plan, { stack, scope }),
  }
}

const checkTypes = (template: Template, plan: Plan, stack: string, makers: Makers): void => {
  for (const id of plan.order) {
    const type = template.resources.get(id)?.type ?? ''
    if (!Object.hasOwn(makers, type)) {
      throw new StackError({ stack, path: ['Resources', id] }, `${type} is not emulated`)
    }
  }
}

const scopeOf = (plan: Plan, resources: ReadonlyMap<string, StackResource>): Scope => ({
  ref: (name) => plan.parameters.get(name) ?? resources.get(name)?.ref,
  attribute: (id, name) => resources.get(id)?.attributes[name],
  condition: (name) => plan.conditions.get(name),
})

interface Making {
  readonly template: Template
  readonly stack: StackIdentity
  readonly makers: Makers
  readonly scope: Scope
}

const create = async (
  logicalId: string,
  { template, stack, makers, scope }: Making,
): Promise<StackResource> => {
  const { type, properties: unresolved } = template.resources.get(logicalId) ?? { type: '', properties: {} }
  const place: Place = { stack: stack.name, path: ['Resources', logicalId, 'Properties'] }
  const maker = makers[type]
  if (!maker) throw new StackError(place, `${type} is not emulated`)
  const properties = resolve(unresolved, place, scope) as Json
  refuseOthers(properties, [...maker.acts, ...(maker.kept ?? [])], place)
  const resource: Resource = { stack: stack.name, region: stack.region, logicalId, type, properties, place }
  try {
    return { logicalId, type, attributes: {}, ...(await maker.make(resource)) }
  } catch (error) {
    if (error instanceof StackError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackError({ stack: stack.name, path: ['Resources', logicalId] }, `${type}: ${reason}`, {
      cause: error,
    })
  }
}

const outputsOf = (
  template: Template,
  plan: Plan,
  { stack, scope }: Pick<Making, 'stack' | 'scope'>,
): ReadonlyMap<string, string> =>
  new Map(
    [...template.outputs]
      .filter(
        ([, { Condition: condition }]) => typeof condition !== 'string' || plan.conditions.get(condition),
      )
      .map(([name, { Value: value }]) => {
        const place = inside({ stack: stack.name, path: ['Outputs', name] }, 'Value')
        return [name, textAt(resolve(value, place, scope), place)]
      }),
  )
