/** Open copy: claims the run of one tick of the schedule; a second claim ends it politely. */
import { door } from '../shared/runtime/door.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import { openCopy } from '../shared/sync/open-run.ts'

const { bucketIn, config, ledger } = wire()

export const handler = door(({ slot, execution }: { slot: string; execution: string }) => {
  const { primary, standby } = config
  return openCopy(ledger, { slot, execution, primary, standby, bucket: bucketIn(standby).bucket }, instant())
})
