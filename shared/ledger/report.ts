/** A run's report: a pure function of its rows in the ledger. */
import { hasNothingToLoad } from './runs.ts'
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
}

/**
 * `complete`: every row is in every Region. `complete-with-rejects`: every good row is. `partial`: a Region failed, or took
 * fewer rows than it was given. `refused`: nothing was imported. `held`: nothing was, and a person is to decide.
 */
export type Verdict = 'complete' | 'complete-with-rejects' | 'partial' | 'refused' | 'held'

export const reportOf = (run: Run, outcomes: readonly RegionOutcome[]): Report => ({
  run: run.run,
  door: run.door,
  verdict: verdictOf(run, outcomes),
  openedAt: run.openedAt,
  closedAt: run.closedAt,
  source: run.source,
  file: run.file,
  regions: heardOf(run, outcomes).map(withoutTime),
})

/** An outcome for each Region that was meant to load something. */
const heardOf = ({ file, regions }: Run, outcomes: readonly RegionOutcome[]): readonly RegionOutcome[] =>
  file && hasNothingToLoad(file)
    ? outcomes
    : regions.map((region) => outcomes.find((outcome) => outcome.region === region) ?? unheardOf(region))

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

const verdictOf = ({ file, regions }: Run, outcomes: readonly RegionOutcome[]): Verdict => {
  if (file && 'code' in file) return file.held ? 'held' : 'refused'
  const rejects: Verdict = file && file.rejected > 0 ? 'complete-with-rejects' : 'complete'
  if (file?.behind) return 'partial'
  if (file?.accepted === 0) return rejects
  const isWhole = ({ result, failures, processed, left }: RegionOutcome) =>
    result === 'applied' && failures === 0 && processed + left === file?.accepted
  const whole = outcomes.filter(isWhole).map(({ region }) => region)
  return regions.every((region) => whole.includes(region)) ? rejects : 'partial'
}
