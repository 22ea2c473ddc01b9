/** INACTIVE endpoints of a copy → the standby by API: an import cannot carry the status and would make them ACTIVE. */
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import { put } from '../../endpoint/change.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import { tally } from '../../endpoint/outcome.ts'
import type { Tally } from '../../endpoint/outcome.ts'
import type { Destination } from '../../destinations/destination.ts'
import type { Runs } from '../../ledger/runs.ts'
import type { Files } from '../files.ts'
import { noteFile } from '../open-run.ts'
import { parsed } from '../parsed.ts'
import { inactiveKey } from '../places.ts'
import { textOf } from '../text-lines.ts'

export interface ApplyInactive {
  readonly run: string
  readonly ledger: Runs
  readonly bucket: string
  readonly files: Files
  readonly destination: Destination
}

/**
 * Throws when the Region did not take them all for now: the step is then tried again, and says the same again. Those that
 * it never takes count as rejected in the run's file. No call is begun after `until` (ms).
 */
export const applyInactive = async (task: ApplyInactive, until: number): Promise<Tally> => {
  const { run, ledger, bucket, files, destination } = task
  const bytes = await files.read({ bucket, key: inactiveKey(run) })
  if (!bytes) throw new ValueFreeError('the list of INACTIVE endpoints has gone')
  const endpoints = parsed<Endpoint[]>(await textOf(bytes), 'the list of INACTIVE endpoints')
  const counts = tally(await destination.apply(endpoints.map(put), { until }))
  if (counts.failed > 0) {
    throw new ValueFreeError(
      `the Region did not take ${counts.failed} of ${endpoints.length} INACTIVE endpoints`,
    )
  }
  if (counts.rejected > 0)
    await noteRejected(ledger, run, { all: endpoints.length, rejected: counts.rejected })
  return counts
}

/** Counted from the whole, so that a step that is done again counts the same again. */
const noteRejected = async (
  ledger: Runs,
  run: string,
  inactive: { all: number; rejected: number },
): Promise<void> => {
  const file = (await ledger.find(run))?.file
  if (!file || 'code' in file) return
  const unusable = file.rows - file.accepted - file.superseded - file.tableOwned - inactive.all
  const counts = { rejected: unusable + inactive.rejected, inactive: inactive.all - inactive.rejected }
  await noteFile(ledger, run, { ...file, ...counts })
}
