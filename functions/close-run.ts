/** Close run: every Region's outcome, or the reason why the file could not be prepared → the report and the verdict. */
import type { FileRefused } from '../shared/ledger/runs.ts'
import { door } from '../shared/runtime/door.ts'
import { reportRecoveryPoint } from '../shared/runtime/metrics.ts'
import { wire } from '../shared/runtime/wire.ts'
import { closeRun } from '../shared/sync/close-run.ts'
import { recoveryPointAge } from '../shared/sync/copy/close-copy.ts'
import { noteFile } from '../shared/sync/open-run.ts'

const { closing, config, ledger } = wire()

export const handler = door(async ({ run, refused }: { run: string; refused?: FileRefused }) => {
  if (refused) await noteFile(ledger, run, refused)
  const close = closing()
  const { verdict, door: by } = await closeRun(run, close)
  // A copy that failed leaves the old point, which goes on ageing.
  if (by === 'region-copy') reportRecoveryPoint(config.standby, await recoveryPointAge(config.standby, close))
  return { verdict }
})
