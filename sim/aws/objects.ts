/** S3 in memory, as the product's verbs see it: objects of text, there from the moment they are whole. */
import { Readable } from 'node:stream'
import type { Host } from '../clock/host.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Weather } from '../history/weather.ts'
import type { Files } from '../../shared/sync/files.ts'

export interface Objects {
  /** By `bucket/key`. */
  readonly stored: Map<string, string>
  /** An object has been put there; `began`: true time at which the invocation that has written it began. */
  readonly written: (bucket: string, key: string, text: string, began: number) => void
}

export interface ObjectsOptions {
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly objects: Objects
}

export const filesFor = (host: Host, { scheduler, weather, objects }: ObjectsOptions): Files => {
  const ask = <T>(work: () => T): Promise<T> =>
    host.ask(({ ok, fail }) => {
      const fault = weather.strikes('S3 error', host.random)
      const isDone = !fault || host.random.chance(0.5)
      scheduler.after(host.random.between(10, 60), () => {
        const value = isDone ? work() : undefined
        scheduler.after(host.random.between(10, 60), () => (fault ? fail(unavailable()) : ok(value as T)))
      })
    })
  return {
    read: ({ bucket, key }) =>
      ask(() => {
        const text = objects.stored.get(`${bucket}/${key}`)
        // Streams of Node's go by ticks of their own; the product reads what it is given as bytes, one after the other.
        return text === undefined ? undefined : (bytesOf(text) as unknown as Readable)
      }),
    metadata: () => ask(() => ({})),
    // Nothing here is ever overwritten.
    currentVersion: () => ask(() => 'v1'),
    async write({ bucket, key }, lines) {
      if (lines instanceof Readable) scheduler.ticking()
      let text = ''
      for await (const line of lines) text += typeof line === 'string' ? line : Buffer.from(line).toString()
      await ask(() => {
        objects.stored.set(`${bucket}/${key}`, text)
        objects.written(bucket, key, text, host.invocation().began)
      })
    },
    list: (bucket, prefix) => ask(() => keysUnder(objects, bucket, prefix)),
    copy: () => Promise.reject(new Error('the simulator copies no objects')),
  }
}

/** In order. */
export const keysUnder = ({ stored }: Objects, bucket: string, prefix: string): string[] =>
  [...stored.keys()]
    .filter((name) => name.startsWith(`${bucket}/${prefix}`))
    .map((name) => name.slice(bucket.length + 1))
    .sort()

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}

const unavailable = (): Error =>
  Object.assign(new Error('SlowDown'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } })
