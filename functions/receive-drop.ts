/** An object under the drop prefix → one execution of csv-drop for each of its versions. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { door, logTrouble } from '../shared/runtime/door.ts'
import { dropsIn } from '../shared/runtime/drop-event.ts'
import { executionArn, startExecution } from '../shared/runtime/executions.ts'
import { wire } from '../shared/runtime/wire.ts'
import { openDrop, runOf } from '../shared/sync/open-run.ts'

const { config, ledger, states } = wire()
const regions = config.regions.map(({ region }) => region)

const receive = async (body: string): Promise<void> => {
  for (const drop of dropsIn(body)) {
    const run = runOf(drop)
    await openDrop(ledger, drop, regions, executionArn(config.csvDropMachine, run))
    await startExecution(states, config.csvDropMachine, run, { run, regions })
  }
}

export const handler = door(async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const results = await Promise.allSettled(Records.map(({ body }) => receive(body)))
  const failed = Records.filter((_, at) => logTrouble(results[at]))
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
})
