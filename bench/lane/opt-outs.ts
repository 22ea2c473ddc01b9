/** How long opt-outs take to be in effect, and to be proved, in every Region while a million ids wait in its bulk lane; in virtual time. */
import { laneOf } from '../../deploy/regions.js'
import { randomFrom } from '../../local/demo/people.ts'
import { markersFor } from '../../shared/sync/lane/marker.ts'
import { itemOf } from '../../test/virtual/customers.ts'
import type { Update } from '../../test/virtual/customers.ts'
import type { Exchange } from '../../test/virtual/in-process-http.ts'
import { openVirtualStage } from '../../test/virtual/open-virtual-stage.ts'
import type { VirtualStage } from '../../test/virtual/open-virtual-stage.ts'
import { spreadOf } from '../../test/virtual/spread.ts'
import { round } from './figures.ts'
export interface OptOutOptions {
  /** Directory of packaged stacks. */
  readonly packages: string
  /** Ids in every Region's bulk lane. */
  readonly waiting: number
  /** Of virtual time, in which opt-outs come. */
  readonly minutes: number
}

export interface OptOutFigures {
  /** Ids that waited in each bulk lane when the first opt-out came, and the fewest in any when the last was proved. */
  readonly waiting: number
  readonly leftWaiting: number
  /** Opt-outs, and those of them that some Region has not proved. */
  readonly optOuts: number
  readonly missing: number
  /** Commit → proved, in every Region: written there, and read back. */
  readonly p50Seconds: number
  readonly p99Seconds: number
  readonly maxSeconds: number
  /** Commit → accepted, and visible to readers. */
  readonly inEffectP99Seconds: number
  /** Endpoints of the backlog that went out meanwhile, in all Regions, a second. */
  readonly backlogPerSecond: number
  readonly realSeconds: number
}

const START = Date.UTC(2026, 5, 1)
const APPLY_MS = 150
/** Milliseconds between two opt-outs, on average. */
const APART = 2_000
/** Milliseconds after the last opt-out in which it must have been proved to count. */
const PATIENCE = 180_000
/** Endpoints that one Region can be sent a second, at most. */
const FASTEST = 200

export const playOptOuts = async ({ packages, waiting, minutes }: OptOutOptions): Promise<OptOutFigures> => {
  const began = performance.now()
  const heard: { watch?: Watch } = {}
  const virtual = await openVirtualStage({
    start: START,
    packages,
    pinpoint: { applyDelayMs: APPLY_MS },
    watch: (exchange) => heard.watch?.saw(exchange),
  })
  const watch = watchOptOuts(virtual.applications)
  heard.watch = watch
  try {
    const moments = momentsOf(minutes)
    await subscribe(virtual, moments.length)
    await pileUp(virtual, waiting, minutes * 60_000 + 60_000)
    const [from, sentBefore] = [virtual.clock.now(), watch.sent()]
    for (const [index, at] of moments.entries()) {
      await virtual.clock.runUntil(from + at)
      watch.committed(idOf(index), virtual.clock.now())
      await virtual.put(itemOf(optOut(index, virtual.clock.now()), START))
    }
    const end = virtual.clock.now() + PATIENCE
    while (!watch.isProved() && virtual.clock.now() < end)
      await virtual.clock.runUntil(virtual.clock.now() + 1_000)
    const seconds = (virtual.clock.now() - from) / 1000
    const [proved, inEffect] = [spreadOf(watch.provedAfter()), spreadOf(watch.inEffectAfter())]
    return {
      waiting,
      leftWaiting: Math.min(...virtual.regions.map((region) => depthOf(virtual, region))) * 100,
      optOuts: moments.length,
      missing: moments.length * virtual.regions.length - proved.count,
      p50Seconds: round(proved.p50 / 1000),
      p99Seconds: round(proved.p99 / 1000),
      maxSeconds: round(proved.max / 1000),
      inEffectP99Seconds: round(inEffect.p99 / 1000),
      backlogPerSecond: round((watch.sent() - sentBefore) / seconds),
      realSeconds: Math.round((performance.now() - began) / 1000),
    }
  } finally {
    await endWork(virtual)
    await virtual.close()
  }
}

/** When the opt-outs come, in milliseconds. */
const momentsOf = (minutes: number): number[] => {
  const random = randomFrom(5)
  const moments: number[] = []
  for (let at = 0; at < minutes * 60_000; at += -Math.log(1 - random()) * APART) moments.push(Math.round(at))
  return moments
}

/** Customers who are in every Region before anything else. */
const subscribe = async ({ put, clock, owed, regions }: VirtualStage, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await put(itemOf(subscriber(index), START))
  do await clock.runUntil(clock.now() + 5_000)
  while (regions.some((region) => owed(region) > 0))
}

