/** An Import Job as it stands → what a load is to do next. Pure. */
import { JOB_FAILED } from './follow-job.ts'
import type { JobProgress } from './follow-job.ts'

/** What the machine knows of one import file on its way into a Region. */
export interface ImportProgress extends Omit<JobProgress, 'state'> {
  /** `refused`: what the job has not taken is to go by API. `mended`: it has gone. `split`: the file is to be imported in slices. */
  readonly state: JobProgress['state'] | 'refused' | 'mended' | 'split'
  /** Of the failures, those that are named beside the report. */
  readonly named: number
  /** Rows that were left out after the job, as the customer table has sent newer ones since. */
  readonly left: number
}

export interface Circumstances {
  readonly attempt: number
  /** Rows of the file; undefined where it is made good otherwise: by the next copy, or by the lane. */
  readonly rows: number | undefined
  /** A file of more rows does not go by API: it is cut into slices of so many. */
  readonly most: number
}

/** A file of more slices than these is left as it is: each is a job, and they hold up the drops behind. */
const MOST_SLICES = 12

/**
 * A job that has left out rows, or has failed for the second time after it had read some, is followed by calls, or by jobs on
 * slices of its file where that is too long for calls. A job with pieces that failed counts as failed, whatever it says of itself.
 */
export const judgeImport = (progress: JobProgress, circumstances: Circumstances): ImportProgress => {
  const { attempt, rows, most } = circumstances
  const judged = { ...withPieces(progress), named: 0, left: 0 }
  if (rows === undefined || rows > most * MOST_SLICES) return judged
  const isShort = judged.state === 'done' && judged.failures > 0
  // The Region's own word, and not ours: a job that we gave up may still write.
  const hasFailed = judged.state === 'failed' && judged.reason === JOB_FAILED
  const isHopeless = hasFailed && attempt > 1 && judged.processed > 0
  if (!isShort && !isHopeless) return judged
  return { ...judged, state: rows > most ? 'split' : 'refused', reason: '' }
}

const withPieces = (progress: JobProgress): JobProgress =>
  progress.state === 'done' && progress.failedPieces > 0
    ? { ...progress, state: 'failed', reason: JOB_FAILED }
    : progress
