/** A slice of the seeds that every change has to get through. */
import { lineOf } from '../../sim/history/chronicle.ts'
import { runHistory } from '../../sim/history/history.ts'
import { loadProduct } from '../../sim/product.ts'
import { PAIR_EVERY } from '../../sim/runs/paired.ts'
import { complaint } from '../../sim/runs/report.ts'
import { runSeeds } from '../../sim/runs/run.ts'
import type { RunFigures } from '../../sim/runs/run.ts'

/** What broke, as the command line tells it; with the seeds' figures. */
export const slice = async (seeds: readonly number[]): Promise<{ broken: string[]; figures: RunFigures }> => {
  const broken: string[] = []
  const figures = await runSeeds({
    product: await loadProduct(),
    seeds,
    pairEvery: PAIR_EVERY,
    isOver: (failures) => failures >= 3,
    failed: (history, violation) => broken.push(complaint(history, violation, { trace: 30, commit: 'this' })),
    progress: () => undefined,
  })
  return { broken, figures }
}

export const seedsFrom = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at)

/** The hash of a history, and its last line, run by itself. */
export const replayed = async (seed: number): Promise<readonly [string, string]> => {
  const { hash, facts } = await runHistory({ seed, product: await loadProduct() })
  const last = facts.at(-1)
  return [hash, last ? lineOf(last) : '']
}
