/** Close copy: the standby's outcome → the report, and the measured age of the recovery point. */
import { door } from '../shared/runtime/door.ts'
import { reportRecoveryPoint } from '../shared/runtime/metrics.ts'
import { wire } from '../shared/runtime/wire.ts'
import { closeCopy } from '../shared/sync/copy/close-copy.ts'

const { bucketIn, closing, config, memoryIn } = wire()
const { primary, standby } = config
const lanes = { primary: memoryIn(primary), standby: memoryIn(standby) }

export const handler = door(async ({ run, startedAt }: { run: string; startedAt: string }) => {
  const copy = { run, standby, exportStartedAt: startedAt }
  const { verdict, age } = await closeCopy(copy, { lanes, ...bucketIn(standby) }, closing())
  reportRecoveryPoint(standby, age)
  return { verdict, recoveryPointAge: age }
})
