/** A run's files into one Region: staged in its bucket, imported by its job, in the order of the runs' causes. */
import { isoOf } from '../../endpoint/iso-date.ts'
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Region } from '../../endpoint/endpoint.ts'
import type { Place } from '../../destinations/destination.ts'
import type { Load } from '../../ledger/import-intents.ts'
import type { LaneTurns } from '../../ledger/lane-turns.ts'
import type { Owed, RegionOutcome, Runs } from '../../ledger/runs.ts'
import type { Files, ObjectRef } from '../files.ts'
import { JOB_FAILED, NOT_OVER_IN_TIME } from './follow-job.ts'
import { freshLines } from './fresh-lines.ts'
import type { Fresh } from './fresh-lines.ts'
import { importPrefix, partName, stagedPartPrefix } from '../places.ts'
import { lines, utf8 } from '../text-lines.ts'

interface Bucket {
  readonly bucket: string
  readonly files: Files
}

/** The run's files are there no more (they are kept for thirty days): trying again will not help. */
export class FilesGone extends ValueFreeError {
  override readonly name = 'FilesGone'
}

/** Where a Region's Import Job finds a run's files. */
export interface Staged extends Place {
  /** Rows left out, as the customer table has sent newer ones since, or has removed the endpoint. */
  readonly left: number
  /** Rows there are; left out where nobody has counted them yet. */
  readonly rows?: number
  /** The run has another file after this one, or this file another slice. */
  readonly more?: boolean
  readonly moreSlices?: boolean
  /** From when they are (ISO 8601, the ledger's time): what the lane does later is newer. Left out where it does nothing later. */
  readonly at?: string
}

export interface Stage {
  /** Which of the run's import files, or which slice of it. */
  readonly load: Load
  /** How many files there are, and how many rows a slice has. */
  readonly parts: number
  readonly sliceRows: number
  readonly work: Bucket
  /** The Region's. */
  readonly target: Bucket
  readonly fresh: Fresh
  /** The Region's. */
  readonly turns: Pick<LaneTurns, 'time' | 'beginLoad'>
}

/** Milliseconds after which no execution of load-region runs any more, as the machine has it. */
const LONGEST_LOAD = 23 * 3_600_000

/**
 * Puts one of a run's import files into the Region's bucket, line by line through what has been heard and sent since the drop:
 * even a first attempt may come after the lane. From before that on the lane knows of the load. Throws {@link FilesGone}.
 */
export const stageFile = async (task: Stage): Promise<Staged> => {
  const { load, parts, sliceRows, work, target, fresh, turns } = task
  const { part, slice, run } = load
  const now = await turns.time()
  await turns.beginLoad(load, now + LONGEST_LOAD)
  const key = importPrefix(run) + partName(part)
  const prefix = stagedPartPrefix(load)
  const counts = { rows: 0, left: 0 }
  const whole = await linesOf({ bucket: work.bucket, key }, work)
  const end = { moreSlices: false }
  const lines = slice > 0 ? sliceOf(whole, slice, sliceRows, end) : whole
  const to = { bucket: target.bucket, key: prefix + partName(part) }
  await target.files.write(to, freshLines({ file: key, lines }, fresh, counts))
  return {
    bucket: target.bucket,
    prefix,
    ...counts,
    ...end,
    more: part < parts,
    at: isoOf(now),
  }
}

/** The nth lines of so many; says in `end` whether there are others behind them. */
async function* sliceOf(
  all: AsyncIterable<string>,
  slice: number,
  size: number,
  end: { moreSlices: boolean },
): AsyncGenerator<string> {
  let line = 0
  for await (const text of all) {
    if (line === slice * size) {
      end.moreSlices = true
      return
    }
    if (line >= (slice - 1) * size) yield text
    line += 1
  }
}

const linesOf = async (object: ObjectRef, { files }: Bucket): Promise<AsyncIterable<string>> => {
  const bytes = await files.read(object)
  if (!bytes) throw new FilesGone('an import file of the run is no longer in the work bucket')
  return lines(utf8(bytes))
}

