/** Event source mappings: a queue's pollers, and a stream's, shard by shard. */
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'
import type { Function } from './functions.ts'
import type { Delivery, Queue } from './queue.ts'

/** As deployed. */
const BATCH = 10
const MOST_AT_ONCE = 2

export interface QueueSourceOptions {
  readonly queue: Queue
  /** Gives the ids of the messages that stay. */
  readonly function: Function<readonly Delivery[], readonly string[]>
  readonly scheduler: Scheduler
  readonly random: Random
  /** These messages are about to be removed; `began` is when their invocation did. */
  readonly acknowledged: (messages: readonly Delivery[], began: number) => void
}

/** Polls the queue whenever there is something to see, two invocations at a time. Gives how many run. */
export const queueSource = (options: QueueSourceOptions): (() => number) => {
  const { queue, scheduler, random, acknowledged } = options
  let running = 0
  let isAsked = false

  const poll = () => {
    isAsked = false
    while (running < MOST_AT_ONCE) {
      const batch = queue.receive(random.chance(0.7) ? BATCH : random.int(1, BATCH))
      if (batch.length === 0) return
      start(batch)
    }
  }
  const ask = () => {
    if (isAsked || running >= MOST_AT_ONCE) return
    isAsked = true
    scheduler.after(random.between(5, 100), poll)
  }
  const start = (batch: readonly Delivery[]) => {
    running += 1
    const began = scheduler.now()
    options.function.invoke(batch, (end) => {
      running -= 1
      if (end.how === 'done') {
        const kept = new Set(end.value)
        const done = batch.filter(({ id }) => !kept.has(id))
        acknowledged(done, began)
        for (const { id } of done) queue.remove(id)
      }
      ask()
    })
  }

  queue.listen(ask)
  return () => running
}

export interface StreamSourceOptions<Change> {
  readonly shards: number
  readonly function: Function<readonly Change[], void>
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly random: Random
}

export interface StreamSource<Change> {
  put(shard: number, record: Change): void
  /** Records that have not been worked off. */
  pending(): readonly Change[]
}

/** In order within a shard, again until it works, and sometimes once more after that. */
export const streamSource = <Change>(options: StreamSourceOptions<Change>): StreamSource<Change> => {
  const { scheduler, weather, random } = options
  const shards = Array.from({ length: options.shards }, () => ({
    records: [] as Change[],
    isRunning: false,
    most: 100,
  }))
  type Shard = (typeof shards)[number]

  const read = (shard: Shard) => {
    if (shard.isRunning || shard.records.length === 0) return
    shard.isRunning = true
    const late = weather.strikes('stream late', random) ? random.between(1_000, 20_000) : 0
    scheduler.after(random.between(50, 600) + late, () => start(shard))
  }
  const start = (shard: Shard) => {
    const batch = shard.records.slice(0, Math.min(shard.most, random.int(1, 100)))
    options.function.invoke(batch, (end) => {
      shard.isRunning = false
      if (end.how !== 'done') {
        // Half of the batch next time: so one bad record is found.
        shard.most = Math.max(1, Math.floor(batch.length / 2))
        shard.isRunning = true
        scheduler.after(random.between(500, 3_000), () => start(shard))
        return
      }
      shard.most = 100
      if (!weather.strikes('stream batch again', random)) shard.records.splice(0, batch.length)
      read(shard)
    })
  }

  return {
    put(at, record) {
      const shard = shards[at % shards.length]
      shard?.records.push(record)
      if (shard) read(shard)
    },
    pending: () => shards.flatMap(({ records }) => records),
  }
}
