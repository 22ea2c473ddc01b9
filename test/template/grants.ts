/** What the roles of a template may do, statement by statement. */
import { textOf } from './resolved.ts'
import { isObject, listOf, resourcesOf } from './templates.ts'
import type { Json, Template } from './templates.ts'

export interface Grant {
  readonly role: string
  readonly action: string
  /** ARNs as they would be once deployed. */
  readonly resources: readonly string[]
  readonly condition: unknown
}

export interface Role {
  readonly id: string
  readonly properties: Json
  /** The statements that say who may take it on. */
  readonly trusted: readonly Json[]
  /** Of its inline policies, with resources as they would be once deployed. */
  readonly statements: readonly Json[]
  /** One for each action of each statement. */
  readonly grants: readonly Grant[]
}

export const rolesOf = (template: Template): readonly Role[] =>
  resourcesOf(template, 'AWS::IAM::Role').map(({ id, properties }) => {
    const statements = listOf(properties['Policies'])
      .flatMap((policy) => (isObject(policy) ? statementsOf(policy['PolicyDocument']) : []))
      .map((statement) => ({
        ...statement,
        Resource: listOf(statement['Resource']).map((resource) => textOf(template, resource)),
      }))
    const grants = statements.flatMap((statement: Json & { readonly Resource: readonly string[] }) =>
      listOf(statement['Action']).map((action) => ({
        role: id,
        action: String(action),
        resources: statement.Resource,
        condition: statement['Condition'],
      })),
    )
    return {
      id,
      properties,
      trusted: statementsOf(properties['AssumeRolePolicyDocument']),
      statements,
      grants,
    }
  })

export const statementsOf = (document: unknown): readonly Json[] =>
  isObject(document) ? (listOf(document['Statement']) as Json[]) : []
