/** Rewrite export: gzip parts in the standby's bucket → an import file beside them. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { noteFile } from '../shared/sync/open-run.ts'
import { rewriteExport } from '../shared/sync/rewrite-export.ts'

const { bucketIn, config, ledger } = wire()

export const handler = door(async ({ run, expected }: { run: string; expected: number }) => {
  const file = await rewriteExport({ run, expected, ...bucketIn(config.standby) })
  await noteFile(ledger, run, file)
  return file
})
