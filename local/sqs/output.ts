/** Messages as SQS shows them to a client. */
import { md5OfAttributes } from './message.ts'
import type { ReceivedMessage, SentMessage } from './message.ts'

export const sentOutput = ({ messageId, md5OfBody, md5OfMessageAttributes }: SentMessage): object => ({
  MessageId: messageId,
  MD5OfMessageBody: md5OfBody,
  ...(md5OfMessageAttributes ? { MD5OfMessageAttributes: md5OfMessageAttributes } : {}),
})

/** `systemNames` may hold `All`; `names` may hold `All`, `.*` and `PREFIX.*`. */
export const receivedOutput = (
  message: ReceivedMessage,
  systemNames: readonly string[],
  names: readonly string[],
): object => {
  const system = Object.entries(message.attributes).filter(
    ([name]) => systemNames.includes('All') || systemNames.includes(name),
  )
  const custom = Object.entries(message.messageAttributes).filter(([name]) => isAskedFor(name, names))
  const digest = md5OfAttributes(Object.fromEntries(custom))
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    ...(system.length > 0 ? { Attributes: Object.fromEntries(system) } : {}),
    ...(digest ? { MessageAttributes: Object.fromEntries(custom), MD5OfMessageAttributes: digest } : {}),
  }
}

const isAskedFor = (name: string, names: readonly string[]): boolean =>
  names.some((asked) =>
    asked.endsWith('.*') ? name.startsWith(asked.slice(0, -2)) : asked === 'All' || asked === name,
  )
