/** The HTTP face of EventBridge Scheduler: ListSchedules and GetSchedule; the rest answers 501 by name. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccessDenied, ACCOUNT_ID } from '../service.ts'
import type { Caller, Service } from '../service.ts'
import { invalid, notEmulated, SchedulerError } from './scheduler-error.ts'
import type { Schedule } from './schedule.ts'

/** `schedules` answers a Region's schedules (no rules: those are another service's). */
export const schedulerService = (schedules: (region: string) => readonly Schedule[]): Service => ({
  handle(request, response, caller) {
    // Only GETs are answered; whatever body comes is of no interest.
    request.resume()
    try {
      answer(response, 200, route(request, caller, schedules(caller.region)))
    } catch (error) {
      answerError(response, error)
    }
    return Promise.resolve()
  },
})

const route = (request: IncomingMessage, caller: Caller, schedules: readonly Schedule[]): object => {
  const url = new URL(request.url ?? '/', 'http://scheduler')
  const [room = '', name, ...more] = url.pathname.split('/').slice(1)
  const method = request.method ?? 'GET'
  if (room !== 'schedules' || method !== 'GET' || more.length > 0)
    throw notEmulated(operationOf(method, room, name))
  return name === undefined
    ? listSchedules(url.searchParams, caller, schedules)
    : getSchedule(decodeURIComponent(name), url.searchParams, caller, schedules)
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'POST schedules': 'CreateSchedule',
  'PUT schedules': 'UpdateSchedule',
  'DELETE schedules': 'DeleteSchedule',
  'GET schedule-groups': 'ListScheduleGroups',
  'GET schedule-groups name': 'GetScheduleGroup',
  'POST schedule-groups': 'CreateScheduleGroup',
  'DELETE schedule-groups': 'DeleteScheduleGroup',
  'GET tags': 'ListTagsForResource',
  'POST tags': 'TagResource',
  'DELETE tags': 'UntagResource',
}

const operationOf = (method: string, room: string, name: string | undefined): string =>
  (name === undefined ? undefined : OPERATIONS[`${method} ${room} name`]) ??
  OPERATIONS[`${method} ${room}`] ??
  `${method} /${room}`

const listSchedules = (query: URLSearchParams, caller: Caller, schedules: readonly Schedule[]): object => {
  caller.authorize('scheduler:ListSchedules', '*')
  const max = Number(query.get('MaxResults') ?? 100)
  if (!Number.isInteger(max) || max < 1 || max > 100) throw invalid('MaxResults must be from 1 to 100')
  const [group, prefix, state] = ['ScheduleGroup', 'NamePrefix', 'State'].map((key) => query.get(key))
  const after = Buffer.from(query.get('NextToken') ?? '', 'base64url').toString()
  const found = schedules
    .filter((each) => (group ?? each.groupName) === each.groupName && each.name.startsWith(prefix ?? ''))
    .filter((each) => (state ?? stateOf(each)) === stateOf(each) && keyOf(each) > after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const last = found[max - 1]
  return {
    Schedules: found
      .slice(0, max)
      .map((each) => ({ ...summary(each), Target: { Arn: each.targets[0]?.arn } })),
    ...(found.length > max && last && { NextToken: Buffer.from(keyOf(last)).toString('base64url') }),
  }
}

const getSchedule = (
  name: string,
  query: URLSearchParams,
  caller: Caller,
  schedules: readonly Schedule[],
): object => {
  const group = query.get('groupName') ?? 'default'
  caller.authorize(
    'scheduler:GetSchedule',
    `arn:aws:scheduler:${caller.region}:${ACCOUNT_ID}:schedule/${group}/${name}`,
  )
  const found = schedules.find((each) => each.name === name && each.groupName === group)
  if (!found) throw new SchedulerError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
  return {
    ...summary(found),
    ActionAfterCompletion: 'NONE',
    ...(found.description !== undefined && { Description: found.description }),
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: found.expression,
    ScheduleExpressionTimezone: 'UTC',
    Target: targetOf(found),
  }
}

const targetOf = ({ targets: [target] }: Schedule) =>
  target && {
    Arn: target.arn,
    RoleArn: target.roleArn,
    ...(target.input !== undefined && { Input: target.input }),
    RetryPolicy: {
      MaximumEventAgeInSeconds: target.maximumEventAgeInSeconds,
      MaximumRetryAttempts: target.maximumRetryAttempts,
    },
    ...(target.deadLetterArn !== undefined && { DeadLetterConfig: { Arn: target.deadLetterArn } }),
  }

const keyOf = (schedule: Schedule): string => `${schedule.groupName}/${schedule.name}`
const stateOf = (schedule: Schedule): string => (schedule.enabled ? 'ENABLED' : 'DISABLED')

const summary = (schedule: Schedule) => ({
  Arn: schedule.arn,
  CreationDate: schedule.created / 1000,
  GroupName: schedule.groupName,
  LastModificationDate: schedule.created / 1000,
  Name: schedule.name,
  State: stateOf(schedule),
})

const answer = (response: ServerResponse, status: number, body: object, code?: string): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(code !== undefined && { 'x-amzn-errortype': code }),
  })
  response.end(JSON.stringify(body))
}

const answerError = (response: ServerResponse, error: unknown): void => {
  if (error instanceof AccessDenied) {
    return answer(response, 403, { Message: error.message }, 'AccessDeniedException')
  }
  if (!(error instanceof SchedulerError)) throw error
  answer(response, error.status, { Message: error.message }, error.name)
}
