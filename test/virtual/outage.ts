/** Hours of a customer table on three Regions, with one of them down for most of them, or not. */
import { arrivals } from './arrivals.ts'
import type { Arrivals } from './arrivals.ts'
import { historyOf, itemOf, wantedAfter } from './customers.ts'
import type { Update } from './customers.ts'
import { openVirtualStage } from './open-virtual-stage.ts'
import type { VirtualStage } from './open-virtual-stage.ts'
import { regionFigures } from './outage-figures.ts'
import type { RegionFigures } from './outage-figures.ts'
import { differences, versionsIn } from './region-contents.ts'

export interface OutageOptions {
  readonly seed: number
  readonly updates: number
  readonly customers: number
  /** For how long the Region is down, in hours. */
  readonly hoursDown: number
  readonly withOutage: boolean
}

export interface OutageFigures extends OutageOptions {
  /** The Region that is down, if one is. */
  readonly standby: string
  readonly others: readonly string[]
  /** When nothing was owed any more, in hours from the beginning. */
  readonly endedAtHour: number
  /** Messages and stream records given up. */
  readonly deadLetters: number
  /** How often functions failed, by function and error. */
  readonly failures: Readonly<Record<string, number>>
  readonly regions: Readonly<Record<string, RegionFigures>>
  /** Requests of functions to any service. */
  readonly requests: number
  /** Of real time. */
  readonly seconds: number
}

const START = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
const LOOK_EVERY = 600_000
const APPLY_MS = 150

/** In hours from the beginning: the Region goes, and comes; the last update; when waiting for the lanes is given up. */
export const hoursOf = ({ hoursDown }: Pick<OutageOptions, 'hoursDown'>) =>
  ({ down: 1, up: 1 + hoursDown, quiet: 2 + hoursDown, latest: 22 + hoursDown }) as const
type Hours = ReturnType<typeof hoursOf>
/** Whatever comes round at full hours or minutes must not meet the Region by chance when it goes or comes. */
const ODD = 97_000
const downFrom = ({ down, up }: Hours) => ({
  from: START + down * HOUR + ODD,
  until: START + up * HOUR + ODD,
})
const NEVER = { from: START, until: START }

/** Plays the history, and what follows of it until no lane owes anything. */
export const playOutage = async (options: OutageOptions): Promise<OutageFigures> => {
  const began = performance.now()
  const watching: { seen?: Arrivals; requests: number } = { requests: 0 }
  const virtual = await openVirtualStage({
    start: START,
    pinpoint: { applyDelayMs: APPLY_MS },
    watch(exchange) {
      watching.requests += 1
      watching.seen?.saw(exchange)
    },
  })
  const seen = arrivals(virtual.applications, APPLY_MS)
  watching.seen = seen
  try {
    const hours = hoursOf(options)
    const history = historyOf({ ...options, hours: hours.quiet })
    const story = { history, seen, hours, down: options.withOutage ? downFrom(hours) : NEVER }
    const looks = await play(virtual, story)
    const { requests } = watching
    const seconds = Math.round((performance.now() - began) / 1000)
    return { ...options, ...figuresOf(virtual, story, looks), requests, seconds }
  } finally {
    await virtual.close()
  }
}

interface Story {
  readonly history: readonly Update[]
  readonly seen: Arrivals
  readonly hours: Hours
  /** When the Region is, ms since the epoch. */
  readonly down: typeof NEVER
}

/** What was seen of a Region by looking now and then. */
interface Look {
  readonly newest: Map<string, number>
  backwards: number
  readonly owedByHour: number[]
}

interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly happen: () => unknown
}

type Looks = ReadonlyMap<string, Look>

const play = async (virtual: VirtualStage, { history, seen, hours, down }: Story): Promise<Looks> => {
  const { clock, stage, standby, regions } = virtual
  const looks = new Map(
    regions.map((region) => [region, { newest: new Map<string, number>(), backwards: 0, owedByHour: [] }]),
  )
  const owesAny = () => regions.some((region) => virtual.owed(region) > 0)
  const happenings: Happening[] = history.map((update) => ({
    at: START + update.at,
    happen: () => commit(virtual, seen, update),
  }))
  if (down !== NEVER) {
    happenings.push({ at: down.from, happen: () => stage.faults.down(standby) })
    happenings.push({ at: down.until, happen: () => stage.faults.up(standby) })
  }
  happenings.sort((one, other) => other.at - one.at)
  for (let time = 0; time < hours.quiet * HOUR || (owesAny() && time < hours.latest * HOUR);) {
    time += LOOK_EVERY
    for (let next = happenings.at(-1); next && next.at < START + time; next = happenings.at(-1)) {
      happenings.pop()
      await clock.runUntil(next.at)
      await next.happen()
    }
    await clock.runUntil(START + time)
    for (const [region, look] of looks) lookAt(virtual, region, look)
  }
  return looks
}

const commit = async (
  { clock, put, remove }: VirtualStage,
  seen: Arrivals,
  update: Update,
): Promise<void> => {
  seen.committed(update, clock.now())
  await (update.says ? put(itemOf(update, START)) : remove({ Id: update.id }))
}

const lookAt = ({ clock, endpoints, owed }: VirtualStage, region: string, look: Look): void => {
  for (const [id, version] of versionsIn(endpoints(region))) {
    const newest = look.newest.get(id) ?? 0
    if (version < newest) look.backwards += 1
    look.newest.set(id, Math.max(version, newest))
  }
  if ((clock.now() - START) % HOUR === 0) look.owedByHour.push(owed(region))
}

const figuresOf = (virtual: VirtualStage, { history, seen, down }: Story, looks: Looks) => {
  const wanted = wantedAfter(history)
  const { clock, regions, standby, endpoints, deadLetters, failures } = virtual
  const of = (region: string): RegionFigures =>
    regionFigures({
      seen: seen.of(region),
      down: region === standby ? down : NEVER,
      different: differences(wanted, endpoints(region)),
      seenBackwards: looks.get(region)?.backwards ?? 0,
      owedByHour: looks.get(region)?.owedByHour ?? [],
    })
  return {
    standby,
    others: regions.filter((region) => region !== standby),
    endedAtHour: Math.round((100 * (clock.now() - START)) / HOUR) / 100,
    deadLetters: deadLetters(),
    failures,
    regions: Object.fromEntries(regions.map((region) => [region, of(region)])),
  }
}
