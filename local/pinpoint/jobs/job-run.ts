/** The life of a job: from state to state by the clock, to COMPLETED or FAILED, or stuck on the way. */
import type { JobFate } from '../faults.ts'
import { Closed, type Timers } from '../timers.ts'
import { noteFailure, type Job, type JobStatus } from './job.ts'

export interface JobRun {
  readonly job: Job
  readonly fate: JobFate
  readonly timers: Timers
  /** How long the job stays in each state but PROCESSING, in milliseconds. */
  readonly stateMs: number
  /** How long what it wrote takes to become visible, in milliseconds. */
  readonly applyDelayMs: number
}

/** What a job does in INITIALIZING and in PROCESSING; it may throw, or leave failed pieces behind. */
export interface JobWork<Plan> {
  initialize(): Promise<Plan>
  process(plan: Plan): Promise<void>
}

/** Resolves once the job has ended, or the service was closed. Never rejects. */
export async function runJob<Plan>(run: JobRun, work: JobWork<Plan>): Promise<void> {
  try {
    await stay(run, 'CREATED')
    await stay(run, 'PREPARING_FOR_INITIALIZATION')
    run.job.JobStatus = 'INITIALIZING'
    const plan = await work.initialize()
    await stay(run, 'INITIALIZING')
    run.job.JobStatus = 'PROCESSING'
    await work.process(plan)
    await end(run)
  } catch (error) {
    if (!(error instanceof Closed)) await fail(run, error)
  }
}

/** Waits where a `stuck` fault of this run says so: at `rows` rows of PROCESSING. */
export async function stickAt(run: JobRun, rows: number): Promise<void> {
  const { stuck } = run.fate
  if (stuck === undefined || (stuck.state ?? 'PROCESSING') !== 'PROCESSING') return
  if (rows === (stuck.rows ?? 0)) await stick(run)
}

async function end(run: JobRun): Promise<void> {
  if (run.job.FailedPieces > 0) return fail(run)
  await stay(run, 'PENDING_JOB')
  await stay(run, 'COMPLETING', run.applyDelayMs)
  finish(run, 'COMPLETED')
}

async function fail(run: JobRun, error?: unknown): Promise<void> {
  if (error !== undefined) noteFailure(run.job, failureText(error))
  try {
    await stay(run, 'FAILING', run.applyDelayMs)
    finish(run, 'FAILED')
  } catch (closed) {
    if (!(closed instanceof Closed)) throw closed
  }
}

async function stay(run: JobRun, state: JobStatus, atLeastMs = 0): Promise<void> {
  run.job.JobStatus = state
  if (run.fate.stuck?.state === state) await stick(run)
  await run.timers.sleep(Math.max(run.stateMs, atLeastMs))
}

function stick({ fate, timers }: JobRun): Promise<void> {
  const ms = fate.stuck?.ms
  return ms === undefined ? timers.forever() : timers.sleep(ms)
}

function finish(run: JobRun, state: 'COMPLETED' | 'FAILED'): void {
  run.job.JobStatus = state
  run.job.CompletionDate = new Date(run.timers.now()).toISOString()
}

/** Such as `NoSuchBucket: The specified bucket does not exist: b`. */
export const failureText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
