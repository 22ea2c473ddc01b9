/** Prepare file: a dropped file → import files, and a report of the rows that were set aside; as far as there is time. */
import type { Context } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { reportFile } from '../shared/runtime/metrics.ts'
import { wire } from '../shared/runtime/wire.ts'
import type { Checkpoint } from '../shared/sync/drop/prepared.ts'
import { noteFile, noteProgress, sourceOf } from '../shared/sync/open-run.ts'
import { prepareFile } from '../shared/sync/prepare-file.ts'

const { consents, ledger, work } = wire()
/** Milliseconds in which the last import file can be closed. */
const RESERVE = 120_000

export const handler = door(
  async ({ run, from }: { run: string; from: Checkpoint | { line: 0 } }, context: Context) => {
    const hasTime = () => context.getRemainingTimeInMillis() > RESERVE
    const dropped = await sourceOf(ledger, run)
    const prepared = await prepareFile({
      run,
      ...dropped,
      ...work,
      consents,
      hasTime,
      ...(from.line > 0 && { from: from as Checkpoint }),
    })
    const { state } = prepared
    if (state === 'unfinished') {
      await noteProgress(ledger, run, prepared.from)
      return { state, accepted: prepared.from.counts.accepted, from: prepared.from }
    }
    const file = state === 'done' ? { ...prepared.file, parts: prepared.parts } : prepared.file
    await noteFile(ledger, run, file)
    if ('code' in file) return { state, accepted: 0, refused: file.code }
    reportFile(file)
    return { state, accepted: file.accepted }
  },
)
