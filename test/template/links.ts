/** Does a template refer only to what is there, in an order that exists, and to no account or partition by name? */
import { needsOf, nodesIn, referencesIn } from './references.ts'
import { specificationOf } from './specification.ts'
import type { Template } from './templates.ts'

const PSEUDO_PARAMETERS = [
  'AWS::AccountId',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackName',
  'AWS::URLSuffix',
]

export const danglingProblems = ({ resources, conditions, outputs }: Template): string[] => [
  ...Object.entries(resources)
    .filter(
      ([, { Condition: condition }]) => condition !== undefined && !Object.hasOwn(conditions, condition),
    )
    .map(([id, { Condition: condition }]) => `${id}: there is no condition ${condition}`),
  ...[
    ...Object.entries(resources).flatMap(([id, resource]) => needsOf(id, resource)),
    ...referencesIn(conditions, 'Conditions'),
    ...referencesIn(outputs, 'Outputs'),
  ].flatMap(({ id, attribute, place }) => {
    if (PSEUDO_PARAMETERS.includes(id)) return []
    const type = resources[id]?.Type
    if (type === undefined) return [`${place}: there is no ${id}`]
    if (attribute === undefined || specificationOf(type)?.attributes[attribute]) return []
    return [`${place}: ${type} has no attribute ${attribute}`]
  }),
]

export const cycleProblems = ({ resources }: Template): string[] => {
  const done = new Set<string>()
  const visit = (id: string, path: readonly string[]): string[] => {
    if (path.includes(id)) return [`${[...path.slice(path.indexOf(id)), id].join(' → ')} is a circle`]
    const resource = resources[id]
    if (!resource || done.has(id)) return []
    const found = needsOf(id, resource).flatMap((needed) => visit(needed.id, [...path, id]))
    done.add(id)
    return found
  }
  return Object.keys(resources).flatMap((id) => visit(id, []))
}

/** Step Functions' integration, not a resource. Pinpoint's one Region outside `aws`, us-gov-west-1, has no second to copy to. */
const INTEGRATION = 'arn:aws:states:::states:startExecution.sync:2'

export const literalProblems = ({ resources }: Template): string[] =>
  nodesIn(resources, 'Resources').flatMap(({ place, value }) => {
    if (typeof value !== 'string' || value === INTEGRATION) return []
    return [
      ...(/(?<![0-9a-z])\d{12}(?![0-9a-z])/iu.test(value) ? [`${place}: names an account`] : []),
      ...(/arn:aws[a-z-]*:/u.test(value) ? [`${place}: names a partition`] : []),
    ]
  })

/** An export's name is unique in a Region, whatever stack it is of. */
export const exportProblems = (templates: readonly Template[]): string[] => {
  const exported = templates.flatMap(({ stack, region, outputs }) =>
    nodesIn(outputs, 'Outputs')
      .filter(({ place }) => place.endsWith('.Export.Name'))
      .map(({ value }) => ({ stack, name: `${JSON.stringify(value)} in ${region}` })),
  )
  return [...Map.groupBy(exported, ({ name }) => name)]
    .filter(([, by]) => by.length > 1)
    .map(([name, by]) => `${name} is exported by ${by.map(({ stack }) => stack).join(' and ')}`)
}

/** The stack is the same wherever it is deployed, but for the id of the Region's project. */
export const differenceProblems = (templates: readonly Template[]): string[] => {
  const regional = templates.filter(({ stack }) => stack === 'regional')
  const texts = regional.map(({ resources, conditions }) =>
    JSON.stringify([resources, conditions]).replaceAll(/apps\/[0-9a-f]{32}/gu, 'apps/PROJECT'),
  )
  return regional
    .filter((_, index) => texts[index] !== texts[0])
    .map(({ region }) => `the regional stack of ${region} is not that of ${regional[0]?.region}`)
}
