/** Regions with their lanes in memory: the lane, the ledger and the mapping are the product's own, the Region is the memory twin. */
import type { Change } from '../../shared/endpoint/change.ts'
import { idOf } from '../../shared/endpoint/change.ts'
import { keyOf } from '../../shared/endpoint/endpoint.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'
import { applied, failed } from '../../shared/endpoint/outcome.ts'
import type { Outcome } from '../../shared/endpoint/outcome.ts'
import type { Destination } from '../../shared/destinations/destination.ts'
import { memoryDestination } from '../../shared/destinations/memory.ts'
import { OutOfTime } from '../../shared/destinations/pace.ts'
import { consentRegister } from '../../shared/ledger/consents.ts'
import { laneMemory } from '../../shared/ledger/lane-memory.ts'
import { laneTurns } from '../../shared/ledger/lane-turns.ts'
import type { Table } from '../../shared/ledger/table.ts'
import { readMapping } from '../../shared/sources/mapping.ts'
import type { Item } from '../../shared/sources/mapping.ts'
import type { LaneFigures } from '../../shared/sync/lane/lane-figures.ts'
import type { LaneKind } from '../../shared/sync/lane/mark-dirty.ts'
import { idMarkersFor, markersFor } from '../../shared/sync/lane/marker.ts'
import type { Marker } from '../../shared/sync/lane/marker.ts'
import { workLane } from '../../shared/sync/lane/work-lane.ts'
import { memoryTable } from './memory-table.ts'
import { turningClock } from './turning-clock.ts'

/** One item is one endpoint, with a version. */
export const PEOPLE = readMapping({
  key: 'Id',
  version: 'Version',
  endpoints: [
    {
      id: '{Id}',
      channel: 'EMAIL',
      address: 'Address',
      optOut: { field: 'OptOut', date: 'ConsentDate' },
      status: { field: 'EndpointStatus' },
      attributes: 'Attributes',
      location: 'Location',
      user: { id: 'User.UserId', attributes: 'User.UserAttributes' },
    },
  ],
})

export interface Call {
  /** ms, true time. */
  readonly at: number
  readonly kind: 'apply' | 'read'
  readonly ids: readonly string[]
  readonly changes: readonly Change[]
}

/** A Region, and what may befall it. */
export interface RegionRig {
  readonly stored: Map<string, Endpoint>
  readonly calls: Call[]
  /** Each change handed over, in order, and when. */
  sent(id?: string): { at: number; change: Change }[]
  isDown: boolean
  /** Milliseconds of a call. */
  latency: number
  /** What the Region says of a change; what is not `applied` has no effect. */
  answer: (change: Change) => Outcome
  /** Accepted, and never in effect. */
  loses: (change: Change) => boolean
  /** The person opts out there, and nobody tells us. */
  stop(id: string): void
  readonly destination: Destination
}

export interface Message {
  readonly id: string
  readonly body: string
  receives: number
  visibleAt: number
}

export interface Lanes {
  readonly kind?: LaneKind
  readonly region?: string
  readonly owner?: string
  /** Until it is cut off. */
  readonly seconds?: number
  /** It dies as soon as this has been done: `destination.apply`, `table.putAll` … */
  readonly diesAfter?: string
}

export interface Marked {
  readonly kind?: LaneKind
  readonly force?: boolean
  readonly region?: string
}

export interface Worked {
  readonly owed: readonly string[]
  readonly figures: LaneFigures
}

const NEVER = new Promise<never>(() => undefined)

