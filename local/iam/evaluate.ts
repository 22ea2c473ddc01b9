/** The decision of IAM on one request: an explicit Deny beats an Allow, and without an Allow the answer is no. */
import { isMet } from './condition.ts'
import type { Context } from './condition.ts'
import { fits } from './pattern.ts'
import type { Patterns, Policy, Statement } from './policy.ts'

export interface AccessRequest {
  /** As IAM spells it: `sqs:SendMessage`. */
  readonly action: string
  /** An ARN, or `*` for an action that knows no resource. */
  readonly resource: string
  readonly context: Context
  /** Who asks, where the policy hangs on a resource or is a trust policy: `s3.amazonaws.com`, an ARN. */
  readonly principal?: string
}

/** The patterns that allowed a request. */
export interface Grant {
  readonly action: string
  readonly resource: string
}

export type Decision = { readonly allowed: true; readonly grant: Grant } | { readonly allowed: false }

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, within one account. */
export const evaluate = (policy: Policy, request: AccessRequest): Decision => {
  const fitting = policy.filter((statement) => applies(statement, request))
  if (fitting.some(({ effect }) => effect === 'Deny')) return { allowed: false }
  const allowing = fitting[0]
  return allowing ? { allowed: true, grant: grantOf(allowing, request) } : { allowed: false }
}

const applies = (statement: Statement, request: AccessRequest): boolean =>
  covers(statement.actions, (pattern) => fitsAction(pattern, request.action)) &&
  (!statement.resources || covers(statement.resources, (pattern) => fits(pattern, request.resource))) &&
  (!statement.principals ||
    statement.principals.some((principal) => principal === '*' || principal === request.principal)) &&
  statement.conditions.every((condition) => isMet(condition, request.context))

const covers = ({ not, patterns }: Patterns, matches: (pattern: string) => boolean): boolean =>
  patterns.some(matches) !== not

const fitsAction = (pattern: string, action: string): boolean =>
  fits(pattern.toLowerCase(), action.toLowerCase())

const grantOf = ({ actions, resources }: Statement, request: AccessRequest): Grant => ({
  action: actions.patterns.find((pattern) => fitsAction(pattern, request.action)) ?? '*',
  resource: resources?.patterns.find((pattern) => fits(pattern, request.resource)) ?? '*',
})
