/** Policy documents, read once and strictly: what is not understood is refused, never skipped. */
import { readConditions } from './condition.ts'
import type { Condition } from './condition.ts'
import { PolicyError } from './policy-error.ts'

/** `Action`/`NotAction` and `Resource`/`NotResource`. */
export interface Patterns {
  readonly not: boolean
  readonly patterns: readonly string[]
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Patterns
  /** Missing in a trust policy: the role itself is meant. */
  readonly resources?: Patterns
  /** Missing in an identity policy: the role that carries it is meant. `*` is everyone. */
  readonly principals?: readonly string[]
  readonly conditions: readonly Condition[]
}

export type Policy = readonly Statement[]

/** What a policy hangs on decides which elements a statement must have. */
export type PolicyKind = 'identity' | 'trust' | 'resource'

const ELEMENTS: Record<
  PolicyKind,
  { readonly needs: readonly string[]; readonly refuses: readonly string[] }
> = {
  identity: { needs: ['Action', 'Resource'], refuses: ['Principal'] },
  trust: { needs: ['Action', 'Principal'], refuses: ['Resource', 'NotResource'] },
  resource: { needs: ['Action', 'Resource', 'Principal'], refuses: [] },
}
const STATEMENT_ELEMENTS = [
  ...['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
]

type Json = Readonly<Record<string, unknown>>

/** Reads a policy document. Throws {@link PolicyError} naming `where` and the statement. */
export const readPolicy = (document: unknown, kind: PolicyKind, where: string): Policy => {
  if (!isObject(document) || document['Statement'] === undefined) {
    throw new PolicyError(`${where} is not a policy document: ${JSON.stringify(document)}`)
  }
  return [document['Statement']].flat().map((statement, index) => {
    const place = `${where}.Statement[${index}]`
    if (!isObject(statement)) throw new PolicyError(`${place} is not an object`)
    return readStatement(statement, kind, place)
  })
}

const readStatement = (statement: Json, kind: PolicyKind, where: string): Statement => {
  checkElements(statement, kind, where)
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new PolicyError(`${where}.Effect is neither Allow nor Deny: ${JSON.stringify(effect)}`)
  }
  const resources = readPatterns(statement, 'Resource', where)
  const actions = readPatterns(statement, 'Action', where)
  return {
    effect,
    actions: actions ?? { not: false, patterns: [] },
    ...(resources && { resources }),
    ...(statement['Principal'] !== undefined && {
      principals: readPrincipals(statement['Principal'], where),
    }),
    conditions: readConditions(statement['Condition'], `${where}.Condition`),
  }
}

const checkElements = (statement: Json, kind: PolicyKind, where: string): void => {
  const { needs, refuses } = ELEMENTS[kind]
  for (const name of Object.keys(statement)) {
    if (!STATEMENT_ELEMENTS.includes(name)) throw new PolicyError(`${where}.${name} is not emulated`)
    if (refuses.includes(name))
      throw new PolicyError(`${where}.${name} does not belong in a policy of this kind`)
  }
  const missing = needs.find((name) => !(name in statement) && !(`Not${name}` in statement))
  if (missing !== undefined) throw new PolicyError(`${where} has no ${missing}`)
}

const readPatterns = (statement: Json, name: 'Action' | 'Resource', where: string): Patterns | undefined => {
  const not = `Not${name}` in statement
  const given = statement[not ? `Not${name}` : name]
  if (given === undefined) return undefined
  return { not, patterns: [given].flat().map((pattern) => readText(pattern, `${where}.${name}`)) }
}

/** `"*"`, `{ Service: … }` or `{ AWS: … }`, as one list. */
const readPrincipals = (principal: unknown, where: string): readonly string[] => {
  if (principal === '*') return ['*']
  if (!isObject(principal)) throw new PolicyError(`${where}.Principal is not an object`)
  return Object.entries(principal).flatMap(([kind, names]) => {
    if (kind !== 'Service' && kind !== 'AWS') {
      throw new PolicyError(`${where}.Principal.${kind} is not emulated`)
    }
    return [names].flat().map((name) => readText(name, `${where}.Principal.${kind}`))
  })
}

const readText = (value: unknown, where: string): string => {
  if (typeof value !== 'string') throw new PolicyError(`${where} is not a string: ${JSON.stringify(value)}`)
  if (value.includes('${')) throw new PolicyError(`${where}: policy variables are not emulated: ${value}`)
  return value
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
