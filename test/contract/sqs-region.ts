/** A local SQS behind a gate, with a clock moved by hand, for the contract tests of SQS. */
import {
  SQSClient,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import { openGate } from '../../local/gate.ts'
import { AccessDenied } from '../../local/service.ts'
import { createSqs } from '../../local/sqs/sqs.ts'
import { manualClock } from './manual-clock.ts'

/** The access key `NOBODY` may do nothing; `asked` collects what every caller asked permission for. */
export const openSqs = async () => {
  const clock = manualClock()
  const sqs = createSqs({ clock })
  const asked: string[] = []
  const gate = await openGate({
    services: { sqs: sqs.service },
    authorize: (key, action, resource) => {
      asked.push(`${action} ${resource}`)
      if (key === 'NOBODY') throw new AccessDenied(key, action, resource)
    },
  })

  const client = (region = 'eu-west-1', accessKeyId = 'SOMEBODY') =>
    new SQSClient({
      region,
      endpoint: gate.url,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey: 'local' },
    })

  let queueNumber = 0
  const newQueue = async (Attributes: Record<string, string> = {}) => {
    const QueueName = `queue-${++queueNumber}`
    const { QueueUrl } = await client().send(new CreateQueueCommand({ QueueName, Attributes }))
    return { QueueUrl: QueueUrl ?? '', QueueName, arn: `arn:aws:sqs:eu-west-1:000000000000:${QueueName}` }
  }

  /** Visible, in flight, delayed. */
  const depthOf = async (QueueUrl: string) => {
    const { Attributes = {} } = await client().send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    return [
      Attributes['ApproximateNumberOfMessages'],
      Attributes['ApproximateNumberOfMessagesNotVisible'],
      Attributes['ApproximateNumberOfMessagesDelayed'],
    ].map(Number)
  }

  const receive = async (QueueUrl: string, more: object = {}) => {
    const { Messages = [] } = await client().send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        ...more,
      }),
    )
    return Messages
  }

  const close = async () => {
    sqs.close()
    await gate.close()
  }

  return { clock, sqs, asked, url: gate.url, client, newQueue, depthOf, receive, close }
}

export const bodies = (messages: readonly { Body?: string | undefined }[]) => messages.map(({ Body }) => Body)
