/** What goes wrong in a history: drawn from its seed, counted by kind, and over when the calm begins. */
import { randomOf } from '../clock/random.ts'
import type { Random } from '../clock/random.ts'

/** Faults that strike one call, message or moment, and how likely they are at most. */
const RATES = {
  'crash at an await': 0.003,
  'sandbox stalls': 0.001,
  redeploy: 0.15,
  'clock skew': 0.5,
  'ledger error': 0.02,
  'ledger error, applied': 0.02,
  'ledger slow': 0.03,
  'ledger leaves items unprocessed': 0.05,
  'stale read': 0.2,
  'message duplicated': 0.08,
  'message late': 0.1,
  'message comes again after its end': 0.03,
  'queue refuses': 0.02,
  'stream batch again': 0.1,
  'stream late': 0.1,
  '429': 0.08,
  '5xx': 0.05,
  '5xx, applied': 0.05,
  reset: 0.03,
  'reset, applied': 0.03,
  'time-out': 0.03,
  'time-out, applied': 0.03,
  'time-out, applied late': 0.05,
  'late effect': 0.3,
  'item lost': 0.12,
  'slow answer': 0.1,
} as const

/** The same for what only dropped files meet: drawn apart, so that histories without them stay what they are. */
const IMPORT_RATES = {
  'S3 error': 0.03,
  'drop comes twice': 0.3,
  'import job limit': 0.3,
  'import waits': 0.4,
  'import slow': 0.3,
  'import fails': 0.3,
  'import row refused': 0.1,
  'start of an execution is lost': 0.05,
} as const

/** Times at which a Region as a whole is unwell. */
const SPELLS = ['Region down', 'Region silent', 'Region flapping', 'Region slow'] as const

export type Strike = keyof typeof RATES | keyof typeof IMPORT_RATES
export type Spell = (typeof SPELLS)[number]
export type FaultKind = Strike | Spell
export const FAULT_KINDS: readonly FaultKind[] = [
  ...(Object.keys({ ...RATES, ...IMPORT_RATES }) as Strike[]),
  ...SPELLS,
]

export interface Outage {
  readonly region: string
  readonly spell: Spell
  /** True time, ms. */
  readonly from: number
  readonly until: number
}

export interface Weather {
  /** Whether this fault happens here and now. */
  strikes(kind: Strike, random: Random): boolean
  /** What ails the Region as a whole now. */
  spellOf(region: string): Spell | undefined
  readonly outages: readonly Outage[]
  readonly calmFrom: number
  readonly counts: ReadonlyMap<FaultKind, number>
}

export interface WeatherOptions {
  readonly seed: number
  readonly regions: readonly string[]
  readonly from: number
  readonly calmFrom: number
  readonly now: () => number
  /** A history without any fault, where only the work is much. */
  readonly isFair: boolean
  /** Of this Region no outage happens (the other half of a pair). */
  readonly spared: string | undefined
  readonly struck: (kind: FaultKind) => void
}

/** Every kind is off in half of the histories, so that each is also seen alone. */
export const weatherOf = (options: WeatherOptions): Weather => {
  const { seed, calmFrom, now, isFair, spared, struck } = options
  const random = randomOf(seed, 'weather')
  const rates = new Map<Strike, number>()
  for (const [kind, most] of Object.entries(RATES) as [Strike, number][]) {
    const rate = random.chance(0.5) ? most * random.between(0.2, 1) : 0
    rates.set(kind, isFair || (RARE.has(kind) && !random.chance(0.5)) ? 0 : rate)
  }
  const imports = randomOf(seed, 'weather of imports')
  for (const [kind, most] of Object.entries(IMPORT_RATES) as [Strike, number][]) {
    const rate = imports.chance(0.5) ? most * imports.between(0.2, 1) : 0
    rates.set(kind, isFair ? 0 : rate)
  }
  const outages = isFair ? [] : outagesOf(options, random).filter(({ region }) => region !== spared)
  const counts = new Map<FaultKind, number>()
  const count = (kind: FaultKind) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    struck(kind)
  }
  return {
    strikes(kind, of) {
      const happens = of.chance(rates.get(kind) ?? 0) && now() < calmFrom
      if (happens) count(kind)
      return happens
    },
    spellOf(region) {
      const time = now()
      const outage = outages.find((each) => each.region === region && each.from <= time && time < each.until)
      if (!outage || (outage.spell === 'Region flapping' && Math.floor(time / 7_000) % 2 === 0))
        return undefined
      count(outage.spell)
      return outage.spell
    },
    outages,
    calmFrom,
    counts,
  }
}

/** What makes others hard to judge is in fewer histories. */
const RARE: ReadonlySet<Strike> = new Set<Strike>(['item lost'])

/** One after the other, with time between them to recover in, or none. */
const outagesOf = ({ seed, regions, from, calmFrom }: WeatherOptions, random: Random): Outage[] =>
  regions.flatMap((region) => {
    const own = randomOf(seed, `outages of ${region}`)
    if (!random.chance(0.5)) return []
    const outages: Outage[] = []
    const spells = own.int(1, 3)
    for (let at = from; outages.length < spells && at < calmFrom;) {
      const begins = at + own.between(0, (calmFrom - from) / 2)
      const length = own.chance(0.3) ? own.between(5_000, 40_000) : own.between(60_000, 900_000)
      const until = Math.min(begins + length, calmFrom)
      if (begins < calmFrom) outages.push({ region, spell: own.pick(SPELLS), from: begins, until })
      at = until
    }
    return outages
  })