export const openLanes = ({ regions = ['us-west-2'], mapping = PEOPLE, skew = 0 } = {}) => {
  const clock = turningClock()
  const table = memoryTable(clock.now)
  const items = new Map<string, Item>()
  const rigs = new Map(regions.map((region) => [region, regionRig(region, clock)]))
  const queues = new Map<string, Message[]>()
  const ports = { isQueueFull: false, reads: [] as { at: number; keys: readonly string[] }[] }
  let ids = 0

  const [first = ''] = regions
  const rigOf = (region = first) => rigs.get(region) as RegionRig
  const queueOf = (kind: LaneKind = 'bulk', region = first): Message[] => {
    const name = `${region} ${kind}`
    const queue = queues.get(name) ?? []
    queues.set(name, queue)
    return queue
  }
  const enqueue = (region: string, kind: LaneKind, markers: readonly Marker[], delay = 0) => {
    if (ports.isQueueFull && markers.length > 0) return Promise.reject(new Error('the queue takes nothing'))
    for (const marker of markers) {
      ids += 1
      const message = { id: `m${ids}`, body: JSON.stringify(marker), receives: 0 }
      queueOf(kind, region).push({ ...message, visibleAt: clock.now() + delay * 1000 })
    }
    return Promise.resolve()
  }
  const put = (region: string, kind: LaneKind, body: string) =>
    queueOf(kind, region).push({ id: `m${(ids += 1)}`, body, receives: 0, visibleAt: clock.now() })

  /** Works off the messages that can be seen now; does not wait for it. */
  const start = ({ kind = 'bulk', region = first, owner, seconds = 60, diesAfter }: Lanes = {}) => {
    const queue = queueOf(kind, region)
    const taken = queue.filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, 10)
    for (const message of taken) {
      message.receives += 1
      message.visibleAt = clock.now() + 360_000
    }
    let figures: LaneFigures | undefined
    const life = mortal(diesAfter)
    const now = () => clock.now() + skew
    const mortalTable = life.of<Table>('table', table)
    const lane = {
      region,
      kind,
      destination: life.of('destination', rigOf(region).destination),
      memory: laneMemory(mortalTable, region),
      turns: laneTurns(mortalTable, region),
      consents: consentRegister(mortalTable),
      mapping,
      readItems: (keys: readonly string[]) => {
        ports.reads.push({ at: clock.now(), keys })
        return Promise.resolve(
          new Map(keys.flatMap((key) => (items.has(key) ? [[key, items.get(key) ?? {}]] : []))),
        )
      },
      queue: life.of('queue', {
        send: (each: LaneKind, markers: readonly Marker[], delay: number) =>
          enqueue(region, each, markers, delay),
        postpone(id: string, delay: number) {
          for (const message of queue) if (message.id === id) message.visibleAt = clock.now() + delay * 1000
          return Promise.resolve()
        },
      }),
      spread: async (endpoints: readonly string[]) => {
        for (const each of regions) await enqueue(each, 'urgent', idMarkersFor(endpoints, clock.now()))
      },
      report: (each: LaneFigures) => {
        figures = each
      },
      now,
      sleep: clock.sleep,
    }
    const turn = { owner: owner ?? `invocation-${(ids += 1)}`, deadline: now() + seconds * 1000 }
    const messages = taken.map(({ id, body, receives }) => ({ id, body, receives }))
    const worked = workLane(messages, lane, turn).then((owed): Worked => {
      const paid = taken.filter(({ id }) => !owed.includes(id))
      for (const message of paid) queue.splice(queue.indexOf(message), 1)
      if (!figures) throw new Error('nothing was reported')
      return { owed, figures }
    })
    return { worked, died: life.died }
  }

  const work = (options: Lanes = {}) => clock.during(start(options).worked)

  return {
    clock,
    table,
    items,
    regions,
    /** `isQueueFull`: no marker is taken. `reads`: of the customer table. */
    ports,
    consents: consentRegister(table),
    memory: (region = first) => laneMemory(table, region),
    turns: (region = first) => laneTurns(table, region),
    region: rigOf,
    queue: queueOf,
    start,
    work,
    /** An invocation that dies; resolves when it has. */
    crash: async (options: Lanes & { readonly diesAfter: string }) => {
      const { died, worked } = start(options)
      await clock.during(Promise.race([died, worked.then(() => Promise.reject(new Error('it lives on')))]))
    },
    mark: (keys: readonly string[], { kind = 'bulk', force = false, region = first }: Marked = {}) =>
      enqueue(region, kind, markersFor(keys, clock.now(), force)),
    markIds: (endpoints: readonly string[], { kind = 'bulk', force = false, region = first }: Marked = {}) =>
      enqueue(region, kind, idMarkersFor(endpoints, clock.now(), force)),
    put: (body: string, kind: LaneKind = 'bulk') => put(first, kind, body),
    /** Writes items and marks them in every Region. */
    async write(...written: readonly (Item & { readonly Id: string })[]) {
      for (const item of written) items.set(item.Id, item)
      const keys = written.map(({ Id }) => Id)
      for (const region of regions) await enqueue(region, 'bulk', markersFor(keys, clock.now()))
    },
    async erase(...keys: readonly string[]) {
      for (const key of keys) items.delete(key)
      for (const region of regions) await enqueue(region, 'urgent', markersFor(keys, clock.now()))
    },
    /** Lets time pass and works the lanes until no marker is left. Throws when that takes more than so many rounds. */
    async settle(rounds = 100) {
      const all = () =>
        regions.flatMap((region) => [queueOf('urgent', region), queueOf('bulk', region)]).flat()
      for (let round = 0; all().length > 0; round += 1) {
        if (round >= rounds)
          throw new Error(
            `markers are left: ${all()
              .map(({ body }) => body)
              .join(' ')}`,
          )
        const next = Math.min(...all().map(({ visibleAt }) => visibleAt))
        clock.tick(Math.max(0, next - clock.now()))
        for (const region of regions)
          for (const kind of ['urgent', 'bulk'] as const)
            if (queueOf(kind, region).some(({ visibleAt }) => visibleAt <= clock.now()))
              await work({ region, kind })
      }
    },
  }
}