/** The run has been closed: what it would have loaded has gone back to the lane. */
export class RunClosed extends ValueFreeError {
  override readonly name = 'RunClosed'
}

/** An older run has failed in the Region: this one waits with it, in the ledger, and not in an execution. */
export class BehindOlderRun extends ValueFreeError {
  override readonly name = 'BehindOlderRun'
}

/**
 * Whether it is the run's turn in the Region: jobs that overlap, or a newer file before an older one, would leave each
 * Region with other rows. `busy` while an older run is being loaded; throws {@link BehindOlderRun} when one has failed. A
 * copy does not wait for what has failed: it brings more than that; nor does a backlog, which brings what is newer. Throws
 * {@link RunClosed} when the backlog's run is over.
 */
export const turnIn = async (ledger: Runs, run: string, region: Region): Promise<'go' | 'busy'> => {
  const found = await ledger.find(run)
  if (found?.door === 'backlog' && found.closedAt) throw new RunClosed('the run is over')
  const isOlder = (owed: Owed) => `${owed.openedAt}#${owed.run}` < `${found?.openedAt ?? ''}#${run}`
  const older = (await ledger.owed(region)).filter(isOlder)
  if (older.some(({ state }) => state === 'loading')) return 'busy'
  const bringsMore = found?.door === 'region-copy' || found?.door === 'backlog'
  if (older.length === 0 || bringsMore) return 'go'
  throw new BehindOlderRun('an older run has failed in this Region')
}

/** The least wait before a failed load is tried again, and the longest (ms): at every tick for half an hour, then more rarely. */
const FIRST_RETRY = 5_000
const LONGEST_RETRY = 3_600_000
/** A file whose job the Region has FAILED so often is not the Region's trouble, and must not keep the others waiting. */
const FAILED_JOBS = 5

/**
 * Writes down what became of a run in a Region. A failed file of a drop stays owed, so that it is tried again without being
 * dropped again, but for what trying will not help; a failed copy does not, as the next one is complete anyway. A backlog
 * stays open until it has been closed, which is more than loaded.
 */
export const recordOutcome = async (ledger: Runs, run: string, said: RegionOutcome): Promise<void> => {
  const found = await ledger.get(run)
  const outcome = found.door === 'csv-drop' ? withReason(said) : said
  await ledger.record(run, outcome)
  const { region, result, attempt, at } = outcome
  if (found.door === 'backlog') return
  const owed = { run, door: found.door, region, openedAt: found.openedAt }
  if (result === 'applied' || found.door === 'region-copy' || isFinal(outcome)) return ledger.settle(owed)
  const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (attempt - 1))
  const notBefore = new Date(Date.parse(at) + wait).toISOString()
  await ledger.owe({ ...owed, state: 'failed', attempts: attempt, execution: '', begunAt: at, notBefore })
}

/**
 * Deletes of the Region's lane need not wait for the load any more. Where its job, given up or lost, may still be writing, they
 * go on waiting, as long as any load may take.
 */
export const endLoad = async (
  turns: Pick<LaneTurns, 'endLoad'>,
  run: string,
  { attempt, reason = '' }: Pick<RegionOutcome, 'attempt' | 'reason'>,
): Promise<void> => {
  if (reason !== NOT_OVER_IN_TIME && !reason.startsWith('States.')) await turns.endLoad({ run, attempt })
}

/** Refused rows that nobody has asked for one by one. */
const withReason = ({ named = 0, ...outcome }: RegionOutcome): RegionOutcome => ({
  ...outcome,
  ...(named > 0 && { named }),
  ...(outcome.result === 'applied' && outcome.failures > named && { reason: 'TOO_MANY_ROWS_TO_NAME' }),
})

const isFinal = ({ reason, attempt }: RegionOutcome): boolean =>
  reason === 'FilesGone' ||
  reason === 'BadRequestException' ||
  (reason === JOB_FAILED && attempt >= FAILED_JOBS)

/** The name of the execution that loads `run` into `region` for the nth time: a second start of it is refused by name. */
export const loadName = (run: string, region: Region, attempt: number): string =>
  `${run}-${region}-${attempt}`
