/** Closes a backlog's run: what its Import Job has brought is noted as sent, and all of it is looked at once more by the lane. */
import type { Region } from '../../endpoint/endpoint.ts'
import type { Bulk, JobState, Place } from '../../destinations/destination.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import { hasNothingToLoad } from '../../ledger/runs.ts'
import type { Run, Runs } from '../../ledger/runs.ts'
import { closeRun } from '../close-run.ts'
import type { Close } from '../close-run.ts'
import type { Files } from '../files.ts'
import { inGroups } from '../in-groups.ts'
import { whileLeased } from '../lane/lease.ts'
import type { Hold, Leased, Turn } from '../lane/lease.ts'
import { importedIds } from '../load/mark-touched.ts'
import { idMarkersFor } from '../lane/marker.ts'
import type { Marker } from '../lane/marker.ts'
import { stagingPrefix } from '../places.ts'
import { isLeaving } from '../lane/plan-remove.ts'
import { FENCE } from '../lane/fences.ts'
import { OPTED_OUT } from '../lane/plan.ts'

export interface CloseBacklog extends Leased {
  readonly run: string
  readonly region: Region
  readonly ledger: Pick<Runs, 'find' | 'note' | 'owed' | 'settle'>
  readonly bulk: Pick<Bulk, 'findImport'>
  readonly memory: Pick<LaneMemory, 'sent' | 'note'>
  /** The Region's. */
  readonly bucket: string
  readonly files: Files
  /** Into the Region's bulk lane, to be seen after so many seconds. */
  readonly mark: (markers: readonly Marker[], delaySeconds: number) => Promise<void>
  readonly close: Close
}

/**
 * `running`: the job may still write, and nothing has been done; ask again. Done again after a crash, it does the same again.
 * Throws when the Region does not say what has become of the job: until it does, the endpoints wait.
 */
export const closeBacklog = async (
  task: CloseBacklog,
  turn: Turn,
): Promise<{ readonly state: 'running' | 'closed' }> => {
  const { run, region, ledger, bulk, bucket, close } = task
  const found = await ledger.find(run)
  if (found) {
    const from = { bucket, prefix: stagingPrefix(run, 1) }
    const job = await bulk.findImport(from)
    if (job?.state === 'running') return { state: 'running' }
    await whileLeased(task, { ...turn, isEager: true }, async (hold) => {
      // First, so that nobody goes on with what is taken back here.
      await ledger.note({ ...found, closedAt: found.closedAt ?? close.now })
      await lift(from, endOf(found, job), task, hold)
    })
    await closeRun(run, close)
  }
  // Last: as long as it is there, somebody comes back and does all this again.
  for (const debt of await ledger.owed(region)) if (debt.run === run) await ledger.settle(debt)
  return { state: 'closed' }
}

/** `unasked`: there was no job. */
type End = 'whole' | 'broken' | 'unasked'

const endOf = ({ file }: Run, job: JobState | undefined): End => {
  if (!job) return 'unasked'
  const rows = file && !hasNothingToLoad(file) && 'accepted' in file ? file.accepted : Infinity
  const isClean = job.failures === 0 && job.failedPieces === 0
  return job.state === 'done' && isClean && job.processed >= rows ? 'whole' : 'broken'
}

/** As many as ten reads of the ledger take, side by side. */
const GROUP = 1_000

const lift = async (from: Place, end: End, task: CloseBacklog, hold: Hold): Promise<void> => {
  const { run, files, memory, mark } = task
  for await (const ids of inGroups(importedIds(from, files), GROUP)) {
    const sent = await memory.sent(ids)
    const ours = [...sent].filter(([, { importing }]) => importing?.run === run)
    await memory.note({ sent: new Map(ours.map(([id, note]) => [id, lifted(note, end, hold)])) })
    const since = Math.min(hold.now(), ...ours.flatMap(([, { importing }]) => importing?.since ?? []))
    // All of them, whoever has noted them before: a crash may have come before they were marked.
    await mark(idMarkersFor(ids, since), Math.ceil(fenceOf(end) / 1000))
    await hold.giveWay()
  }
}

/** Milliseconds in which the job's rows may still take effect, or a start of it whose answer was lost. */
const fenceOf = (end: End): number => (end === 'whole' ? FENCE.accepted : FENCE.unknown)

/** What the lane may have noted since, an opt-out or the beginning of a remove, it goes on with. */
const lifted = ({ importing: _, ...note }: Sent, end: End, hold: Hold): Sent => {
  const isAsInFile = note.state === 'unknown' && note.fingerprint !== OPTED_OUT && !isLeaving(note)
  return {
    ...note,
    fence: hold.after(isAsInFile ? fenceOf(end) : FENCE.unknown),
    ...(isAsInFile && end === 'whole' && { state: 'applied' as const }),
    ...(end === 'broken' && { byCall: true }),
  }
}
