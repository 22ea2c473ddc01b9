/** Apply inactive: the INACTIVE endpoints of a copy → the standby, before the import makes their twins ACTIVE. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { applyInactive } from '../shared/sync/apply-inactive.ts'

const { bucketIn, config, destinationIn } = wire()

export const handler = door(({ run }: { run: string }) =>
  applyInactive({ run, ...bucketIn(config.standby), destination: destinationIn(config.standby) }),
)
