/** Opens runs under names made of their cause, so that a cause that comes twice is one run. */
import { createHash } from 'node:crypto'
import type { Region } from '../endpoint/endpoint.ts'
import type { Place } from '../destinations/destination.ts'
import type { FileCounts, FileRefused, Runs } from '../ledger/runs.ts'
import type { ObjectRef } from './files.ts'
import { exportPrefix, stagingPrefix } from './places.ts'

/** One version of a dropped object. */
export interface Drop {
  readonly bucket: string
  readonly key: string
  readonly version: string
}

/** Opens the run of a drop, or finds it open. The key, which may hold a name, stays in the ledger; the run's name tells nothing of it. */
export const openDrop = async (ledger: Runs, drop: Drop, openedAt: string): Promise<string> => {
  const cause = JSON.stringify([drop.bucket, drop.key, drop.version])
  const run = `csv-${createHash('sha256').update(cause).digest('hex').slice(0, 32)}`
  await ledger.open({ run, door: 'csv-drop', openedAt, source: { ...drop } })
  return run
}

/** The object version that a drop's run is about. */
export const sourceOf = async (ledger: Runs, run: string): Promise<ObjectRef> => {
  const { bucket, key, version } = (await ledger.find(run))?.source ?? {}
  if (!bucket || !key || !version) throw new Error(`no drop ${run} in the ledger`)
  return { bucket, key, version }
}

/** Writes down what was found in a run's file. */
export const noteFile = async (ledger: Runs, run: string, file: FileCounts | FileRefused): Promise<void> => {
  const opened = await ledger.find(run)
  if (!opened) throw new Error(`no run ${run} in the ledger`)
  await ledger.note({ ...opened, file })
}

export interface CopyTask {
  /** The tick of the schedule, ISO 8601. */
  readonly slot: string
  readonly primary: Region
  readonly standby: Region
  /** The standby's. */
  readonly bucket: string
}

export interface OpenedCopy {
  readonly run: string
  /** False when this tick's copy is done or in hand. */
  readonly opened: boolean
  readonly standby: Region
  readonly to: Place
  readonly from: Place
}

export const openCopy = async (ledger: Runs, task: CopyTask, openedAt: string): Promise<OpenedCopy> => {
  const { slot, primary, standby, bucket } = task
  const run = `copy-${slot.replace(/\D/g, '').slice(0, 17)}`
  const opened = await ledger.open({ run, door: 'region-copy', openedAt, source: { slot, primary, standby } })
  return {
    run,
    opened,
    standby,
    to: { bucket, prefix: exportPrefix(run) },
    from: { bucket, prefix: stagingPrefix(run) },
  }
}
