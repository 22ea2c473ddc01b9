/** An object under the drop prefix → one execution of csv-drop for each of its versions. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { door, logTrouble } from '../shared/runtime/door.ts'
import { startDrop } from '../shared/runtime/drop-doors.ts'
import { dropsIn } from '../shared/runtime/drop-event.ts'
import { wire } from '../shared/runtime/wire.ts'

const start = startDrop(wire())

const receive = async (body: string): Promise<void> => {
  for (const drop of dropsIn(body)) await start(drop)
}

export const handler = door(async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const results = await Promise.allSettled(Records.map(({ body }) => receive(body)))
  const failed = Records.filter((_, at) => logTrouble(results[at]))
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
})
