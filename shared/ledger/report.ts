/** A run's report: a pure function of its rows in the ledger. */
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
 * fewer rows than it was given. `refused`: nothing was imported.
 */
export type Verdict = 'complete' | 'complete-with-rejects' | 'partial' | 'refused'

export const reportOf = (run: Run, outcomes: readonly RegionOutcome[]): Report => ({
  run: run.run,
  door: run.door,
  verdict: verdictOf(run, outcomes),
  openedAt: run.openedAt,
  closedAt: run.closedAt,
  source: run.source,
  file: run.file,
  regions: outcomes
    .map(({ region, result, reason, processed, failures, attempt }) => ({
      region,
      result,
      ...(reason !== undefined && { reason }),
      processed,
      failures,
      attempt,
    }))
    .sort((a, b) => (a.region < b.region ? -1 : 1)),
})

const verdictOf = ({ file }: Run, outcomes: readonly RegionOutcome[]): Verdict => {
  if (file && 'code' in file) return 'refused'
  const accepted = file?.accepted
  const whole = outcomes.every(
    ({ result, failures, processed }) =>
      result === 'applied' && failures === 0 && (accepted === undefined || processed === accepted),
  )
  if (!whole) return 'partial'
  return file && file.rejected > 0 ? 'complete-with-rejects' : 'complete'
}
