/** What `Ref` answers before any resource exists: the stack's parameters and CloudFormation's pseudo parameters. */
import { ACCOUNT_ID } from '../service.ts'
import { StackError } from './place.ts'
import { NO_VALUE } from './resolve.ts'
import { textAt } from './template.ts'
import type { Json } from './template.ts'

const EMULATED_TYPES = ['String', 'Number', 'CommaDelimitedList', 'List<Number>']

export interface StackIdentity {
  readonly name: string
  readonly region: string
  /** Values for the template's parameters; a parameter without a default needs one. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** Every parameter's value by name. Throws {@link StackError} for one without a value or of an unknown type. */
export const parameterValues = (
  declared: ReadonlyMap<string, Json>,
  { name, region, parameters = {} }: StackIdentity,
): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>([
    ['AWS::AccountId', ACCOUNT_ID],
    ['AWS::NoValue', NO_VALUE],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', region],
    ['AWS::StackName', name],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ])
  const unknown = Object.keys(parameters).find((each) => !declared.has(each))
  if (unknown !== undefined) {
    throw new StackError({ stack: name, path: ['Parameters'] }, `there is no parameter ${unknown}`)
  }
  for (const [parameter, declaration] of declared) {
    const place = { stack: name, path: ['Parameters', parameter] }
    const type = textAt(declaration['Type'], place)
    if (!EMULATED_TYPES.includes(type)) throw new StackError(place, `type ${type} is not emulated`)
    const value = parameters[parameter] ?? declaration['Default']
    if (value === undefined) throw new StackError(place, 'has no default and was given no value')
    const text = textAt(value, place)
    values.set(parameter, type === 'String' || type === 'Number' ? text : text.split(/\s*,\s*/u))
  }
  return values
}
