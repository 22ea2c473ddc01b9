/** The application that writes the customer table, and the customers who say STOP to one Region. */
import { randomOf } from '../clock/random.ts'
import type { Random } from '../clock/random.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Row, Said } from './facts.ts'
import { itemOf } from './items.ts'
import { changed, mended, newPerson, saidBy } from './people.ts'
import type { Person, Society } from './people.ts'
import type { HistoryPlan } from './plan.ts'
import type { World } from './world.ts'

export interface Life {
  readonly seed: number
  readonly plan: HistoryPlan
  readonly scheduler: Scheduler
  readonly world: World
}

/** Schedules everything that people do, up to the calm and shortly after it. */
export const live = (life: Life): void => {
  const { seed, plan, scheduler } = life
  const random = randomOf(seed, 'writers')
  const writer = writerOf(life, random)
  const keys = keysOf(plan)
  for (const at of momentsOf(random, plan)) {
    // Some are written again and again.
    const key = random.chance(0.3) ? (keys[0] ?? '') : random.pick(keys)
    scheduler.after(at, () => writer.touch(key))
  }
  const stops = randomOf(seed, 'stops')
  for (let stop = 0; stop < plan.stops; stop += 1) {
    // Drawn now, so that what a Region holds then changes no other draw.
    const [region, share] = [stops.pick(plan.regions), stops.next()]
    scheduler.after(stops.between(0, plan.length), () => stopSomebody(life, region, share))
  }
  scheduler.after(plan.length, () => writer.mendSome())
  dropFiles(life, writer)
  if (plan.backlog > 0) scheduler.after(plan.length / 3, () => writer.addMany(plan.backlog))
}

/** Files at nearby instants, some of them close to writes: whoever exports a file may write to the table as well. */
const dropFiles = ({ seed, plan, scheduler, world }: Life, writer: Writer): void => {
  const random = randomOf(seed, 'files')
  const first = random.between(0.1, 0.7) * plan.length
  const keys = keysOf(plan)
  for (let drop = 0; drop < plan.drops; drop += 1) {
    const at = first + random.between(0, Math.min(60_000, plan.length - 5_000 - first))
    scheduler.after(at, () => {
      const version = writer.draw()
      world.drop(rowsOf([...writer.claimed(), ...keys], version, random), version)
    })
    const [isClose, key] = [random.chance(0.6), random.pick(keys)]
    if (isClose) scheduler.after(at + random.between(-4_000, 2_000), () => writer.touch(key))
  }
}

/** Of half of those who are in the table, were, or will be, and of others. */
const rowsOf = (ids: readonly string[], version: number, random: Random): Row[] => {
  const all = [...new Set([...ids, ...STRANGERS].map((id) => id.toLowerCase()))]
  const some = all.filter(() => random.chance(0.5))
  return (some.length > 0 ? some : all).map((id) => rowOf(id, version, random))
}

/** Who is only in files. */
const STRANGERS = ['file-1', 'file-2', 'file-3']

/** At an address of its own: what a file does to a twin, no lane knows. */
const rowOf = (id: string, version: number, random: Random): Row => ({
  id,
  address: `kanari-${id}@example.com`,
  attributes: { Plan: [`kanari-plan-${random.int(1, 4)}`], Version: [String(version)] },
  optsOut: random.chance(0.2),
})

const keysOf = ({ people, hasVariants }: HistoryPlan): string[] =>
  Array.from({ length: people }, (_, at) => (hasVariants && at === 1 ? 'C1' : `c${at === 1 ? 2 : at + 1}`))

/** Spread over the time, or in bursts. */
const momentsOf = (random: Random, { writes, length }: HistoryPlan): number[] => {
  const bursts = random.chance(0.5) ? 0 : random.int(1, 4)
  const starts = Array.from({ length: bursts }, () => random.between(0, length))
  return Array.from({ length: writes }, () =>
    bursts === 0
      ? random.between(0, length)
      : Math.min(length, random.pick(starts) + random.between(0, 8_000)),
  )
}

/** `share`, 0 to 1, of the way through those whom the Region knows. */
const stopSomebody = ({ world }: Life, name: string, share: number): void => {
  const region = world.regions.get(name)
  const ids = [...(region?.store.ids() ?? [])].sort()
  const id = ids[Math.floor(share * ids.length)]
  if (id !== undefined) region?.stop(id)
}

type Writer = ReturnType<typeof writerOf>

const writerOf = ({ seed, plan, scheduler, world }: Life, random: Random) => {
  const stops = randomOf(seed, 'regrets')
  const { shape } = plan
  const society: Society = {
    ...plan,
    random,
    clock: () => scheduler.now() + (random.chance(0.2) ? random.between(-30_000, 30_000) : 0),
  }
  const people = new Map<string, Person>()
  const claimed = new Set<string>()
  let version = 0

  const put = (person: Person) => {
    version += 1
    people.set(person.key, person)
    const said = saidBy(person, shape, version)
    for (const { id } of said) claimed.add(id.toLowerCase())
    world.commit(person.key, itemOf(person, shape, version), said, version)
    regret(said)
  }
  /** Who has just opted in here says STOP there. */
  const regret = (said: readonly Said[]) => {
    for (const { id, consent } of said) {
      const [isSo, region, after] = [stops.chance(0.25), stops.pick(plan.regions), stops.between(0, 12_000)]
      if (consent?.value === 'NONE' && plan.stops > 0 && isSo)
        scheduler.after(after, () => world.regions.get(region)?.stop(id))
    }
  }
  return {
    /** Endpoints that have ever been in the table, in lower case. */
    claimed: () => [...claimed],
    /** The next version. */
    draw: () => (version += 1),
    touch(key: string) {
      const person = people.get(key)
      if (!person) return put(newPerson(key, society))
      if (!random.chance(plan.deletes)) return put(changed(person, society))
      version += 1
      people.delete(key)
      world.commit(key, undefined, [], version)
    },
    /** Most of what is unfit is mended in the end. */
    mendSome() {
      for (const person of people.values()) if (random.chance(0.7)) put(mended(person))
    },
    addMany(count: number) {
      for (let at = 0; at < count; at += 1) put(lonely(newPerson(`many-${at}`, society), at))
      // Once the first of them have arrived, two of those opt out, with most of the rest still to come.
      scheduler.after(25_000, () => {
        const there = [...people.values()].filter(({ key }) => isThere(world, key))
        for (const person of there.slice(0, 2)) put(optedOut(person, society))
      })
    },
  }
}

const optedOut = (person: Person, { clock }: Society): Person => ({
  ...person,
  ways: person.ways.map((way) => ({
    ...way,
    consent: { value: 'ALL', at: new Date(clock()).toISOString() },
  })),
})

/** Somebody with nobody at the same address, no user in common, and nothing said. */
const lonely = (person: Person, number: number): Person => ({
  ...person,
  userId: person.userId === person.key ? person.key : undefined,
  ways: person.ways.map((way) => ({
    ...way,
    consent: undefined,
    address:
      way.name === 'phone' ? `+1555010${1000 + number}` : `kanari-many-${number}-${way.name}@example.com`,
  })),
})

const isThere = ({ regions }: World, key: string): boolean =>
  [...regions.values()].every(({ store }) => store.get(key) !== undefined)
