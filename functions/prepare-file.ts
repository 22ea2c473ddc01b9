/** Prepare file: a dropped CSV file → an import file, and a report of the rows that were set aside. */
import { door } from '../shared/runtime/door.ts'
import { reportFile } from '../shared/runtime/metrics.ts'
import { wire } from '../shared/runtime/wire.ts'
import { noteFile, sourceOf } from '../shared/sync/open-run.ts'
import { prepareFile } from '../shared/sync/prepare-file.ts'

const { consents, ledger, work } = wire()

export const handler = door(async ({ run }: { run: string }) => {
  const file = await prepareFile({ run, ...(await sourceOf(ledger, run)), ...work, consents })
  await noteFile(ledger, run, file)
  if ('code' in file) return { accepted: 0, refused: file.code }
  reportFile(file)
  return { accepted: file.accepted }
})
