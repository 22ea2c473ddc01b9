/** Rewrite export: gzip parts in the standby's bucket → an import file beside them. */
import type { Place } from '../shared/destinations/destination.ts'
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { noteFile } from '../shared/sync/open-run.ts'
import { rewriteExport } from '../shared/sync/rewrite-export.ts'

const { bucketIn, config, ledger, memoryIn } = wire()

const tableOwned = async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const sent = [config.primary, config.standby].map((region) => memoryIn(region).sent(ids))
  return new Set((await Promise.all(sent)).flatMap((known) => [...known.keys()]))
}

interface RewriteExport {
  readonly run: string
  readonly exported: Place
  readonly expected: number
}

export const handler = door(async ({ run, exported, expected }: RewriteExport) => {
  const file = await rewriteExport({ run, exported, expected, tableOwned, ...bucketIn(config.standby) })
  await noteFile(ledger, run, file)
  return file
})
