/** Rules of the event bus: by schedule, or by the pattern of an event. */
import type { EventBus } from '../../events/event-bus.ts'
import type { Iam } from '../../iam/iam.ts'
import type { ResourcePolicies } from '../../iam/resource-policies.ts'
import type { Deliver, Scheduler } from '../../scheduler/scheduler.ts'
import { ACCOUNT_ID } from '../../service.ts'
import type { Sqs } from '../../sqs/sqs.ts'
import { inside, StackError } from '../place.ts'
import type { Place } from '../place.ts'
import type { Makers, Resource } from '../provision.ts'
import { objectAt, refuseOthers, textAt } from '../template.ts'
import { at, list, nameOf, object, optionalText, picked } from './properties.ts'

export interface RuleAccount {
  readonly bus: EventBus
  readonly deliver: Deliver
  readonly iam: Iam
  readonly policies: ResourcePolicies
  readonly scheduler: Scheduler
  readonly sqs: Sqs
}

interface Target {
  readonly arn: string
  readonly roleArn: string | undefined
  /** Constant JSON text in place of the event. */
  readonly input: string | undefined
}

const RULE = ['Description', 'Name', 'ScheduleExpression', 'State', 'Targets']

export const eventsMakers = (account: RuleAccount): Makers => ({
  'AWS::Events::Rule': {
    acts: [...RULE, 'EventPattern'],
    kept: ['Tags'],
    make(resource) {
      const name = nameOf(resource, 'Name', 64)
      const arn = `arn:aws:events:${resource.region}:${ACCOUNT_ID}:rule/${name}`
      const targets = targetsOf(resource)
      for (const target of targets) checkAccess(target, arn, account)
      const { EventPattern: pattern, ScheduleExpression: schedule } = resource.properties
      if (schedule !== undefined && pattern !== undefined) {
        throw new StackError(at(resource, 'EventPattern'), 'is not emulated beside ScheduleExpression')
      }
      if (schedule !== undefined) {
        account.scheduler.createRule(resource.region, { ...picked(resource, RULE), Name: name })
      } else if (optionalText(resource, 'State') !== 'DISABLED') {
        account.bus.addRule({
          region: resource.region,
          arn,
          pattern: JSON.stringify(object(resource, 'EventPattern')),
          targets: targets.map((target) => (event: object) => deliver(target, event, { resource, account })),
        })
      }
      return { ref: name, attributes: { Arn: arn } }
    },
  },
})

const targetsOf = (resource: Resource): readonly Target[] =>
  list(resource, 'Targets').map((item, index) => {
    const place = inside(at(resource, 'Targets'), index)
    const target = objectAt(item, place)
    refuseOthers(target, ['Arn', 'DeadLetterConfig', 'Id', 'Input', 'RetryPolicy', 'RoleArn'], place)
    const optional = (name: string, where: Place) =>
      target[name] === undefined ? undefined : textAt(target[name], inside(where, name))
    return {
      arn: textAt(target['Arn'], inside(place, 'Arn')),
      roleArn: optional('RoleArn', place),
      input: optional('Input', place),
    }
  })

/** A machine is started with the target's role; a function and a queue let the rule in by their own policies. */
const checkAccess = ({ arn, roleArn }: Target, ruleArn: string, { iam, policies }: RuleAccount): void => {
  const context = { 'aws:SourceAccount': ACCOUNT_ID, 'aws:SourceArn': ruleArn, 'aws:SecureTransport': 'true' }
  if (roleArn !== undefined) return void iam.assume(roleArn, 'events.amazonaws.com', context)
  const action = arn.startsWith('arn:aws:sqs:') ? 'sqs:SendMessage' : 'lambda:InvokeFunction'
  if (policies.permit({ action, resource: arn, principal: 'events.amazonaws.com', context })) return
  throw new Error(
    `the policy of ${arn} does not allow events.amazonaws.com ${action} with aws:SourceArn ${ruleArn}`,
  )
}

const deliver = (
  { arn, roleArn, input }: Target,
  event: object,
  { resource, account }: { readonly resource: Resource; readonly account: RuleAccount },
): void => {
  const body = input ?? JSON.stringify(event)
  if (arn.startsWith('arn:aws:sqs:')) return void account.sqs.queueByArn(arn)?.send({ body })
  // What a target refuses is lost here; a denial stands in the books.
  account.deliver(resource.region, arn, roleArn, body).catch(() => undefined)
}
