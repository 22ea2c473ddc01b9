/** Close copy: the standby's outcome → the report, and the measured age of the recovery point. */
import { door } from '../shared/runtime/door.ts'
import { reportRecoveryPoint } from '../shared/runtime/metrics.ts'
import { wire } from '../shared/runtime/wire.ts'
import { closeCopy } from '../shared/sync/close-copy.ts'

const { closing, config } = wire()

export const handler = door(async ({ run, startedAt }: { run: string; startedAt: string }) => {
  const { verdict, age } = await closeCopy(
    { run, standby: config.standby, exportStartedAt: startedAt },
    closing(),
  )
  reportRecoveryPoint(config.standby, age)
  return { verdict, recoveryPointAge: age }
})
