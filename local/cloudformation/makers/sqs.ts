/** Queues, and the policies that let services send to them. */
import { ACCOUNT_ID } from '../../service.ts'
import type { ResourcePolicies } from '../../iam/resource-policies.ts'
import type { Sqs } from '../../sqs/sqs.ts'
import { inside, StackError } from '../place.ts'
import type { Makers } from '../provision.ts'
import { at, nameOf, picked, texts } from './properties.ts'

export interface QueueAccount {
  /** Where the local Regions listen: queue URLs begin with it. */
  readonly url: string
  readonly sqs: Sqs
  readonly policies: ResourcePolicies
}

/** Attributes the queue itself takes; it says which of them have no effect. */
const ATTRIBUTES = [
  ...['DelaySeconds', 'FifoQueue', 'KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'MaximumMessageSize'],
  ...['MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'RedriveAllowPolicy', 'RedrivePolicy'],
  ...['SqsManagedSseEnabled', 'VisibilityTimeout'],
]

export const sqsMakers = ({ url, sqs, policies }: QueueAccount): Makers => ({
  'AWS::SQS::Queue': {
    acts: ['QueueName', ...ATTRIBUTES],
    kept: ['Tags'],
    make(resource) {
      const name = nameOf(resource, 'QueueName', 80)
      if (sqs.queue(resource.region, name)) throw new Error(`${name} already exists`)
      const queue = sqs.createQueue(resource.region, name, picked(resource, ATTRIBUTES))
      const queueUrl = `${url}/${ACCOUNT_ID}/${name}`
      return { ref: queueUrl, attributes: { Arn: queue.arn, QueueName: name, QueueUrl: queueUrl } }
    },
  },

  // Asked when a service sends; those who come with a role are judged by the role alone, so no Deny in here stops them.
  'AWS::SQS::QueuePolicy': {
    acts: ['Queues', 'PolicyDocument'],
    make(resource) {
      for (const [index, queueUrl] of texts(resource, 'Queues').entries()) {
        const queue = sqs.queue(resource.region, queueUrl.slice(queueUrl.lastIndexOf('/') + 1))
        if (!queue)
          throw new StackError(inside(at(resource, 'Queues'), index), `there is no queue ${queueUrl}`)
        policies.attach(queue.arn, resource.properties['PolicyDocument'])
      }
      return { ref: `${resource.stack}-${resource.logicalId}` }
    },
  },
})
