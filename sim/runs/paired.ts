/** I6: of a pair of histories with one seed, one with the outage of a Region and one without, the other Regions must not differ. */
import { runHistory } from '../history/history.ts'
import type { History } from '../history/history.ts'
import type { Fact, Violation } from '../history/facts.ts'
import type { Product } from '../product.ts'

export interface Pairs {
  /** Runs the other half of the pair, where the history has an outage to leave out. */
  add(history: History, product: Product): Promise<void>
  readonly figures: () => PairFigures
  verdict(): readonly Violation[]
}

export interface PairFigures {
  readonly pairs: number
  readonly writes: number
  /** Milliseconds from commit to effect in the Regions that had no outage, with another's and without. */
  readonly p99With: number
  readonly p99Without: number
}

/** How much longer the healthy may take. */
const SHARE = 1.05
/** Milliseconds that a pair may differ by for a word heard first in one Region or the other. */
const GRAIN = 1_000
/** Below, one write makes the p99. */
const ENOUGH = 1_000
/** Of so many histories one is paired: a thousand have writes enough. */
export const PAIR_EVERY = 6

export const pairsOf = (): Pairs => {
  const withOutage: number[] = []
  const without: number[] = []
  let pairs = 0
  const figures = (): PairFigures => ({
    pairs,
    writes: withOutage.length,
    p99With: Math.round(quantile(withOutage, 0.99)),
    p99Without: Math.round(quantile(without, 0.99)),
  })
  return {
    async add(history, product) {
      const { seed, plan, facts } = history
      const struck = new Set(facts.flatMap((fact) => (fact.kind === 'outage' ? [fact.region] : [])))
      const [spared] = struck
      if (spared === undefined || history.violations.length > 0) return
      const other = await runHistory({ seed, product, spared })
      if (other.violations.length > 0) return
      pairs += 1
      for (const region of plan.regions.filter((each) => !struck.has(each))) {
        withOutage.push(...lagsIn(facts, region))
        without.push(...lagsIn(other.facts, region))
      }
    },
    figures,
    verdict() {
      const { writes, p99With, p99Without } = figures()
      if (writes < ENOUGH || p99With <= p99Without * SHARE + GRAIN) return []
      const what = `the p99 lag of healthy Regions is ${p99With} ms with another's outage, ${p99Without} ms without`
      return [{ monitor: 'I6', at: 0, what }]
    },
  }
}

/** Milliseconds from each commit of a fit item until its Region shows it or something newer, endpoint by endpoint. */
export const lagsIn = (facts: readonly Fact[], region: string): number[] => {
  const shown = new Map<string, { at: number; version: number }[]>()
  for (const fact of facts) {
    if (fact.kind !== 'effect' || fact.region !== region || fact.by !== 'put') continue
    const version = fact.after?.version
    if (version !== undefined) shown.set(fact.id, [...(shown.get(fact.id) ?? []), { at: fact.at, version }])
  }
  return facts.flatMap((fact) =>
    fact.kind === 'written'
      ? fact.said.flatMap(({ id }) => {
          const seen = shown.get(id.toLowerCase())?.find((each) => each.version >= fact.version)
          return seen ? [seen.at - fact.at] : []
        })
      : [],
  )
}

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0
