/** What becomes of one call to a Region: whether it gets there, what is answered, and when it takes effect. */
import type { Random } from '../clock/random.ts'
import type { Weather } from '../history/weather.ts'

export interface Fate {
  /** Milliseconds until the request is there; undefined: it never gets there. */
  readonly arrivesAfter: number | undefined
  /** Milliseconds from the beginning until the caller hears. */
  readonly heardAfter: number
  /** What the caller hears, whatever the Region would have said; undefined: what it says. */
  readonly instead: 'reset' | 'time-out' | '429' | '5xx' | undefined
  /** Whether what was asked for is done all the same. */
  readonly isDone: boolean
  /** Milliseconds from arrival until it takes effect. */
  readonly effectAfter: number
}

/** As deployed: milliseconds to connect, and to the answer. */
const CONNECT = 3_000
const REQUEST = 10_000

/** Milliseconds after which an accepted change has taken effect for certain, and one whose caller gave up. */
export const EFFECT_WITHIN = { accepted: 4_000, unknown: 25_000 } as const

export const fateOf = (region: string, weather: Weather, random: Random): Fate => {
  const spell = weather.spellOf(region)
  if (spell === 'Region down' || (spell === 'Region flapping' && random.chance(0.7))) return refused(random)
  if (spell === 'Region silent') return silent(random)
  const slow = spell === 'Region slow' ? random.between(1_000, 7_000) : 0
  return troubled(weather, random, slow) ?? served(weather, random, slow)
}

const refused = (random: Random): Fate => ({
  arrivesAfter: undefined,
  heardAfter: random.between(2, 200),
  instead: 'reset',
  isDone: false,
  effectAfter: 0,
})

/** No answer: now and then the request gets through all the same. */
const silent = (random: Random): Fate => {
  const isThere = random.chance(0.2)
  return {
    arrivesAfter: isThere ? random.between(10, 2_000) : undefined,
    heardAfter: isThere ? REQUEST : CONNECT,
    instead: 'time-out',
    isDone: isThere,
    effectAfter: random.between(50, EFFECT_WITHIN.accepted),
  }
}

const troubled = (weather: Weather, random: Random, slow: number): Fate | undefined => {
  const arrivesAfter = random.between(5, 120) + slow
  const heardAfter = arrivesAfter + random.between(5, 120)
  const effectAfter = random.between(20, EFFECT_WITHIN.accepted)
  const soon = { arrivesAfter, heardAfter, effectAfter }
  if (weather.strikes('429', random)) return { ...soon, instead: '429', isDone: false }
  if (weather.strikes('5xx', random)) return { ...soon, instead: '5xx', isDone: false }
  if (weather.strikes('5xx, applied', random)) return { ...soon, instead: '5xx', isDone: true }
  if (weather.strikes('reset', random)) return { ...soon, instead: 'reset', isDone: false }
  if (weather.strikes('reset, applied', random)) return { ...soon, instead: 'reset', isDone: true }
  const lost = { arrivesAfter, heardAfter: REQUEST, effectAfter, instead: 'time-out' } as const
  if (weather.strikes('time-out', random)) return { ...lost, isDone: false }
  if (weather.strikes('time-out, applied', random)) return { ...lost, isDone: true }
  if (weather.strikes('time-out, applied late', random)) {
    const after = REQUEST + random.between(0, EFFECT_WITHIN.unknown)
    return { ...lost, isDone: true, effectAfter: after - arrivesAfter }
  }
  return undefined
}

const served = (weather: Weather, random: Random, slow: number): Fate => {
  const late = weather.strikes('slow answer', random) ? random.between(500, 6_000) : 0
  const arrivesAfter = random.between(5, 80) + (random.chance(0.5) ? late : 0) + slow
  return {
    arrivesAfter,
    heardAfter: arrivesAfter + random.between(5, 80) + late,
    instead: undefined,
    isDone: true,
    effectAfter: weather.strikes('late effect', random)
      ? random.between(500, EFFECT_WITHIN.accepted)
      : random.between(20, 400),
  }
}
