/** Rewrite export: gzip parts in the standby's bucket → an import file beside them. */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { noteFile } from '../shared/sync/open-run.ts'
import { rewriteExport } from '../shared/sync/copy/rewrite-export.ts'

const { bucketIn, config, consents, ledger, markIds, memoryIn } = wire()
const memories = { primary: memoryIn(config.primary), standby: memoryIn(config.standby) }

interface RewriteExport {
  readonly run: string
  readonly exported: Place
  readonly expected: number
  readonly startedAt: string
}

export const handler = door(async ({ startedAt, ...task }: RewriteExport) => {
  const lanes = { ...memories, consents, exportStartedAt: startedAt }
  const file = await rewriteExport({ ...task, lanes, markIds, ...bucketIn(config.standby) })
  await noteFile(ledger, task.run, file)
  return file
})
