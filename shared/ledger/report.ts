/** A run's report: a pure function of its rows in the ledger. */
import type { Forecast } from './forecast.ts'
import { hasNothingToLoad, linesToLoad } from './runs.ts'
import type { FileCounts, FileRefused, RegionOutcome, Run } from './runs.ts'

export interface Report {
  readonly run: string
  readonly door: Run['door']
  readonly verdict: Verdict
  readonly openedAt: string
  readonly closedAt: string | undefined
  readonly source: Run['source']
  readonly file: FileCounts | FileRefused | undefined
  readonly regions: readonly Omit<RegionOutcome, 'at'>[]
  /** Only of a dry run: what the file would do in each Region. */
  readonly forecasts?: readonly Forecast[]
}

/**
 * `complete`: every row is in every Region. `complete-with-rejects`: every good row is. `partial`: a Region failed, or took
 * fewer rows than it was given. `refused`: nothing was imported. `held`: nothing was, and a person is to decide. `dry-run`: nothing
 * was to be, and the forecasts say what would be.
 */
export type Verdict = 'complete' | 'complete-with-rejects' | 'partial' | 'refused' | 'held' | 'dry-run'

export const reportOf = (
  run: Run,
  outcomes: readonly RegionOutcome[],
  forecasts: readonly Forecast[] = [],
): Report => ({
  run: run.run,
  door: run.door,
  verdict: verdictOf(run, outcomes),
  openedAt: run.openedAt,
  closedAt: run.closedAt,
  source: run.source,
  file: run.file,
  regions: heardOf(run, outcomes).map(withoutTime),
  ...(isDry(run) && { forecasts: run.regions.map((region) => forecastIn(region, forecasts)) }),
})

/** Changes nothing, and no Region is meant to load it. */
const isDry = ({ door }: Run): boolean => door === 'dry-run'

const forecastIn = (region: string, forecasts: readonly Forecast[]): Forecast => {
  const found = forecasts.find((forecast) => forecast.region === region)
  if (!found) return { region, how: 'unknown', reason: 'NOT_LOOKED_AT' }
  const { how, effects, sample, reason, load } = found
  return {
    ...{ region, how },
    ...(effects && { effects }),
    ...(sample && { sample }),
    ...(reason !== undefined && { reason }),
    ...(load && { load }),
  }
}

/** An outcome for each Region that was meant to load something. */
const heardOf = (run: Run, outcomes: readonly RegionOutcome[]): readonly RegionOutcome[] =>
  isDry(run) || (run.file && hasNothingToLoad(run.file))
    ? outcomes
    : run.regions.map((region) => outcomes.find((outcome) => outcome.region === region) ?? unheardOf(region))

const unheardOf = (region: string): RegionOutcome => ({
  region,
  result: 'failed',
  reason: 'NOT_LOADED',
  processed: 0,
  failures: 0,
  left: 0,
  attempt: 0,
  at: '',
})

const withoutTime = ({
  region,
  result,
  reason,
  processed,
  failures,
  named,
  left,
  attempt,
}: RegionOutcome): Report['regions'][number] => ({
  region,
  result,
  ...(reason !== undefined && { reason }),
  processed,
  failures,
  ...(named !== undefined && { named }),
  left,
  attempt,
})

const verdictOf = (run: Run, outcomes: readonly RegionOutcome[]): Verdict => {
  const { file, regions } = run
  if (file && 'code' in file) return file.held ? 'held' : 'refused'
  if (isDry(run)) return 'dry-run'
  const rejects: Verdict = file && file.rejected > 0 ? 'complete-with-rejects' : 'complete'
  if (file?.behind) return 'partial'
  if (file && hasNothingToLoad(file)) return rejects
  const whole = outcomes.filter((outcome) => file && isWhole(file, outcome)).map(({ region }) => region)
  return regions.every((region) => whole.includes(region)) ? rejects : 'partial'
}

/** The Region has taken every line but those that were left out. */
const isWhole = (file: FileCounts, { result, failures, processed, left }: RegionOutcome): boolean =>
  result === 'applied' && failures === 0 && processed + left === linesToLoad(file)
