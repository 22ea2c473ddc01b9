/** What the lanes are to reach, what they did, and whether that is enough. Pure. */
import type { BurstFigures } from './burst.ts'
import type { BurstInRegion } from './figures.ts'
import { round } from './figures.ts'
import type { LoopFigures } from './loop.ts'
import type { OptOutFigures } from './opt-outs.ts'

export interface Verdict {
  readonly what: string
  readonly goal: string
  /** Of the Region that did worst. */
  readonly seen: number | string
  readonly isMet: boolean
}

export interface Measured {
  readonly bursts: readonly BurstFigures[]
  readonly loop: LoopFigures
  readonly optOuts: OptOutFigures
}

/** The burst with the whole quota is the one that is held against the loop. */
export const verdictsOf = ({ bursts, loop, optOuts }: Measured): Verdict[] => [
  ...bursts.flatMap(verdictsOfBurst),
  atLeast('lane with the whole quota, times the plain loop', worstRatio(bursts, loop), 19),
  atMost('opt-out p99 with a million ids waiting, s', optOuts.p99Seconds, 60),
  is('opt-outs that did not arrive', optOuts.missing, 0),
]

const verdictsOfBurst = ({ share, regions, isComplete }: BurstFigures): Verdict[] => {
  const of = (figure: keyof BurstInRegion) => Object.values(regions).map((each) => each[figure])
  const name = `share ${share}`
  return [
    atLeast(`${name}: calls used of those allowed`, Math.min(...of('used')), 0.98),
    is(`${name}: 429 once steady`, Math.max(...of('throttledOnceSteady')), 0),
    atLeast(`${name}: items a call`, Math.min(...of('itemsPerCall')), 95),
    is(`${name}: every Region holds everything`, isComplete ? 'yes' : 'no', 'yes'),
  ]
}

/** Endpoints a second, lane to loop, in the Region where it is least. */
export const worstRatio = (bursts: readonly BurstFigures[], loop: LoopFigures): number => {
  const whole = bursts.find(({ share }) => share === 1)
  const ratios = Object.entries(whole?.regions ?? {}).map(
    ([region, { endpointsPerSecond }]) =>
      endpointsPerSecond / (loop.regions[region]?.endpointsPerSecond ?? NaN),
  )
  return round(Math.min(...ratios))
}

const atLeast = (what: string, seen: number, least: number): Verdict => ({
  ...{ what, goal: `≥ ${least}`, seen },
  isMet: seen >= least,
})
const atMost = (what: string, seen: number, most: number): Verdict => ({
  ...{ what, goal: `≤ ${most}`, seen },
  isMet: seen <= most,
})
const is = (what: string, seen: number | string, wanted: number | string): Verdict => ({
  ...{ what, goal: `${wanted}`, seen },
  isMet: seen === wanted,
})
