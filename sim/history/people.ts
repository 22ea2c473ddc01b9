/** Customers as an application might keep them, and the things that happen to them. */
import type { Random } from '../clock/random.ts'
import { REFUSED } from '../pinpoint/store.ts'
import type { Fitness, Said, Statement } from './facts.ts'

/** One way to reach a customer: an endpoint to be. */
export interface Way {
  readonly name: 'email' | 'phone' | 'device-d1' | 'device-d2'
  readonly address: string
  readonly isReadable: boolean
  readonly isInactive: boolean
  readonly consent: Statement | undefined
}

export interface Person {
  readonly key: string
  readonly ways: readonly Way[]
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly orders: number
  readonly city: string | undefined
  readonly userId: string | undefined
  readonly names: Readonly<Record<string, readonly string[]>>
}

/** One endpoint an item, or several. */
export type Shape = 'endpoint' | 'customer'

export interface Society {
  readonly shape: Shape
  readonly random: Random
  /** Fewer addresses than people make twins. */
  readonly addresses: number
  readonly users: number
  /** What the application takes for the time. */
  readonly clock: () => number
  /** Chances of what makes a history hard to judge by its end. */
  readonly unfit: number
}

const addressFor = (name: Way['name'], { random, addresses }: Society): string => {
  const number = random.int(1, addresses)
  if (name === 'email') return `kanari${number}@example.com`
  return name === 'phone' ? `+155501990${number % 10}` : `kanari-token-${number}`
}

export const newPerson = (key: string, society: Society): Person => {
  const { shape, random, users } = society
  const names: Way['name'][] =
    shape === 'endpoint' ? [random.chance(0.7) ? 'email' : 'phone'] : ['email', 'phone', 'device-d1']
  const kept = shape === 'endpoint' ? names : names.filter(() => random.chance(0.7))
  return {
    key,
    ways: (kept.length === 0 ? names.slice(0, 1) : kept).map((name) => newWay(name, society)),
    attributes: { Plan: [`kanari-plan-${random.int(1, 4)}`] },
    orders: random.int(0, 9),
    city: random.chance(0.5) ? `Kanari City ${random.int(1, 3)}` : undefined,
    userId:
      shape === 'customer' ? key : random.chance(0.5) ? `kanari-user-${random.int(1, users)}` : undefined,
    names: { FirstName: [`kanari-${random.int(1, 5)}`] },
  }
}

const newWay = (name: Way['name'], society: Society): Way => ({
  name,
  address: addressFor(name, society),
  isReadable: true,
  isInactive: false,
  consent: society.random.chance(0.3) ? stated('ALL', society) : undefined,
})

const stated = (value: 'ALL' | 'NONE', { random, clock }: Society): Statement => {
  const age = random.chance(0.7) ? 0 : random.between(0, 600_000)
  const isDated = value === 'ALL' ? random.chance(0.6) : random.chance(0.9)
  return { value, at: isDated ? new Date(clock() - age).toISOString() : undefined }
}

type Change = (person: Person, society: Society) => Person

const withWay = (person: Person, { random }: Society, change: (way: Way) => Way): Person => {
  const chosen = random.pick(person.ways)
  return { ...person, ways: person.ways.map((way) => (way === chosen ? change(way) : way)) }
}

const CHANGES: readonly (readonly [weight: number, change: Change])[] = [
  [4, (person, { random }) => ({ ...person, attributes: attributesFrom(random), orders: random.int(0, 9) })],
  [1, (person, { random }) => ({ ...person, names: random.chance(0.3) ? {} : namesFrom(random) })],
  [
    1,
    (person, { random }) => ({
      ...person,
      city: random.chance(0.5) ? `Kanari City ${random.int(1, 3)}` : undefined,
    }),
  ],
  [
    2,
    (person, society) =>
      withWay(person, society, (way) => ({ ...way, address: addressFor(way.name, society) })),
  ],
  [1, (person, society) => withWay(person, society, (way) => ({ ...way, isInactive: !way.isInactive }))],
  [3, (person, society) => withWay(person, society, (way) => ({ ...way, consent: stated('ALL', society) }))],
  [3, (person, society) => withWay(person, society, (way) => ({ ...way, consent: optIn(way, society) }))],
  [1, (person, society) => withWay(person, society, (way) => ({ ...way, consent: undefined }))],
  [2, (person, society) => reshaped(person, society)],
]

