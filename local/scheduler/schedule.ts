/** Schedules and scheduled rules as CloudFormation hands them over, checked: what is not emulated is refused. */
import type { Clock } from '../clock.ts'
import { ACCOUNT_ID } from '../service.ts'
import { parseExpression } from './expression.ts'
import type { Timing } from './expression.ts'
import { invalid, notEmulated } from './scheduler-error.ts'

export type Properties = Readonly<Record<string, unknown>>

export interface Target {
  readonly arn: string
  /** Absent for a rule that calls a function, which its resource policy allows. */
  readonly roleArn: string | undefined
  readonly input: string | undefined
  readonly maximumRetryAttempts: number
  readonly maximumEventAgeInSeconds: number
  readonly deadLetterArn: string | undefined
}

export interface Schedule {
  readonly kind: 'schedule' | 'rule'
  readonly region: string
  readonly name: string
  readonly groupName: string
  readonly arn: string
  readonly expression: string
  readonly timing: Timing
  readonly enabled: boolean
  readonly targets: readonly Target[]
  /** Milliseconds since the epoch. */
  readonly created: number
  readonly description: string | undefined
}

/** An `AWS::Scheduler::Schedule`. Throws `ValidationException`, or `NotImplemented` by the property's name. */
export const readSchedule = (region: string, properties: Properties, clock: Clock): Schedule => {
  only(properties, 'AWS::Scheduler::Schedule', [
    'Name',
    'GroupName',
    'Description',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'State',
    'FlexibleTimeWindow',
    'Target',
  ])
  const name = nameOf(properties)
  const groupName = optional(properties, 'GroupName') ?? 'default'
  const timezone = optional(properties, 'ScheduleExpressionTimezone') ?? 'UTC'
  if (timezone !== 'UTC') throw notEmulated(`ScheduleExpressionTimezone ${timezone}`)
  const { Mode: mode = 'OFF' } = section(properties, 'FlexibleTimeWindow')
  if (mode !== 'OFF') throw notEmulated(`FlexibleTimeWindow ${String(mode)}`)
  const target = section(properties, 'Target')
  const arn = `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule/${groupName}/${name}`
  const created = clock.now()
  return {
    ...{ kind: 'schedule', region, name, groupName, arn, created },
    ...timed(properties, created, false),
    targets: [targetOf(target, required(target, 'RoleArn'))],
    description: optional(properties, 'Description'),
  }
}

/** An `AWS::Events::Rule` with a ScheduleExpression. Throws as {@link readSchedule} does. */
export const readRule = (region: string, properties: Properties, clock: Clock): Schedule => {
  only(properties, 'AWS::Events::Rule', ['Name', 'Description', 'ScheduleExpression', 'State', 'Targets'])
  const name = nameOf(properties)
  const targets = properties['Targets'] ?? []
  if (!Array.isArray(targets) || targets.length > 5) throw invalid('Targets must be a list of at most 5')
  const created = clock.now()
  return {
    ...{ kind: 'rule', region, name, groupName: '', created },
    ...timed(properties, created, true),
    arn: `arn:aws:events:${region}:${ACCOUNT_ID}:rule/${name}`,
    targets: targets.map((target: unknown) => {
      if (!isProperties(target)) throw invalid('a target must be an object')
      return targetOf(target, optional(target, 'RoleArn'))
    }),
    description: optional(properties, 'Description'),
  }
}

const timed = (properties: Properties, created: number, exact: boolean) => {
  const expression = required(properties, 'ScheduleExpression')
  const state = optional(properties, 'State') ?? 'ENABLED'
  if (state !== 'ENABLED' && state !== 'DISABLED')
    throw invalid(`State must be ENABLED or DISABLED, got ${state}`)
  return { expression, timing: parseExpression(expression, created, exact), enabled: state === 'ENABLED' }
}

const TARGET_ARN = /^arn:aws:(lambda:[a-z0-9-]+:\d{12}:function|states:[a-z0-9-]+:\d{12}:stateMachine):.+$/

const targetOf = (target: Properties, roleArn: string | undefined): Target => {
  only(target, 'Target', ['Arn', 'Id', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'])
  const arn = required(target, 'Arn')
  if (!TARGET_ARN.test(arn)) throw notEmulated(`the target ${arn}`)
  if (roleArn === undefined && arn.startsWith('arn:aws:states:'))
    throw invalid(`RoleArn is required for target ${arn}`)
  const input = optional(target, 'Input')
  if (input !== undefined && !isJson(input)) throw invalid(`Input must be JSON, got ${input}`)
  const retry = section(target, 'RetryPolicy')
  return {
    arn,
    roleArn,
    input,
    maximumRetryAttempts: whole(retry, 'MaximumRetryAttempts', [0, 185], 185),
    maximumEventAgeInSeconds: whole(retry, 'MaximumEventAgeInSeconds', [60, 86_400], 86_400),
    deadLetterArn: optional(section(target, 'DeadLetterConfig'), 'Arn'),
  }
}

const isProperties = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const only = (properties: Properties, of: string, known: readonly string[]): void => {
  const unknown = Object.keys(properties).find((key) => properties[key] !== undefined && !known.includes(key))
  if (unknown !== undefined) throw notEmulated(`${unknown} of ${of}`)
}

const optional = (properties: Properties, key: string): string | undefined => {
  const value = properties[key]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${key} must be a string, got ${JSON.stringify(value)}`)
}

const required = (properties: Properties, key: string): string => {
  const value = optional(properties, key)
  if (value !== undefined) return value
  throw invalid(`${key} is required`)
}

const nameOf = (properties: Properties): string => {
  const name = required(properties, 'Name')
  if (/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) return name
  throw invalid(`Name must be 1 to 64 of 0-9 a-z A-Z - _ . but is ${JSON.stringify(name)}`)
}

const section = (properties: Properties, key: string): Properties => {
  const value = properties[key] ?? {}
  if (isProperties(value)) return value
  throw invalid(`${key} must be an object, got ${JSON.stringify(value)}`)
}

const whole = (
  properties: Properties,
  key: string,
  [from, to]: readonly [number, number],
  otherwise: number,
): number => {
  const value = properties[key] ?? otherwise
  // CloudFormation hands numbers over as text too.
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= from && number <= to) return number
  throw invalid(`${key} must be a whole number from ${from} to ${to}, got ${JSON.stringify(value)}`)
}
