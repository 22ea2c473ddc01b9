/** One world: the customers' table and its stream, the lanes, the Regions, and all the weather between them. */
import { keyIn, tableOf, write } from '../aws/documents.ts'
import type { StoredTable } from '../aws/documents.ts'
import type { Item } from '../aws/conditions.ts'
import { functionOf } from '../aws/functions.ts'
import type { Function, FunctionOptions } from '../aws/functions.ts'
import { queueOf } from '../aws/queue.ts'
import type { Delivery, Queue } from '../aws/queue.ts'
import { queueSource, streamSource } from '../aws/sources.ts'
import type { StreamSource } from '../aws/sources.ts'
import { randomOf } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import { pinpointRegion } from '../pinpoint/region.ts'
import type { PinpointRegion } from '../pinpoint/region.ts'
import type { Product } from '../product.ts'
import type { TableChange } from '../../shared/sync/lane/mark-dirty.ts'
import { dropsOf, linesAt, objectsOf } from './drops.ts'
import type { Objects } from '../aws/objects.ts'
import type { Fact, Row, Said } from './facts.ts'
import { KEY_OF, MAPPINGS } from './items.ts'
import { KINDS, marking, queueUrl, sending } from './lanes.ts'
import type { Batch, Site } from './lanes.ts'
import { namesOf } from './names.ts'
import type { Names } from './names.ts'
import type { Shape } from './people.ts'
import type { Weather } from './weather.ts'

export interface World {
  /** Commits an item, or without one a delete. */
  commit(key: string, item: Item | undefined, said: readonly Said[], version: number): void
  readonly regions: ReadonlyMap<string, PinpointRegion>
  /** Puts a file of endpoints into the drop bucket. */
  drop(rows: readonly Row[], version: number): void
  /** Replaces the sandboxes of one function, drawn by `number`. */
  redeploy(number: number): void
  /** Nothing is waiting, running or under way. */
  isIdle(): boolean
  /** What the product has written down. */
  readonly ledger: StoredTable
}

export interface WorldOptions {
  readonly seed: number
  readonly product: Product
  readonly shape: Shape
  readonly regions: readonly string[]
  readonly share: number
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly note: (fact: Fact) => void
}

export const worldOf = (options: WorldOptions): World => {
  const { seed, product, shape, scheduler, note } = options
  const names = namesOf(product)
  const ledger = tableOf({ hash: 'pk', range: 'sk', written: (row) => noteRow(row, names, options) })
  const customers = tableOf({ hash: KEY_OF[shape] })
  const queues = queuesOf(options)
  const objects = objectsOf(options)
  const site = siteOf(options, { tables: { ledger, customers }, queues, objects })
  const marker = functionOf({ ...functionOptions('mark-dirty', options), init: marking(site) })
  const stream = streamSource<TableChange>({
    ...options,
    shards: 2,
    function: marker,
    random: randomOf(seed, 'stream'),
  })
  const senders = options.regions.map((region) => senderOf(region, site, { options, queues, names, stream }))
  const drops = dropsOf({ ...options, site, objects, options: (name) => functionOptions(name, options) })
  const functions = [marker, ...senders.map(({ sender }) => sender)]

  return {
    regions: site.regions,
    ledger,
    commit(key, item, said, version) {
      const before = customers.items.get(key)
      names.learn(key, said)
      write(customers, item ? keyIn(customers, item) : key, item)
      const at = scheduler.now()
      note({ kind: 'written', at, version, key, said })
      stream.put(shardOf(key), { key, before, after: item, at: Math.floor(at / 1000) * 1000 })
    },
    drop(rows, version) {
      names.know(rows.map(({ id }) => id))
      drops.drop(rows, version)
    },
    redeploy(number) {
      functions[number % functions.length]?.redeploy()
      drops.functions[number % drops.functions.length]?.redeploy()
    },
    isIdle: () =>
      stream.pending().length === 0 &&
      [...queues.values()].every((queue) => queue.messages().length === 0) &&
      senders.every(({ running }) => running() === 0) &&
      drops.isIdle() &&
      [...site.regions.values()].every((region) => region.underWay() === 0),
  }
}

const shardOf = (key: string): number => [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)