/** What dies does nothing more, and what it waits for never comes. */
const mortal = (diesAfter: string | undefined) => {
  let isDead = false
  let die: () => void = () => undefined
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  const living = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(from, property, receiver) {
        const member: unknown = Reflect.get(from, property, receiver)
        if (typeof member !== 'function' || property === 'intrude') return member
        return async (...args: unknown[]) => {
          if (isDead) return NEVER
          const answer: unknown = await (member as (...all: unknown[]) => unknown).apply(from, args)
          if (`${name}.${String(property)}` === diesAfter) {
            isDead = true
            die()
          }
          return isDead ? NEVER : answer
        }
      },
    })
  return { died, of: living }
}

const regionRig = (region: string, clock: ReturnType<typeof turningClock>): RegionRig => {
  const stored = new Map<string, Endpoint>()
  const written = new Map<string, string>()
  const twin = memoryDestination(region, stored)
  const calls: Call[] = []
  const answered = async () => {
    if (rig.latency > 0) await clock.sleep(rig.latency)
    if (rig.isDown) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' })
  }
  const rig: RegionRig = {
    stored,
    calls,
    sent: (id) =>
      calls
        .flatMap(({ at, changes }) => changes.map((change) => ({ at, change })))
        .filter(({ change }) => id === undefined || keyOf(idOf(change)) === keyOf(id)),
    isDown: false,
    latency: 0,
    answer: () => applied,
    loses: () => false,
    stop(id) {
      const there = stored.get(keyOf(id))
      if (!there) throw new Error(`${id} is not there`)
      stored.set(keyOf(id), { ...there, OptOut: 'ALL' })
      written.set(keyOf(id), new Date(clock.now()).toISOString())
    },
    destination: {
      region,
      async apply(changes, { until = Infinity, mayStill } = {}) {
        if (clock.now() >= until) return changes.map(() => failed('OUT_OF_TIME', 'none'))
        const puts = changes.flatMap((change) => (change.kind === 'put' ? [change.endpoint] : []))
        if (mayStill && puts.length > 0 && !(await mayStill(puts)))
          return changes.map(() => failed('MEANWHILE', 'none'))
        if (changes.length > 0)
          calls.push({ at: clock.now(), kind: 'apply', ids: changes.map(idOf), changes })
        const down = await answered().catch((error: Error) => failed(error.name))
        if (down) return changes.map(() => down)
        const outcomes: Outcome[] = []
        // One after the other: an answer may depend on what is there by then.
        for (const change of changes) {
          const outcome = rig.answer(change)
          outcomes.push(outcome)
          if (outcome.result !== 'applied' || rig.loses(change)) continue
          await twin.apply([change])
          written.set(keyOf(idOf(change)), new Date(clock.now()).toISOString())
        }
        return outcomes
      },
      async read(id, until = Infinity) {
        if (clock.now() >= until) throw new OutOfTime('too late')
        calls.push({ at: clock.now(), kind: 'read', ids: [id], changes: [] })
        await answered()
        const found = await twin.read(id)
        const EffectiveDate = written.get(keyOf(id))
        return found && { ...found, ...(EffectiveDate && { EffectiveDate }) }
      },
    },
  }
  return rig
}
