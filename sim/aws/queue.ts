/** A standard SQS queue: at least once, in no order, and back again after the visibility time-out. */
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'

export interface Delivery {
  readonly id: string
  readonly body: string
  readonly receives: number
}

export interface Queue {
  readonly name: string
  send(body: string, delaySeconds: number): void
  /** At most `most` of those that can be seen, in no order. */
  receive(most: number): Delivery[]
  /** Its work is done. */
  remove(id: string): void
  /** It is seen again after `seconds`. */
  postpone(id: string, seconds: number): void
  /** Messages that are there, seen or not. */
  readonly messages: () => readonly { readonly id: string; readonly body: string }[]
  readonly dead: () => readonly string[]
  /** Called when a message may be received from now on. */
  listen(listener: () => void): void
}

export interface QueueOptions {
  readonly name: string
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly random: Random
  /** A message was put in. */
  readonly sent: (body: string, delaySeconds: number) => void
}

interface Message {
  readonly id: string
  readonly body: string
  visibleAt: number
  receives: number
}

/** As deployed: six times the sender's time-out, and a thousand receives until the dead-letter queue. */
const VISIBILITY = 360_000
const MOST_RECEIVES = 1000

export const queueOf = ({ name, scheduler, weather, random, sent }: QueueOptions): Queue => {
  const messages = new Map<string, Message>()
  const dead: string[] = []
  let listener = () => {}
  let count = 0

  const showAt = (message: Message, ms: number) => {
    message.visibleAt = scheduler.now() + ms
    scheduler.after(ms, () => {
      if (messages.has(message.id)) listener()
    })
  }
  const received = (message: Message): Delivery[] => {
    message.receives += 1
    if (message.receives > MOST_RECEIVES) {
      messages.delete(message.id)
      dead.push(message.body)
      return []
    }
    const isTwice = weather.strikes('message duplicated', random)
    showAt(message, isTwice ? random.between(0, 20_000) : VISIBILITY)
    return [{ id: message.id, body: message.body, receives: message.receives }]
  }

  return {
    name,
    send(body, delaySeconds) {
      sent(body, delaySeconds)
      count += 1
      const message = { id: `${name}-${count}`, body, visibleAt: 0, receives: 0 }
      messages.set(message.id, message)
      const late = weather.strikes('message late', random) ? random.between(1_000, 60_000) : 0
      showAt(message, delaySeconds * 1000 + random.between(1, 50) + late)
    },
    receive(most) {
      const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= scheduler.now())
      const taken: Delivery[] = []
      while (taken.length < most && visible.length > 0) {
        const [message] = visible.splice(random.int(0, visible.length - 1), 1)
        if (message) taken.push(...received(message))
      }
      return taken
    },
    remove(id) {
      const message = messages.get(id)
      if (!message) return
      if (weather.strikes('message comes again after its end', random))
        showAt(message, random.between(0, 60_000))
      else messages.delete(id)
    },
    postpone(id, seconds) {
      const message = messages.get(id)
      if (message) showAt(message, seconds * 1000)
    },
    messages: () => [...messages.values()],
    dead: () => dead,
    listen(to) {
      listener = to
    },
  }
}
