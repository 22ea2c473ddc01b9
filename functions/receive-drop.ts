/** An object under the drop prefix → one execution of csv-drop for each of its versions. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { dropsIn } from '../shared/runtime/drop-event.ts'
import { startExecution } from '../shared/runtime/executions.ts'
import { instant, wire } from '../shared/runtime/wire.ts'
import { openDrop } from '../shared/sync/open-run.ts'

const { config, ledger, states } = wire()
const regions = config.regions.map(({ region }) => region)

export const handler = door(async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const failed: string[] = []
  for (const { messageId, body } of Records) {
    try {
      for (const drop of dropsIn(body)) {
        const run = await openDrop(ledger, drop, instant())
        await startExecution(states, config.csvDropMachine, run, { run, regions })
      }
    } catch {
      failed.push(messageId)
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
})
