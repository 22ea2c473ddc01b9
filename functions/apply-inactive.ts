/** Apply inactive: the INACTIVE endpoints of a copy → the standby, before the import makes their twins ACTIVE. */
import type { Context } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import { applyInactive } from '../shared/sync/copy/apply-inactive.ts'
import { whileLeased } from '../shared/sync/lane/lease.ts'

const { bucketIn, config, destinationIn, ledger, turnsIn, waiting } = wire()
const { standby } = config
const lane = { turns: turnsIn(standby), destination: destinationIn(standby), ...waiting }

export const handler = door(({ run }: { run: string }, context: Context) => {
  const turn = { owner: context.awsRequestId, deadline: now() + context.getRemainingTimeInMillis() }
  const task = { run, ledger, ...bucketIn(standby), destination: destinationIn(standby) }
  return whileLeased(lane, turn, ({ until }) => applyInactive(task, until))
})