/** Now and then at the very instant of the opt-out, and without effect. */
const optIn = ({ consent }: Way, society: Society): Statement =>
  society.random.chance(0.1) && consent?.at !== undefined
    ? { value: 'NONE', at: consent.at }
    : stated('NONE', society)

const attributesFrom = (random: Random): Person['attributes'] => ({
  Plan: [`kanari-plan-${random.int(1, 4)}`],
  ...(random.chance(0.6) && { Interests: [`kanari-a${random.int(1, 3)}`, 'kanari-b'] }),
})

const namesFrom = (random: Random): Person['names'] => ({
  ...(random.chance(0.7) && { FirstName: [`kanari-${random.int(1, 5)}`] }),
  ...(random.chance(0.5) && { LastName: [`kanari-${random.int(1, 5)}`] }),
})

/** Another user, or one way more or less. */
const reshaped: Change = (person, society) => {
  const { random, shape, users } = society
  if (shape === 'endpoint')
    return { ...person, userId: random.chance(0.7) ? `kanari-user-${random.int(1, users)}` : undefined }
  const names = ['email', 'phone', 'device-d1', 'device-d2'] as const
  const name = random.pick(names)
  const others = person.ways.filter((way) => way.name !== name)
  if (others.length < person.ways.length && others.length > 0) return { ...person, ways: others }
  return { ...person, ways: [...others, newWay(name, society)] }
}

const TOTAL = CHANGES.reduce((sum, [weight]) => sum + weight, 0)

/** The person after one or two things have happened to them, and perhaps gone wrong. */
export const changed = (person: Person, society: Society): Person => {
  const { random, unfit } = society
  let left = random.between(0, TOTAL)
  const [, change] = CHANGES.find(([weight]) => (left -= weight) < 0) ?? CHANGES[0] ?? []
  const next = mended(change?.(person, society) ?? person)
  if (!random.chance(unfit)) return random.chance(0.15) ? changed(next, society) : next
  if (random.chance(0.4)) return withWay(next, society, (way) => ({ ...way, isReadable: false }))
  return { ...next, attributes: { Plan: [random.chance(0.5) ? REFUSED : `kanari-${'x'.repeat(100)}`] } }
}

export const mended = (person: Person): Person => ({
  ...person,
  ways: person.ways.map((way) => ({ ...way, isReadable: true })),
  attributes: fitnessOf(person.attributes) === 'fit' ? person.attributes : { Plan: ['kanari-plan-1'] },
})

const fitnessOf = ({ Plan: [plan = ''] = [] }: Person['attributes']): Fitness =>
  plan === REFUSED ? 'refused' : plan.length > 100 ? 'bad attribute' : 'fit'

/** What the person's item says, endpoint by endpoint, in the words of a Region. */
export const saidBy = (person: Person, shape: Shape, version: number): Said[] =>
  person.ways.map((way): Said => {
    const isDevice = way.name.startsWith('device')
    return {
      id: shape === 'endpoint' ? person.key : `${person.key}-${way.name}`,
      address: way.address,
      channel: way.name === 'email' ? 'EMAIL' : way.name === 'phone' ? 'SMS' : 'GCM',
      fitness: way.isReadable ? fitnessOf(person.attributes) : 'no address',
      // Of e-mail and phone the customer mapping has no status.
      isInactive: way.isInactive && (shape === 'endpoint' || isDevice),
      attributes: { ...person.attributes, Version: [String(version)] },
      metrics: isDevice ? {} : { Orders: person.orders },
      city: isDevice ? undefined : person.city,
      platform: isDevice ? 'android' : undefined,
      userId: person.userId,
      userAttributes: person.userId === undefined ? {} : person.names,
      consent: way.consent,
    }
  })
