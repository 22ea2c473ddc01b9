/** A run in words: what broke and how to see it again; what was tried; and one line of figures for a machine. */
import type { History } from '../history/history.ts'
import type { Violation } from '../history/facts.ts'
import { traceOf } from '../history/trace.ts'
import type { RunFigures } from './run.ts'

export const complaint = (
  history: History,
  violation: Violation,
  { trace, commit }: { trace: number; commit: string },
): string => {
  const { seed, plan, facts } = history
  const { monitor, what, region = 'all Regions', id = 'all endpoints' } = violation
  return [
    '',
    `seed ${seed} breaks ${monitor}: ${what}`,
    `  ${region}, ${id}, ${((violation.at - (facts[0]?.at ?? 0)) / 1000).toFixed(3)} s after the first write; commit ${commit}`,
    `  ${plan.shape} items, ${plan.regions.length} Regions, ${plan.people} people, ${plan.writes} writes${plan.isFair ? ', no faults' : ''}`,
    ...traceOf(facts, violation, trace).map((line) => `  ${line.slice(0, 200)}`),
    `  again: npm run sim -- --from ${seed} --seeds 1`,
    '',
  ].join('\n')
}

export interface RunContext {
  readonly seconds: number
  readonly kept: number
  readonly from: number
  readonly isWanting: boolean
  readonly commit: string
}

export const summary = (
  figures: RunFigures,
  { seconds, kept, from, isWanting, commit }: RunContext,
): string => {
  const { coverage, pairs, together } = figures
  const faults = coverage.faults()
  const total = Object.values(faults).reduce((sum, count) => sum + count, 0)
  const rate = Math.round((figures.histories / seconds) * 10) / 10
  return [
    '',
    `${figures.histories} histories (${kept} kept ones first) in ${seconds.toFixed(1)} s, ${rate} a second; ${figures.failures} broken`,
    `Faults: ${total}`,
    ...table(faults),
    'Seen:',
    ...table(coverage.sights()),
    `Done after the faults were over: half in ${figures.convergedP50} s, all in ${figures.convergedMax} s`,
    `Healthy Regions, p99 from commit to effect: ${pairs.p99With} ms with another's outage, ${pairs.p99Without} ms without (${pairs.pairs} pairs, ${pairs.writes} writes)`,
    ...together.map(({ monitor, what }) => `broken ${monitor}: ${what}`),
    ...(isWanting ? [`Never came up: ${coverage.missing().join(', ')}`] : []),
    JSON.stringify({
      bench: 'sim',
      commit,
      from,
      histories: figures.histories,
      failures: figures.failures + together.length,
      violations: figures.violations,
      historiesPerSecond: rate,
      events: figures.events,
      faults: total,
      faultKinds: Object.values(faults).filter((count) => count > 0).length,
      neverCameUp: coverage.missing(),
      pairs,
      convergedMaxSeconds: figures.convergedMax,
    }),
  ].join('\n')
}

const table = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)
