/** The SDK's SQS client over the queues in memory: what the product's own queue code calls. */
import type { Host } from '../clock/host.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'
import type { Queue } from './queue.ts'

export interface QueueClientOptions {
  readonly scheduler: Scheduler
  readonly weather: Weather
  /** By URL. */
  readonly queues: ReadonlyMap<string, Queue>
}

interface Entry {
  readonly Id: string
  readonly MessageBody: string
  readonly DelaySeconds?: number
}
interface Input {
  readonly QueueUrl: string
  readonly Entries?: readonly Entry[]
  readonly ReceiptHandle?: string
  readonly VisibilityTimeout?: number
}

export const queueClientFor = (host: Host, { scheduler, weather, queues }: QueueClientOptions) => ({
  send: (command: unknown): Promise<unknown> =>
    host.ask(({ ok, fail }) => {
      const { constructor, input } = command as { constructor: { name: string }; input: Input }
      const queue = queues.get(input.QueueUrl)
      if (!queue) throw new Error(`there is no queue ${input.QueueUrl}`)
      scheduler.after(host.random.between(1, 15), () => {
        const back = (answer: () => void) => scheduler.after(host.random.between(1, 15), answer)
        if (weather.strikes('queue refuses', host.random)) {
          const isTaken = host.random.chance(0.5)
          if (isTaken) perform(constructor.name, input, queue)
          back(() => fail(Object.assign(new Error('unavailable'), { name: 'ServiceUnavailable' })))
          return
        }
        const value = perform(constructor.name, input, queue)
        back(() => ok(value))
      })
    }),
})

const perform = (command: string, input: Input, queue: Queue): unknown => {
  if (command === 'ChangeMessageVisibilityCommand') {
    queue.postpone(input.ReceiptHandle ?? '', input.VisibilityTimeout ?? 0)
    return {}
  }
  if (command !== 'SendMessageBatchCommand') throw new Error(`the simulator does not know ${command}`)
  for (const { MessageBody, DelaySeconds = 0 } of input.Entries ?? []) queue.send(MessageBody, DelaySeconds)
  return { Failed: [] }
}
