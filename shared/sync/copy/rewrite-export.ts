/** An export's files → an import file for the standby, and the INACTIVE endpoints that an import cannot carry. */
import { Readable } from 'node:stream'
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import type { FileCounts } from '../../ledger/runs.ts'
import { readExported } from '../../sources/export-file.ts'
import type { Place } from '../../destinations/destination.ts'
import type { Files } from '../files.ts'
import { inGroups } from '../in-groups.ts'
import type { LaneKind } from '../lane/mark-dirty.ts'
import { behindKey, inactiveKey, partName, stagingPrefix } from '../places.ts'
import { tableOwned } from './table-owned.ts'
import type { Behind, Lanes } from './table-owned.ts'
import { gunzip, lines, utf8 } from '../text-lines.ts'

export interface Rewrite {
  readonly run: string
  /** Under which the export job wrote. */
  readonly exported: Place
  /** The standby's bucket: the import file goes there. */
  readonly bucket: string
  readonly files: Files
  /** The endpoints that the export job says it wrote. */
  readonly expected: number
  readonly lanes: Lanes
  /** Makes every Region's lane look at these endpoints again. */
  readonly markIds: (ids: readonly string[], kind: LaneKind) => Promise<void>
}

/** An export that is not all there is worse than none: the recovery point stays where it was. */
export class ExportIncomplete extends ValueFreeError {
  override readonly name = 'ExportIncomplete'
}

/**
 * Streams every part: gunzip, rewrite, write plain. What the customer table owns is left out: it reaches the standby by its
 * lane, and a copy made before the row was changed or deleted would undo that. Throws {@link ExportIncomplete} when the
 * lines are not as many as the job has counted, or a part is gone.
 */
export const rewriteExport = async (task: Rewrite): Promise<FileCounts> => {
  const found: Found = {
    counts: { rows: 0, accepted: 0, rejected: 0, superseded: 0, inactive: 0, tableOwned: 0 },
    inactive: [],
    behind: [],
  }
  const { bucket, files, run } = task
  await files.write({ bucket, key: stagingPrefix(run, 1) + partName(1) }, importable(task, found))
  await files.write({ bucket, key: inactiveKey(run) }, Readable.from([JSON.stringify(found.inactive)]))
  await files.write({ bucket, key: behindKey(run) }, Readable.from([JSON.stringify(found.behind)]))
  return found.counts
}

/** Filled while the export is read. */
interface Found {
  readonly counts: { -readonly [count in keyof FileCounts]: FileCounts[count] }
  readonly inactive: Endpoint[]
  readonly behind: Behind[]
}

async function* importable(task: Rewrite, { counts, inactive, behind }: Found): AsyncGenerator<string> {
  for await (const group of inGroups(exportedLines(task))) {
    counts.rows += group.length
    const usable = group.map(readExported).filter((line) => line.kind !== 'unusable')
    counts.rejected += group.length - usable.length
    const owned = await tableOwned(
      usable.map(({ endpoint }) => endpoint),
      task.lanes,
    )
    behind.push(...owned.behind)
    if (owned.dirty.length > 0) await task.markIds(owned.dirty, 'urgent')
    for (const { kind, endpoint } of usable) {
      const countedAs = owned.ids.has(endpoint.Id) ? 'tableOwned' : COUNTED_AS[kind]
      counts[countedAs] += 1
      if (countedAs === 'accepted') yield `${JSON.stringify(endpoint)}\n`
      if (countedAs === 'inactive') inactive.push(endpoint)
    }
  }
  if (counts.rows !== task.expected) {
    throw new ExportIncomplete(`the job wrote ${task.expected} endpoints, ${counts.rows} are there`)
  }
}

const COUNTED_AS = { importable: 'accepted', inactive: 'inactive' } as const

async function* exportedLines({ exported: { bucket, prefix }, files }: Rewrite): AsyncGenerator<string> {
  for (const key of await files.list(bucket, prefix)) {
    // Objects of other kinds may lie beside the parts (AWS's own samples filter on .gz).
    if (!key.endsWith('.gz')) continue
    const bytes = await files.read({ bucket, key })
    if (!bytes) throw new ExportIncomplete('a part has gone')
    yield* lines(utf8(gunzip(bytes)))
  }
}
