/** Opens runs under names made of their cause, so that a cause that comes twice is one run. */
import { createHash } from 'node:crypto'
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import type { Region } from '../endpoint/endpoint.ts'
import type { Staged } from './load/load-region.ts'
import type { FileCounts, FileRefused, Run, Runs } from '../ledger/runs.ts'
import type { Checkpoint, Prepare } from './drop/prepared.ts'
import { stagingPrefix } from './places.ts'

/** Where files are dropped to be loaded, and where to see what they would do. */
export const DROPS = 'drops/'
export const DRY_RUNS = 'dry-run/'

/** One version of a dropped object. */
export interface Drop {
  readonly bucket: string
  readonly key: string
  readonly version: string
  /** ISO 8601. */
  readonly droppedAt: string
  /** The run in which it was held, and from which it was released then. */
  readonly released?: string
}

/** The name of a drop's run, which tells nothing of the key: that may hold a person's name. */
export const runOf = ({ bucket, key, version, released }: Drop): string =>
  released !== undefined
    ? `${released}-released`
    : `csv-${createHash('sha256')
        .update(JSON.stringify([bucket, key, version]))
        .digest('hex')
        .slice(0, 32)}`

export const doorOf = ({ key }: Pick<Drop, 'key'>): 'csv-drop' | 'dry-run' =>
  key.startsWith(DRY_RUNS) ? 'dry-run' : 'csv-drop'

/**
 * Opens the run of a drop, owed to every Region by `execution`, which will load it; a dry run owes nobody anything. Finding it open
 * changes nothing. The key stays in the ledger.
 */
export const openDrop = async (
  ledger: Runs,
  { droppedAt, ...source }: Drop,
  regions: readonly Region[],
  execution: string,
): Promise<void> => {
  const run = runOf({ ...source, droppedAt })
  const door = doorOf(source)
  if (await ledger.find(run)) return
  // An event and a sweep do not say the same to the second, and what is owed lies under it.
  const openedAt = await ledger.agree(run, 'cause', droppedAt)
  // Before the run itself: whoever comes back after a crash in between writes the same rows again.
  for (const region of door === 'csv-drop' ? regions : []) {
    const debt = { run, door, region, openedAt, execution } as const
    await ledger.owe({ ...debt, state: 'loading', attempts: 1, begunAt: openedAt, notBefore: openedAt })
  }
  await ledger.open({ run, door, openedAt, regions, source })
}

/** The object version that a drop's run is about, when it was dropped, whether a person has looked at it, and whether it is a dry run. */
export const sourceOf = async (
  ledger: Runs,
  run: string,
): Promise<Pick<Prepare, 'source' | 'droppedAt' | 'isReleased' | 'isDryRun'>> => {
  const { source, openedAt, door } = await ledger.get(run)
  const { bucket, key, version, released } = source
  if (!bucket || !key || !version) throw new ValueFreeError(`run ${run} is not about a drop`)
  return {
    ...{ source: { bucket, key, version }, droppedAt: openedAt },
    ...{ isReleased: released !== undefined, isDryRun: door === 'dry-run' },
  }
}

/** Writes down what was found in a run's file. */
export const noteFile = async (
  ledger: Pick<Runs, 'get' | 'note'>,
  run: string,
  file: FileCounts | FileRefused,
): Promise<Run> => {
  const noted = { ...(await ledger.get(run)), file }
  await ledger.note(noted)
  return noted
}

/** How many import files a run's file has become. */
export const partsOf = async (ledger: Pick<Runs, 'get'>, run: string): Promise<number> => {
  const { file } = await ledger.get(run)
  return file && 'parts' in file ? (file.parts ?? 1) : 1
}

/** Writes down how far a run's file has been prepared. */
export const noteProgress = async (
  ledger: Pick<Runs, 'get' | 'note'>,
  run: string,
  { counts, bytes }: Checkpoint,
): Promise<void> => ledger.note({ ...(await ledger.get(run)), progress: { rows: counts.rows, bytes } })

export interface CopyTask {
  /** The tick of the schedule, ISO 8601. */
  readonly slot: string
  /** ARN of the execution that makes the copy. */
  readonly execution: string
  readonly primary: Region
  readonly standby: Region
  /** The standby's. */
  readonly bucket: string
}

export interface OpenedCopy {
  readonly run: string
  /** False when another execution makes, or has made, this tick's copy. */
  readonly opened: boolean
  readonly standby: Region
  readonly from: Staged
}

/** Claims the copy of one tick, now (ISO 8601). Asked again by the execution that has it, says so again. */
export const openCopy = async (ledger: Runs, task: CopyTask, now: string): Promise<OpenedCopy> => {
  const { slot, execution, primary, standby, bucket } = task
  const run = `copy-${slot.replace(/\D/g, '').slice(0, 17)}`
  const source = { slot, execution, primary, standby }
  const isNew = await ledger.open({ run, door: 'region-copy', openedAt: now, regions: [standby], source })
  const found = await ledger.find(run)
  const opened = isNew || found?.source['execution'] === execution
  if (opened) {
    const debt = {
      run,
      door: 'region-copy',
      region: standby,
      openedAt: found?.openedAt ?? now,
      execution,
    } as const
    await ledger.owe({ ...debt, state: 'loading', attempts: 1, begunAt: now, notBefore: now })
  }
  // What a lane has ever dealt with is left out of the copy: whatever it has dealt with afterwards is later.
  const from = { bucket, prefix: stagingPrefix(run, 1), left: 0, at: '' }
  return { run, opened, standby, from }
}
