/** Policies that hang on a resource (a queue, a function) and say which service may reach it. */
import { evaluate } from './evaluate.ts'
import type { AccessRequest } from './evaluate.ts'
import { readPolicy } from './policy.ts'
import type { Policy } from './policy.ts'

export interface ResourcePolicies {
  /** Adds a policy document to a resource. Throws `PolicyError` for one that is not understood. */
  attach(resourceArn: string, document: unknown): void
  /** True where the resource's policies allow the request. */
  permit(request: AccessRequest): boolean
}

export const createResourcePolicies = (): ResourcePolicies => {
  const policies = new Map<string, Policy>()
  return {
    attach(resourceArn, document) {
      const policy = readPolicy(document, 'resource', `policy of ${resourceArn}`)
      policies.set(resourceArn, [...(policies.get(resourceArn) ?? []), ...policy])
    },
    permit: (request) => evaluate(policies.get(request.resource) ?? [], request).allowed,
  }
}
