/** An Import or Export Job from its start to its end: asked after ever more rarely, and for so many hours. */
import type { JobState, Started } from '../../destinations/destination.ts'

/** What a waiting state machine knows of an import or an export. */
export interface JobProgress {
  /** `busy`: the Region runs as many jobs as it may, or an older run has not been loaded yet; ask again for a place. */
  readonly state: 'busy' | 'running' | 'done' | 'failed'
  readonly job?: string
  readonly processed: number
  readonly failures: number
  readonly failedPieces: number
  /** Why it failed; '' while it has not. */
  readonly reason: string
  /** Times asked so far. */
  readonly turn: number
  /** Seconds to wait before asking again. */
  readonly wait: number
}

/** The Region's own word: the job is FAILED. */
export const JOB_FAILED = 'JOB_FAILED'

/** Ours: the job may still be running. */
export const NOT_OVER_IN_TIME = 'NOT_OVER_IN_TIME'

/** Where a machine's wait stands. */
export interface Turn {
  /** Times asked so far. */
  readonly turn: number
  /** After so many hours of waiting it is given up. */
  readonly hours: number
}

/** Starts an import or an export, or says when to ask again for a place. */
export const startJob = async (
  start: () => Promise<Started>,
  { turn, hours }: Turn,
): Promise<JobProgress> => {
  const started = await start()
  const none = { processed: 0, failures: 0, failedPieces: 0, reason: '' }
  if (started !== 'busy') return { ...none, state: 'running', job: started.job, turn: 0, wait: waitAfter(0) }
  const next = { ...none, turn: turn + 1, wait: waitAfter(turn) }
  return turn < turnsIn(hours) ? { ...next, state: 'busy' } : { ...next, state: 'failed', reason: 'NO_PLACE' }
}

/** Looks at a job; with each turn the next wait grows, so that a job of hours costs few events. */
export const checkJob = async (
  check: (job: string) => Promise<JobState>,
  job: string,
  { turn, hours }: Turn,
): Promise<JobProgress> => {
  const found = await check(job)
  const next = { ...found, job, reason: '', turn: turn + 1, wait: waitAfter(turn) }
  if (found.state === 'running' && turn >= turnsIn(hours))
    return { ...next, state: 'failed', reason: NOT_OVER_IN_TIME }
  return found.state === 'failed' ? { ...next, reason: JOB_FAILED } : next
}

/** A look costs nine events of an execution's history: five Regions that wait for six hours have 7,200 of them. */
const LONGEST = 150

/** 2, 2, 2, 3, 4 … seconds, then every two minutes and a half. */
export const waitAfter = (turn: number): number => Math.min(LONGEST, Math.max(2, Math.round(1.4 ** turn)))

/** The turns whose waits make up so many hours. */
export const turnsIn = (hours: number): number => {
  let turn = 0
  for (let waited = 0; waited < hours * 3_600; turn += 1) waited += waitAfter(turn)
  return turn
}
