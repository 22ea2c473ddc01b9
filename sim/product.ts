/** The product's modules, from the folder they are to be taken from: the repository, or a copy with a mistake put in. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Work from '../shared/sync/lane/work-lane.ts'
import type * as Mark from '../shared/sync/lane/mark-dirty.ts'
import type * as Markers from '../shared/sync/lane/marker.ts'
import type * as Ledger from '../shared/ledger/table.ts'
import type * as Memory from '../shared/ledger/lane-memory.ts'
import type * as Turns from '../shared/ledger/lane-turns.ts'
import type * as Register from '../shared/ledger/consents.ts'
import type * as Batch from '../shared/ledger/batch-get.ts'
import type * as Hash from '../shared/ledger/id-hash.ts'
import type * as Pinpoint from '../shared/destinations/pinpoint.ts'
import type * as Mappings from '../shared/sources/mapping.ts'
import type * as Runs from '../shared/ledger/runs.ts'
import type * as Open from '../shared/sync/open-run.ts'
import type * as OptOuts from '../shared/sync/drop/note-opt-outs.ts'
import type * as Load from '../shared/sync/load/load-region.ts'
import type * as Begin from '../shared/sync/load/begin-import.ts'
import type * as Follow from '../shared/sync/load/follow-job.ts'
import type * as Judge from '../shared/sync/load/judge-import.ts'
import type * as Mend from '../shared/sync/load/mend-part.ts'
import type * as Lease from '../shared/sync/lane/lease.ts'
import type * as Intents from '../shared/ledger/import-intents.ts'
import type * as Touched from '../shared/sync/load/mark-touched.ts'
import type * as Owed from '../shared/sync/load/settle-owed.ts'
import type * as Close from '../shared/sync/close-run.ts'
import type * as Places from '../shared/sync/places.ts'
import type * as Executions from '../shared/runtime/executions.ts'
import type * as Queues from '../shared/runtime/lane-queue.ts'

export const ROOT = join(import.meta.dirname, '..')

/** What the simulator runs of the product, unchanged. */
export const loadProduct = async (root: string = ROOT) => {
  const from = (file: string): Promise<unknown> =>
    import(/* @vite-ignore */ pathToFileURL(join(root, 'shared', file)).href)
  const { workLane } = (await from('sync/lane/work-lane.ts')) as typeof Work
  const { markChanges, everywhere } = (await from('sync/lane/mark-dirty.ts')) as typeof Mark
  const { idMarkersFor } = (await from('sync/lane/marker.ts')) as typeof Markers
  const { ledgerTable } = (await from('ledger/table.ts')) as typeof Ledger
  const { laneMemory } = (await from('ledger/lane-memory.ts')) as typeof Memory
  const { laneTurns } = (await from('ledger/lane-turns.ts')) as typeof Turns
  const { consentRegister } = (await from('ledger/consents.ts')) as typeof Register
  const { batchGet } = (await from('ledger/batch-get.ts')) as typeof Batch
  const { hashOf } = (await from('ledger/id-hash.ts')) as typeof Hash
  const { pinpointDestination } = (await from('destinations/pinpoint.ts')) as typeof Pinpoint
  const { readMapping } = (await from('sources/mapping.ts')) as typeof Mappings
  const { enqueue, laneQueue, messagesOf } = (await from('runtime/lane-queue.ts')) as typeof Queues
  const { runs } = (await from('ledger/runs.ts')) as typeof Runs
  const open = (await from('sync/open-run.ts')) as typeof Open
  const { noteOptOuts } = (await from('sync/drop/note-opt-outs.ts')) as typeof OptOuts
  const load = (await from('sync/load/load-region.ts')) as typeof Load
  const { beginImport } = (await from('sync/load/begin-import.ts')) as typeof Begin
  const { startJob, checkJob } = (await from('sync/load/follow-job.ts')) as typeof Follow
  const { judgeImport } = (await from('sync/load/judge-import.ts')) as typeof Judge
  const { mendPart, NOTHING_MENDED } = (await from('sync/load/mend-part.ts')) as typeof Mend
  const { whileLeased } = (await from('sync/lane/lease.ts')) as typeof Lease
  const { importIntents } = (await from('ledger/import-intents.ts')) as typeof Intents
  const { markTouched } = (await from('sync/load/mark-touched.ts')) as typeof Touched
  const { settleOwed } = (await from('sync/load/settle-owed.ts')) as typeof Owed
  const close = (await from('sync/close-run.ts')) as typeof Close
  const { importPrefix, partName } = (await from('sync/places.ts')) as typeof Places
  const executions = (await from('runtime/executions.ts')) as typeof Executions
  return {
    imports: {
      ...{
        beginImport,
        startJob,
        checkJob,
        judgeImport,
        mendPart,
        NOTHING_MENDED,
        whileLeased,
        importIntents,
      },
      ...{ runs, noteOptOuts, markTouched, settleOwed, importPrefix, partName },
      ...{ ...open, ...load, ...close, ...executions },
    },
    ...{ workLane, markChanges, everywhere, idMarkersFor, enqueue, laneQueue, messagesOf },
    ...{ ledgerTable, laneMemory, laneTurns, consentRegister, batchGet, hashOf },
    ...{ pinpointDestination, readMapping },
  }
}

export type Product = Awaited<ReturnType<typeof loadProduct>>
