/** Schedules and their groups. */
import type { Iam } from '../../iam/iam.ts'
import type { Scheduler } from '../../scheduler/scheduler.ts'
import { ACCOUNT_ID } from '../../service.ts'
import type { Sqs } from '../../sqs/sqs.ts'
import { StackError } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { objectAt, textAt } from '../template.ts'
import { at, nameOf, object, optionalText, picked } from './properties.ts'

export interface ScheduleAccount {
  readonly iam: Iam
  readonly scheduler: Scheduler
  readonly sqs: Sqs
}

const SCHEDULE = [
  ...['Description', 'FlexibleTimeWindow', 'GroupName', 'Name', 'ScheduleExpression'],
  ...['ScheduleExpressionTimezone', 'State', 'Target'],
]

export const schedulerMakers = (account: ScheduleAccount): Makers => ({
  'AWS::Scheduler::Schedule': {
    acts: SCHEDULE,
    kept: ['KmsKeyArn'],
    make(resource) {
      const name = nameOf(resource, 'Name', 64)
      checkTarget(resource, account)
      const arn = account.scheduler.createSchedule(resource.region, {
        ...picked(resource, SCHEDULE),
        Name: name,
      })
      return { ref: name, attributes: { Arn: arn } }
    },
  },

  'AWS::Scheduler::ScheduleGroup': {
    acts: ['Name'],
    kept: ['Tags'],
    make(resource) {
      const name = nameOf(resource, 'Name', 64)
      return { ref: name, attributes: { Arn: groupArn(resource, name), State: 'ACTIVE' } }
    },
  },
})

/**
 * Scheduler must be able to assume the target's role, for schedules of this group.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
const checkTarget = (resource: Resource, { iam, sqs }: ScheduleAccount): void => {
  const target = object(resource, 'Target')
  const roleArn = textAt(target['RoleArn'], at(resource, 'Target', 'RoleArn'))
  iam.assume(roleArn, 'scheduler.amazonaws.com', {
    'aws:SourceAccount': ACCOUNT_ID,
    'aws:SourceArn': groupArn(resource, optionalText(resource, 'GroupName') ?? 'default'),
  })
  const deadLetters = target['DeadLetterConfig']
  if (deadLetters === undefined) return
  const place = at(resource, 'Target', 'DeadLetterConfig')
  const arn = textAt(objectAt(deadLetters, place)['Arn'], place)
  if (!sqs.queueByArn(arn)) throw new StackError(place, `there is no queue ${arn}`)
  iam.authorizeRole(roleArn, 'sqs:SendMessage', arn)
}

const groupArn = ({ region }: Resource, name: string): string =>
  `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule-group/${name}`