/**
 * As many ids as are to wait: of those that can have their turn within `ms` by writing them to the table, of the others, which
 * nobody comes to look at, by their markers alone.
 */
const pileUp = async (virtual: VirtualStage, waiting: number, ms: number): Promise<void> => {
  const { clock, regions } = virtual
  const written = Math.min(waiting, Math.ceil((ms / 1000) * FASTEST))
  for (let index = 0; index < written; index += 1) await virtual.put(itemOf(changed(index), START))
  const keys = Array.from({ length: waiting - written }, (_, index) => changed(written + index).id)
  const bodies = markersFor(keys, clock.now()).map((marker) => JSON.stringify(marker))
  // Behind those that the stream brings, faster than the lanes take them.
  const deepest = () => Math.max(...regions.map((region) => depthOf(virtual, region)))
  for (let before = -1; deepest() > before;) {
    before = deepest()
    await clock.runUntil(clock.now() + 3_000)
  }
  for (const region of regions) for (const body of bodies) bulkOf(virtual, region).send({ body })
}

/** What is under way in virtual time ends in virtual time. */
const endWork = async (virtual: VirtualStage): Promise<void> => {
  const { clock, regions } = virtual
  for (const region of regions) bulkOf(virtual, region).purge()
  await clock.runUntil(clock.now() + 120_000)
}

const depthOf = (virtual: VirtualStage, region: string): number => {
  const { visible, notVisible, delayed } = bulkOf(virtual, region).depth()
  return visible + notVisible + delayed
}

const bulkOf = ({ stage }: VirtualStage, region: string) => {
  const queue = stage.sqs.queueByArn(stage.resource('hub', laneOf(region, 'bulk')).attributes['Arn'] ?? '')
  if (!queue) throw new Error(`${region} has no bulk lane`)
  return queue
}

const idOf = (index: number): string => `c-${index}`
const says = { plan: 'gold', orders: 1, city: undefined, consent: undefined }
const subscriber = (index: number): Update => ({ at: 0, id: idOf(index), version: 1, kind: 'change', says })
/** Beyond all subscribers. */
const changed = (index: number): Update => subscriber(1_000_000 + index)
const optOut = (index: number, now: number): Update => ({
  ...{ at: now - START, id: idOf(index), version: 2, kind: 'opt-out' },
  says: { ...says, consent: { value: 'ALL', at: now - START } },
})

type Watch = ReturnType<typeof watchOptOuts>

interface Word {
  readonly committedAt: number
  inEffectAt?: number
  provedAt?: number
}

/** Opt-outs as the Regions are told them, on the wire. */
const watchOptOuts = (applications: Readonly<Record<string, string>>) => {
  const regionOf = new Map(Object.entries(applications).map(([region, id]) => [id, region]))
  /** By Region and endpoint. */
  const words = new Map<string, Word>()
  let sent = 0
  const put = (region: string, items: readonly Said[], at: number) => {
    sent += items.length
    for (const { Id = '', OptOut } of items) {
      const word = words.get(`${region} ${Id}`)
      if (word && OptOut === 'ALL') word.inEffectAt ??= at + APPLY_MS
    }
  }
  const readBack = (word: Word | undefined, { startedAt, endedAt }: Exchange) => {
    if (word?.inEffectAt !== undefined && startedAt >= word.inEffectAt) word.provedAt ??= endedAt
  }
  const after = (name: 'inEffectAt' | 'provedAt') =>
    [...words.values()].flatMap((word) => (word[name] === undefined ? [] : [word[name] - word.committedAt]))
  return {
    committed(id: string, committedAt: number) {
      for (const region of regionOf.values()) words.set(`${region} ${id}`, { committedAt })
    },
    saw(exchange: Exchange) {
      const { request, status, endedAt } = exchange
      const [, application = '', id = ''] =
        /^\/v1\/apps\/([^/]+)\/endpoints(?:\/(.+))?$/.exec(request.path) ?? []
      const region = regionOf.get(application)
      if (region === undefined) return
      if (request.method === 'PUT' && status === 202) put(region, saidIn(request.body, id), endedAt)
      if (request.method === 'GET' && status === 200) readBack(words.get(`${region} ${id}`), exchange)
    },
    isProved: () => [...words.values()].every(({ provedAt }) => provedAt !== undefined),
    provedAfter: () => after('provedAt'),
    inEffectAfter: () => after('inEffectAt'),
    /** Endpoints accepted so far, in all Regions. */
    sent: () => sent,
  }
}

interface Said {
  readonly Id?: string
  readonly OptOut?: string
  readonly Item?: readonly Said[]
}

/** `id`: of the endpoint in the path, where the call is for one. */
const saidIn = (body: unknown, id: string): readonly Said[] => {
  const said = JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Said
  return said.Item ?? [{ ...said, Id: id }]
}
