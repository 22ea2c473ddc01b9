/** A run's files into one Region: staged in its bucket, imported by its job, in the order of the runs' causes. */
import type { Region } from '../endpoint/endpoint.ts'
import type { JobState, Place, Started } from '../destinations/destination.ts'
import type { Owed, RegionOutcome, Runs } from '../ledger/runs.ts'
import type { Files } from './files.ts'
import { importPrefix, stagingPrefix } from './places.ts'

interface Bucket {
  readonly bucket: string
  readonly files: Files
}

/** The run's files are there no more (they are kept for thirty days): trying again will not help. */
export class FilesGone extends Error {
  override readonly name = 'FilesGone'
}

/** Copies a run's import files from the work bucket into the Region's bucket. Throws {@link FilesGone}. */
export const stageFile = async (run: string, work: Bucket, target: Bucket): Promise<Place> => {
  const keys = await work.files.list(work.bucket, importPrefix(run))
  if (keys.length === 0) throw new FilesGone('the import files of the run are no longer in the work bucket')
  for (const key of keys) {
    const name = key.slice(importPrefix(run).length)
    await target.files.copy(
      { bucket: work.bucket, key },
      { bucket: target.bucket, key: stagingPrefix(run) + name },
    )
  }
  return { bucket: target.bucket, prefix: stagingPrefix(run) }
}

/** What a waiting state machine knows of an import or an export. */
export interface JobProgress {
  /** `busy`: the Region runs as many jobs as it may, or an older run has not been loaded yet; ask again for a place. */
  readonly state: 'busy' | 'running' | 'done' | 'failed'
  readonly job?: string
  readonly processed: number
  readonly failures: number
  /** Times asked so far. */
  readonly turn: number
  /** Seconds to wait before asking again. */
  readonly wait: number
}

/** After about six hours a job that is not done counts as failed; nine events a turn leave room in an execution's history. */
const TURNS = 190

/** Starts an import or an export, or says when to ask again. */
export const startJob = async (start: () => Promise<Started>, turn: number): Promise<JobProgress> => {
  const started = await start()
  const none = { processed: 0, failures: 0 }
  if (started !== 'busy') return { state: 'running', job: started.job, ...none, turn: 0, wait: waitAfter(0) }
  return { state: turn < TURNS ? 'busy' : 'failed', ...none, turn: turn + 1, wait: waitAfter(turn) }
}

/** Looks at a job; with each turn the next wait grows, so that a job of hours costs few events. */
export const checkJob = async (
  check: (job: string) => Promise<JobState>,
  job: string,
  turn: number,
): Promise<JobProgress> => {
  const found = await check(job)
  const state = found.state === 'running' && turn >= TURNS ? 'failed' : found.state
  return { ...found, state, job, turn: turn + 1, wait: waitAfter(turn) }
}

/** 2, 2, 3, 4, 6 … seconds, then every two minutes: 190 looks in six hours. */
export const waitAfter = (turn: number): number => Math.min(120, Math.max(2, Math.round(1.4 ** turn)))

/** An older run has failed in the Region: this one waits with it, in the ledger, and not in an execution. */
export class BehindOlderRun extends Error {
  override readonly name = 'BehindOlderRun'
}

/**
 * Whether it is the run's turn in the Region: jobs that overlap, or a newer file before an older one, would leave each
 * Region with other rows. `busy` while an older run is being loaded; throws {@link BehindOlderRun} when one has failed.
 */
export const turnIn = async (ledger: Runs, run: string, region: Region): Promise<'go' | 'busy'> => {
  const openedAt = (await ledger.find(run))?.openedAt ?? ''
  const isOlder = (owed: Owed) => `${owed.openedAt}#${owed.run}` < `${openedAt}#${run}`
  const older = (await ledger.owed(region)).filter(isOlder)
  if (older.some(({ state }) => state === 'failed'))
    throw new BehindOlderRun('an older run has failed in this Region')
  return older.length > 0 ? 'busy' : 'go'
}

/** The least wait before a failed load is tried again, and the longest (ms): at every tick for half an hour, then more rarely. */
const FIRST_RETRY = 5_000
const LONGEST_RETRY = 3_600_000

/**
 * Writes down what became of a run in a Region. A failed file of a drop stays owed, so that it is tried again without being
 * dropped again; a failed copy does not, as the next one is complete anyway.
 */
export const recordOutcome = async (ledger: Runs, run: string, outcome: RegionOutcome): Promise<void> => {
  await ledger.record(run, outcome)
  const found = await ledger.find(run)
  if (!found) throw new Error(`no run ${run} in the ledger`)
  const { region, result, attempt, reason } = outcome
  const owed = { run, door: found.door, region, openedAt: found.openedAt }
  if (result === 'applied' || found.door === 'region-copy' || reason === 'FilesGone')
    return ledger.settle(owed)
  const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (attempt - 1))
  const notBefore = new Date(Date.parse(outcome.at) + wait).toISOString()
  return ledger.owe({ ...owed, state: 'failed', attempts: attempt, execution: '', notBefore })
}

/** The name of the execution that loads `run` into `region` for the nth time: a second start of it is refused by name. */
export const loadName = (run: string, region: Region, attempt: number): string =>
  `${run}-${region}-${attempt}`
