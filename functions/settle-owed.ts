/** Every five minutes: tries again what a Region still owes of the dropped files. */
import { door } from '../shared/runtime/door.ts'
import { startExecution } from '../shared/runtime/executions.ts'
import { wire } from '../shared/runtime/wire.ts'
import { loadName } from '../shared/sync/load-region.ts'

const { config, ledger, states } = wire()

export const handler = door(async () => {
  const owed = await ledger.owed()
  for (const { run, region, attempts } of owed) {
    const attempt = attempts + 1
    await startExecution(states, config.loadRegionMachine, loadName(run, region, attempt), {
      run,
      region,
      attempt,
    })
  }
  return { owed: owed.length }
})
