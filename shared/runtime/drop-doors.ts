/** What the doors of a drop do, with everything they need handed in. */
import type { Context } from 'aws-lambda'
import dropMappings from '#drop-mappings' with { type: 'json' }
import { linesToLoad } from '../ledger/runs.ts'
import { readDropMappings } from '../sources/drop-mapping.ts'
import type { Checkpoint, Prepared } from '../sync/drop/prepared.ts'
import { doorOf, noteFile, noteProgress, openDrop, runOf, sourceOf } from '../sync/open-run.ts'
import type { Drop } from '../sync/open-run.ts'
import { prepareFile } from '../sync/drop/prepare-file.ts'
import { sweepDrops } from '../sync/drop/sweep-drops.ts'
import { logTrouble } from './door.ts'
import { executionArn, startExecution } from './executions.ts'
import { reportFile, reportSweep } from './metrics.ts'
import type { Wired } from './wire.ts'

/** Opens a drop's run and starts its execution; nothing happens when that has been done. */
export const startDrop = ({ config, ledger, states }: Pick<Wired, 'config' | 'ledger' | 'states'>) => {
  const regions = config.regions.map(({ region }) => region)
  const machine = config.csvDropMachine
  return async (drop: Drop): Promise<void> => {
    const run = runOf(drop)
    await openDrop(ledger, drop, regions, executionArn(machine, run))
    await startExecution(states, machine, run, { run, regions, door: doorOf(drop) })
  }
}

/** `slot`: the tick of the schedule, ISO 8601. Answers how many files no event has told of, and how many of them had trouble. */
export const sweep = (wired: Wired) => {
  const { ledger, dropVersions } = wired
  return async ({ slot }: { slot: string }): Promise<{ found: number; troubled: number }> => {
    const pages = dropVersions()
    const { found, troubles } = await sweepDrops({ ledger, pages, slot, start: startDrop(wired) })
    troubles.forEach(logTrouble)
    reportSweep(found)
    return { found, troubled: troubles.length }
  }
}

export interface PrepareFile {
  readonly run: string
  /** Where the call before has left off; `line` 0: there was none. */
  readonly from: Checkpoint | { readonly line: 0 }
}

/** What the state machine knows of a file. */
export interface FileState {
  readonly state: Prepared['state']
  /** Lines that a Region could take, so far. */
  readonly accepted: number
  readonly from?: Checkpoint
  readonly refused?: string
}

/** Milliseconds in which the last import file can be closed. */
const RESERVE = 120_000

export const prepareDrop = ({ consents, ledger, work }: Pick<Wired, 'consents' | 'ledger' | 'work'>) => {
  const mappings = readDropMappings(dropMappings)
  return async ({ run, from }: PrepareFile, context: Context): Promise<FileState> => {
    const drop = await sourceOf(ledger, run)
    const prepared = await prepareFile({
      ...{ run, ...drop, ...work, consents, mappings },
      hasTime: () => context.getRemainingTimeInMillis() > RESERVE,
      ...('parts' in from && { from }),
    })
    const { state } = prepared
    if (state === 'unfinished') {
      await noteProgress(ledger, run, prepared.from)
      return { state, accepted: linesToLoad(prepared.from.counts), from: prepared.from }
    }
    const file = state === 'done' ? { ...prepared.file, parts: prepared.parts } : prepared.file
    await noteFile(ledger, run, file)
    if ('code' in file) return { state, accepted: 0, refused: file.code }
    if (!drop.isDryRun) reportFile(file)
    return { state, accepted: linesToLoad(file) }
  }
}
