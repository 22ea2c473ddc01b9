/** How schedules and rules reach their targets, each with the permission AWS asks for. */
import type { Iam } from '../iam/iam.ts'
import type { Lambda } from '../lambda/lambda.ts'
import type { Abandoned, Deliver } from '../scheduler/scheduler.ts'
import type { Sqs } from '../sqs/sqs.ts'
import type { States } from '../states/states.ts'

export interface Receivers {
  readonly iam: Iam
  readonly lambda: Lambda
  readonly sqs: Sqs
  readonly states: States
}

/** A role, where there is one, must be allowed the call; without one the target's own policy let the caller in. */
export const deliverTo =
  ({ iam, lambda, states }: Receivers): Deliver =>
  (region, targetArn, roleArn, input) =>
    new Promise((resolve) => {
      const isFunction = targetArn.startsWith('arn:aws:lambda:')
      const action = isFunction ? 'lambda:InvokeFunction' : 'states:StartExecution'
      if (roleArn !== undefined) iam.authorizeRole(roleArn, action, targetArn)
      if (isFunction) lambda.invokeAsync(region, targetArn, JSON.parse(input))
      else states.startExecution(region, { stateMachineArn: targetArn, input })
      resolve()
    })

/** Puts a delivery that was given up into its dead-letter queue, if it names one. */
export const buryIn =
  ({ sqs }: Receivers) =>
  ({ deadLetterArn, input, attributes }: Abandoned): void => {
    if (deadLetterArn === undefined) return
    const messageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    )
    sqs.queueByArn(deadLetterArn)?.send({ body: input, messageAttributes })
  }
