/** Many histories, one after the other, and what came of them. */
import { runHistory } from '../history/history.ts'
import type { History } from '../history/history.ts'
import type { Violation } from '../history/facts.ts'
import type { Product } from '../product.ts'
import { coverageOf } from './coverage.ts'
import type { Coverage } from './coverage.ts'
import { pairsOf, quantile } from './paired.ts'
import type { PairFigures } from './paired.ts'

export interface RunOptions {
  readonly product: Product
  readonly seeds: readonly number[]
  /** Every so many histories one is run again without an outage; 0: none is. */
  readonly pairEvery: number
  /** The run ends with the first failure. */
  readonly isOver: (failures: number) => boolean
  readonly failed: (history: History, violation: Violation) => void
  readonly progress: (done: number, failures: number) => void
}

export interface RunFigures {
  readonly histories: number
  readonly failures: number
  /** Failures by monitor. */
  readonly violations: Readonly<Record<string, number>>
  readonly events: number
  readonly pairs: PairFigures
  /** Virtual seconds from the calm until all was done. */
  readonly convergedP50: number
  readonly convergedMax: number
  readonly coverage: Coverage
  /** What only many histories together can break. */
  readonly together: readonly Violation[]
}

export const runSeeds = async (options: RunOptions): Promise<RunFigures> => {
  const { product, seeds, pairEvery, isOver, failed, progress } = options
  const coverage = coverageOf()
  const pairs = pairsOf()
  const converged: number[] = []
  const violations: Record<string, number> = {}
  let [histories, failures, events] = [0, 0, 0]
  for (const seed of seeds) {
    const history = await runHistory({ seed, product })
    histories += 1
    events += history.events
    coverage.see(history.facts, history.faults)
    if (history.convergedAfter !== undefined) converged.push(history.convergedAfter)
    if (pairEvery > 0 && histories % pairEvery === 0) await pairs.add(history, product)
    const [violation] = history.violations
    if (violation) {
      failures += 1
      violations[violation.monitor] = (violations[violation.monitor] ?? 0) + 1
      failed(history, violation)
      if (isOver(failures)) break
    }
    progress(histories, failures)
    // Whoever else lives in this process gets a turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    ...{ histories, failures, violations, events, coverage },
    pairs: pairs.figures(),
    convergedP50: Math.round(quantile(converged, 0.5) / 1000),
    convergedMax: Math.round(Math.max(0, ...converged) / 1000),
    together: pairs.verdict(),
  }
}
