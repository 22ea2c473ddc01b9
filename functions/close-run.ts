/** Close run: every Region's outcome → the report and the verdict. */
import { door } from '../shared/runtime/door.ts'
import { wire } from '../shared/runtime/wire.ts'
import { closeRun } from '../shared/sync/close-run.ts'

const { closing } = wire()

export const handler = door(async ({ run }: { run: string }) => {
  const { verdict } = await closeRun(run, closing())
  return { verdict }
})
