/** What kind of history a seed is: how many Regions and people, how long, how much of what. */
import { randomOf } from '../clock/random.ts'
import type { Random } from '../clock/random.ts'
import type { Shape } from './people.ts'

export interface HistoryPlan {
  readonly shape: Shape
  readonly regions: readonly string[]
  readonly people: number
  readonly writes: number
  /** Virtual milliseconds until the calm. */
  readonly length: number
  readonly addresses: number
  readonly users: number
  /** Chance that a write is unfit. */
  readonly unfit: number
  /** Opt-outs in one Region alone. */
  readonly stops: number
  /** Chance that a write is a delete. */
  readonly deletes: number
  /** No faults at all; where `backlog` is more than 0 as many people are written at once, and the quota is small. */
  readonly isFair: boolean
  readonly backlog: number
  readonly share: number
  /** Ids that differ only by case. */
  readonly hasVariants: boolean
  /** Files of endpoints that are dropped, at nearby instants. */
  readonly drops: number
}

const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-2', 'ca-central-1'] as const

export const planOf = (seed: number): HistoryPlan => {
  const random = randomOf(seed, 'plan')
  const isFair = random.chance(0.06)
  const people = random.int(2, 4)
  const often = (share: number, amount: number) => (random.chance(share) ? amount : 0)
  const count = random.pick([2, 2, 2, 2, 2, 2, 2, 3, 3, 5])
  const plan: HistoryPlan = {
    shape: random.chance(0.6) ? 'endpoint' : 'customer',
    regions: REGIONS.slice(0, isFair ? 2 : count),
    people,
    writes: random.int(3, 14),
    length: random.between(1, 6) * 60_000,
    addresses: random.chance(0.5) ? random.int(1, people) : people * 5,
    users: random.int(1, 3),
    unfit: often(0.4, 0.12),
    stops: often(0.5, random.int(1, 6)),
    deletes: often(0.6, 0.12),
    isFair,
    backlog: 0,
    share: random.pick([0.7, 0.7, 1]),
    hasVariants: random.chance(0.1),
    drops: dropsIn(seed),
  }
  return isFair && random.chance(0.1) ? crowded(plan, random) : plan
}

/** Drawn apart: the histories without a drop are what they were before there were any. */
const dropsIn = (seed: number): number => {
  const random = randomOf(seed, 'drops')
  return random.chance(1 / 3) ? random.int(1, 3) : 0
}

/** At a twentieth of the quota every call counts: only the backlog, and those who opt out in the midst of it. */
const crowded = (plan: HistoryPlan, random: Random): HistoryPlan => ({
  ...plan,
  ...{
    shape: 'endpoint',
    people: 1,
    writes: 1,
    stops: 0,
    unfit: 0,
    share: 0.05,
    length: 5 * 60_000,
    drops: 0,
  },
  backlog: random.int(650, 800),
})
