/** Record outcome: what became of a run in one Region → the ledger, and the report if it is out already. */
import { door } from '../shared/runtime/door.ts'
import { reportLoad } from '../shared/runtime/metrics.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import type { RegionOutcome } from '../shared/ledger/runs.ts'
import { refreshReport } from '../shared/sync/close-run.ts'
import { endLoad, recordOutcome } from '../shared/sync/load/load-region.ts'

const { closing, ledger, turnsIn } = wire()

export const handler = door(async ({ run, outcome }: { run: string; outcome: Omit<RegionOutcome, 'at'> }) => {
  await recordOutcome(ledger, run, { ...outcome, at: instant() })
  await endLoad(turnsIn(outcome.region), run, outcome)
  await refreshReport(run, closing())
  reportLoad(outcome.region, outcome.result, outcome.failures)
  return { result: outcome.result }
})
