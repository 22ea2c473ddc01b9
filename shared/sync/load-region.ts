/** A run's files into one Region: staged in its bucket, imported by its job, written down. */
import type { Region } from '../endpoint/endpoint.ts'
import type { JobState, Place, Started } from '../destinations/destination.ts'
import type { RegionOutcome, Runs } from '../ledger/runs.ts'
import type { Files } from './files.ts'
import { importPrefix, stagingPrefix } from './places.ts'

/** Copies a run's import files from the work bucket into the Region's bucket. `target` are the files of that Region. */
export const stageFile = async (
  run: string,
  work: { bucket: string; files: Files },
  target: { bucket: string; files: Files },
): Promise<Place> => {
  for (const key of await work.files.list(work.bucket, importPrefix(run))) {
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
  /** `busy`: the Region runs as many jobs as it may; ask again for a place. */
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

/**
 * Writes down what became of a run in a Region. A failed file of a drop stays owed, so that it is tried again without being
 * dropped again; a failed copy does not, as the next one is complete anyway.
 */
export const recordOutcome = async (ledger: Runs, run: string, outcome: RegionOutcome): Promise<void> => {
  await ledger.record(run, outcome)
  const { region, result, attempt } = outcome
  const door = (await ledger.find(run))?.door
  if (result === 'failed' && door === 'csv-drop') await ledger.owe({ run, region, attempts: attempt })
  else await ledger.settle(run, region)
}

/** The name of the execution that loads `run` into `region` for the nth time: a second start of it is refused by name. */
export const loadName = (run: string, region: Region, attempt: number): string =>
  `${run}-${region}-${attempt}`