const noteRow = (row: Item | undefined, names: Names, { note, scheduler }: WorldOptions): void => {
  const fact = row && names.factIn(row, scheduler.now())
  if (fact) note(fact)
}

interface Stores {
  readonly tables: Site['documents']['tables']
  readonly queues: ReadonlyMap<string, Queue>
  readonly objects: Objects
}

const siteOf = (
  { seed, product, shape, share, scheduler, weather, note, ...options }: WorldOptions,
  { tables, queues, objects }: Stores,
): Site => ({
  product,
  documents: { scheduler, weather, tables },
  queues: { scheduler, weather, queues },
  regions: new Map(
    options.regions.map((region) => {
      const random = randomOf(seed, `pinpoint ${region}`)
      const jobs = { random: randomOf(seed, `jobs ${region}`), linesAt: linesAt(objects) }
      return [region, pinpointRegion({ region, scheduler, weather, note, random, jobs })]
    }),
  ),
  mapping: product.readMapping(MAPPINGS[shape]),
  share,
  told: (by, text) => note({ kind: 'told', at: scheduler.now(), by, text }),
})

const functionOptions = (
  name: string,
  { seed, scheduler, weather, note }: WorldOptions,
): Omit<FunctionOptions<never, never>, 'init'> => ({
  ...{ name, seed, scheduler, weather },
  ended(how, error) {
    const at = scheduler.now()
    note({ kind: 'invocation', at, function: name, how })
    if (error instanceof Error) note({ kind: 'told', at, by: name, text: `${error.name}: ${error.message}` })
  },
})

const queuesOf = ({ seed, regions, scheduler, weather, note }: WorldOptions): ReadonlyMap<string, Queue> => {
  const make = (name: string): Queue => {
    const sent = (body: string, seconds: number) => {
      const at = scheduler.now()
      note({ kind: 'message', at, queue: name, body })
      if (seconds > 0) note({ kind: 'delayed', at, queue: name, seconds })
    }
    return queueOf({ name, scheduler, weather, sent, random: randomOf(seed, name) })
  }
  const urls = regions.flatMap((region) => KINDS.map((kind) => queueUrl(region, kind)))
  return new Map(urls.map((url) => [url, make(url)]))
}

interface Surroundings {
  readonly options: WorldOptions
  readonly queues: ReadonlyMap<string, Queue>
  readonly names: Names
  readonly stream: StreamSource<TableChange>
}

/** A Region's sender: one function, and a mapping for each of its two queues. */
const senderOf = (
  region: string,
  site: Site,
  around: Surroundings,
): { sender: Function<Batch, readonly string[]>; running: () => number } => {
  const { options, queues } = around
  const { seed, scheduler } = options
  const name = `send-changes-${region}`
  const sender = functionOf<Batch, readonly string[]>({
    ...functionOptions(name, options),
    init: sending(site, region),
  })
  const counts = KINDS.map((kind) => {
    const queue = queues.get(queueUrl(region, kind))
    if (!queue) throw new Error(`${region} has no ${kind} queue`)
    return queueSource({
      ...{ queue, scheduler, random: randomOf(seed, `pollers of ${queue.name}`) },
      function: { ...sender, invoke: (messages, end) => sender.invoke({ kind, messages }, end) },
      acknowledged: (messages, began) => acknowledge(region, { messages, began }, around),
    })
  })
  return { sender, running: () => counts.reduce((sum, count) => sum + count(), 0) }
}

/** Notes which items the messages named, and whether something besides them still does for the Region. */
const acknowledge = (
  region: string,
  { messages, began }: { messages: readonly Delivery[]; began: number },
  { options, queues, names, stream }: Surroundings,
): void => {
  const gone = new Set(messages.map(({ id }) => id))
  const keys = new Set(messages.flatMap(({ body }) => [...names.keysIn(body)]))
  const others = KINDS.flatMap((kind) => queues.get(queueUrl(region, kind))?.messages() ?? [])
  const left = others.filter(({ id }) => !gone.has(id))
  const isElsewhere = (key: string) =>
    stream.pending().some((change) => change.key === key) ||
    left.some(({ body }) => names.keysIn(body).has(key))
  options.note({
    ...{ kind: 'acknowledged', at: options.scheduler.now(), region, began },
    keys: [...keys].map((key) => ({ key, elsewhere: isElsewhere(key) })),
  })
}
