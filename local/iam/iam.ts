/** The IAM of the local account: every call is checked against the policies of the role that makes it. */
import { createHash } from 'node:crypto'
import { AccessDenied, ACCOUNT_ID } from '../service.ts'
import type { Context } from './condition.ts'
import { evaluate } from './evaluate.ts'
import type { Grant } from './evaluate.ts'
import { PolicyError } from './policy-error.ts'
import { readPolicy } from './policy.ts'
import type { Policy } from './policy.ts'

/** The access key of a person at the command line and of the demo: it may do everything. */
export const LOCAL_KEY = 'local'

export interface RoleInput {
  readonly name: string
  /** Begins and ends with `/`; default `/`. */
  readonly path?: string
  /** `AssumeRolePolicyDocument`. */
  readonly trust: unknown
  /** Inline policies: documents by policy name. */
  readonly policies?: Readonly<Record<string, unknown>>
}

export interface Role {
  readonly name: string
  readonly arn: string
  readonly accessKeyId: string
}

/** A grant of a role's policies, and how often a request needed it. */
export interface Usage extends Grant {
  readonly role: string
  readonly count: number
}

export interface Denial {
  /** The role's ARN, or the service or access key that asked. */
  readonly principal: string
  readonly action: string
  readonly resource: string
}

export interface Iam {
  /** Throws {@link PolicyError} for a policy that is not understood or a name that is taken. */
  addRole(role: RoleInput): Role
  /** Puts one more inline policy on a role. Throws {@link PolicyError} where there is no such role. */
  addPolicy(roleName: string, policyName: string, document: unknown): void
  /** Throws `AccessDenied` unless the key's role may do `action` on `resource`. */
  authorize(accessKeyId: string, action: string, resource: string, context?: Context): void
  /** The same for a role that a service acts as. */
  authorizeRole(roleArn: string, action: string, resource: string, context?: Context): void
  /** Throws `AccessDenied` unless `service` (such as `states.amazonaws.com`) may assume the role; then answers it. */
  assume(roleArn: string, service: string, context: Context): Role
  /** What was allowed so far, by granting pattern. The key `local` uses nobody's grants. */
  usage(): readonly Usage[]
  /** The grants no request has needed yet: what a least-privilege policy would leave out. */
  unused(): readonly (Grant & { readonly role: string })[]
  /** What was refused so far: each combination once, the first thousand of them. */
  denials(): readonly Denial[]
}

interface RoleRecord extends Role {
  readonly trust: Policy
  policies: ReadonlyMap<string, Policy>
  readonly used: Map<string, Usage>
}

const MAX_DENIALS = 1000

export const createIam = (): Iam => {
  const roles = new Map<string, RoleRecord>()
  const denied = new Map<string, Denial>()

  const deny = (principal: string, action: string, resource: string): never => {
    const denial = { principal, action, resource }
    if (denied.size < MAX_DENIALS) denied.set(JSON.stringify(denial), denial)
    throw new AccessDenied(principal, action, resource)
  }

  const named = (name: string): RoleRecord => {
    const role = [...roles.values()].find((each) => each.name === name)
    if (!role) throw new PolicyError(`there is no role ${name}`)
    return role
  }

  const authorize = (role: RoleRecord, action: string, resource: string, context: Context = {}): void => {
    const decision = evaluate([...role.policies.values()].flat(), { action, resource, context })
    if (!decision.allowed) return deny(role.arn, action, resource)
    note(role, decision.grant)
  }

  return {
    addRole(input) {
      const role = readRole(input)
      if ([...roles.values()].some(({ name }) => name === role.name)) {
        throw new PolicyError(`role ${role.name} already exists`)
      }
      roles.set(role.arn, role)
      return role
    },

    addPolicy(roleName, policyName, document) {
      const role = named(roleName)
      const policy = readPolicy(document, 'identity', `policy ${policyName} of role ${roleName}`)
      role.policies = new Map([...role.policies, [policyName, policy]])
    },

    authorize(accessKeyId, action, resource, context) {
      if (accessKeyId === LOCAL_KEY) return
      const role = [...roles.values()].find((each) => each.accessKeyId === accessKeyId)
      if (!role) return deny(`access key ${accessKeyId}`, action, resource)
      authorize(role, action, resource, context)
    },

    authorizeRole(roleArn, action, resource, context) {
      authorize(roles.get(roleArn) ?? deny(roleArn, action, resource), action, resource, context)
    },

    assume(roleArn, service, context) {
      const role = roles.get(roleArn) ?? deny(service, 'sts:AssumeRole', roleArn)
      const request = { action: 'sts:AssumeRole', resource: roleArn, principal: service, context }
      return evaluate(role.trust, request).allowed ? role : deny(service, 'sts:AssumeRole', roleArn)
    },

    usage: () => [...roles.values()].flatMap(({ used }) => [...used.values()]),
    unused: () => [...roles.values()].flatMap(unusedBy),
    denials: () => [...denied.values()],
  }
}

const readRole = ({ name, path = '/', trust, policies = {} }: RoleInput): RoleRecord => {
  const arn = `arn:aws:iam::${ACCOUNT_ID}:role${path}${name}`
  return {
    name,
    arn,
    accessKeyId: accessKeyFor(arn),
    trust: readPolicy(trust, 'trust', `trust policy of role ${name}`),
    policies: new Map(
      Object.entries(policies).map(([policyName, document]) => [
        policyName,
        readPolicy(document, 'identity', `policy ${policyName} of role ${name}`),
      ]),
    ),
    used: new Map(),
  }
}

/** Shaped like a temporary key, and the same at every start. */
const accessKeyFor = (arn: string): string =>
  `ASIA${createHash('sha256').update(arn).digest('hex').slice(0, 16).toUpperCase()}`

const note = (role: RoleRecord, grant: Grant): void => {
  const id = keyOf(grant)
  const count = (role.used.get(id)?.count ?? 0) + 1
  role.used.set(id, { role: role.arn, ...grant, count })
}

const unusedBy = (role: RoleRecord) =>
  [...role.policies.values()]
    .flat()
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(grantsOf)
    .filter((grant) => !role.used.has(keyOf(grant)))
    .map((grant) => ({ role: role.arn, ...grant }))

const grantsOf = ({ actions, resources }: Policy[number]): readonly Grant[] => {
  const actionPatterns = actions.not ? ['*'] : actions.patterns
  const resourcePatterns = resources && !resources.not ? resources.patterns : ['*']
  return actionPatterns.flatMap((action) => resourcePatterns.map((resource) => ({ action, resource })))
}

const keyOf = ({ action, resource }: Grant): string => JSON.stringify([action, resource])
