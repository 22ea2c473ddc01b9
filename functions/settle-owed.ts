/** Settle owed: every five minutes, tries again what a Region is still owed of the dropped files. */
import { door } from '../shared/runtime/door.ts'
import { executionArn, executionState, startExecution } from '../shared/runtime/executions.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import { settleOwed } from '../shared/sync/load/settle-owed.ts'

const { config, ledger, states } = wire()
const machine = config.loadRegionMachine

export const handler = door(() =>
  settleOwed({
    ledger,
    regions: config.regions.map(({ region }) => region),
    now: instant(),
    stateOf: (execution) => executionState(states, execution),
    loadArn: (name) => executionArn(machine, name),
    load: (name, input) => startExecution(states, machine, name, input),
  }),
)
