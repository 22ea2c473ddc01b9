/** After an import: what the lane has ever dealt with is looked at again, as a row of the file may have undone it. */
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { Place } from '../../destinations/destination.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import type { Files } from '../files.ts'
import { inGroups } from '../in-groups.ts'
import type { LaneKind } from '../lane/mark-dirty.ts'
import { idMarkersFor } from '../lane/marker.ts'
import type { Marker } from '../lane/marker.ts'
import { parsedLines } from '../parsed.ts'
import { isGone, isLeaving } from '../lane/plan-remove.ts'
import { lines, utf8 } from '../text-lines.ts'

export interface MarkTouched {
  /** The files that were imported. */
  readonly from: Place
  readonly files: Files
  /** The Region's. */
  readonly memory: Pick<LaneMemory, 'sent'>
  /** Into the Region's lane of that kind. */
  readonly mark: (kind: LaneKind, markers: readonly Marker[]) => Promise<void>
  /** Ms since the epoch. */
  readonly now: number
}

/**
 * Marks, by force, the endpoints of the files that the lane has written, or removed, at any time that it remembers: they are sent,
 * or removed, once more, so that what the table owns is in every Region as the table has it. Which of them it dealt with before
 * the job and which meanwhile, their notes do not say: they are of when it planned. Returns how many. Throws when a file is gone:
 * then nobody knows whom it concerned.
 */
export const markTouched = async (task: MarkTouched): Promise<number> => {
  const { from, files, memory, mark, now } = task
  let count = 0
  for await (const group of inGroups(importedIds(from, files))) {
    const sent = await memory.sent(group)
    const touched = group.filter((id) => sent.has(id))
    const { urgent = [], bulk = [] } = Object.groupBy(touched, (id) => laneFor(sent.get(id)))
    if (urgent.length > 0) await mark('urgent', idMarkersFor(urgent, now, true))
    if (bulk.length > 0) await mark('bulk', idMarkersFor(bulk, now, true))
    count += touched.length
  }
  return count
}

/** Whoever may have been brought back goes first; a big file's other rows must not stand before somebody's opt-out. */
const laneFor = (note: Sent | undefined): LaneKind =>
  note && (isGone(note) || isLeaving(note) || note.optOut === 'ALL') ? 'urgent' : 'bulk'

/** The rows of an import file, in order. Throws when it is gone. */
export async function* importedRows({ bucket, prefix }: Place, files: Files): AsyncGenerator<Endpoint> {
  for (const key of await files.list(bucket, prefix)) {
    const bytes = await files.read({ bucket, key })
    if (!bytes) throw new ValueFreeError('an import file has gone from the bucket of its Region')
    yield* parsedLines<Endpoint>(lines(utf8(bytes)), key)
  }
}

/** Their ids. */
export async function* importedIds(from: Place, files: Files): AsyncGenerator<string> {
  for await (const { Id } of importedRows(from, files)) yield Id
}
