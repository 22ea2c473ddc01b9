/** An export's files → an import file for the standby, and the INACTIVE endpoints that an import cannot carry. */
import { Readable } from 'node:stream'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { FileCounts } from '../ledger/runs.ts'
import { readExported } from '../sources/export-file.ts'
import type { Files } from './files.ts'
import { exportPrefix, inactiveKey, partName, stagingPrefix } from './places.ts'
import { gunzip, lines, utf8 } from './text-lines.ts'

export interface Rewrite {
  readonly run: string
  /** The standby's bucket: the export is there, and the import file goes there. */
  readonly bucket: string
  readonly files: Files
  /** The endpoints that the export job says it wrote. */
  readonly expected: number
}

/** An export that is not all there is worse than none: the recovery point stays where it was. */
export class ExportIncomplete extends Error {
  override readonly name = 'ExportIncomplete'
}

/**
 * Streams every part: gunzip, rewrite, write plain. Throws {@link ExportIncomplete} when the lines are not as many as the
 * job has counted, or a part is cut off.
 */
export const rewriteExport = async (task: Rewrite): Promise<FileCounts> => {
  const counts = { rows: 0, accepted: 0, rejected: 0, superseded: 0, inactive: 0 }
  const inactive: Endpoint[] = []
  const { bucket, files, run } = task
  await files.write({ bucket, key: stagingPrefix(run) + partName(1) }, importable(task, counts, inactive))
  await files.write({ bucket, key: inactiveKey(run) }, Readable.from([JSON.stringify(inactive)]))
  return counts
}

const COUNTED_AS = { importable: 'accepted', inactive: 'inactive', unusable: 'rejected' } as const

async function* importable(
  task: Rewrite,
  counts: { -readonly [count in keyof FileCounts]: number },
  inactive: Endpoint[],
): AsyncGenerator<string> {
  for await (const line of exportedLines(task)) {
    const exported = readExported(line)
    counts.rows += 1
    counts[COUNTED_AS[exported.kind]] += 1
    if (exported.kind === 'importable') yield `${JSON.stringify(exported.endpoint)}\n`
    if (exported.kind === 'inactive') inactive.push(exported.endpoint)
  }
  if (counts.rows !== task.expected) {
    throw new ExportIncomplete(`the job wrote ${task.expected} endpoints, ${counts.rows} are there`)
  }
}

async function* exportedLines({ run, bucket, files }: Rewrite): AsyncGenerator<string> {
  for (const key of await files.list(bucket, exportPrefix(run))) {
    // Objects of other kinds may lie beside the parts (AWS's own samples filter on .gz).
    if (!key.endsWith('.gz')) continue
    const bytes = await files.read({ bucket, key })
    if (!bytes) throw new ExportIncomplete('a part has gone')
    yield* lines(utf8(gunzip(bytes)))
  }
}
