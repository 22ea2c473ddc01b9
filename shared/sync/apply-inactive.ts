/** INACTIVE endpoints of a copy → the standby by API: an import cannot carry the status and would make them ACTIVE. */
import { put } from '../endpoint/change.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { tally } from '../endpoint/outcome.ts'
import type { Tally } from '../endpoint/outcome.ts'
import type { Destination } from '../destinations/destination.ts'
import type { Runs } from '../ledger/runs.ts'
import type { Files } from './files.ts'
import { noteFile } from './open-run.ts'
import { inactiveKey } from './places.ts'
import { utf8 } from './text-lines.ts'

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
  if (!bytes) throw new Error('the list of INACTIVE endpoints has gone')
  let text = ''
  for await (const chunk of utf8(bytes)) text += chunk
  const endpoints = JSON.parse(text) as Endpoint[]
  const counts = tally(await destination.apply(endpoints.map(put), until))
  if (counts.failed > 0) {
    throw new Error(`the Region did not take ${counts.failed} of ${endpoints.length} INACTIVE endpoints`)
  }
  if (counts.rejected > 0) await noteRejected(ledger, run, counts.rejected)
  return counts
}

const noteRejected = async (ledger: Runs, run: string, rejected: number): Promise<void> => {
  const file = (await ledger.find(run))?.file
  if (!file || 'code' in file) return
  await noteFile(ledger, run, {
    ...file,
    rejected: file.rejected + rejected,
    inactive: file.inactive - rejected,
  })
}
