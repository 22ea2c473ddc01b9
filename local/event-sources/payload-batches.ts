/** Batches that fit into one invocation. */
import { MAX_PAYLOAD_BYTES } from '../lambda/invocation.ts'

// `{"Records":[` and `]}` around the records.
const ENVELOPE_BYTES = 14

/** How many of the first `most` records fit into one payload of 6 MiB: at least one, however large it is. */
export const fitting = (records: readonly object[], most: number): number => {
  let bytes = ENVELOPE_BYTES
  const limit = Math.min(most, records.length)
  for (let count = 0; count < limit; count++) {
    bytes += Buffer.byteLength(JSON.stringify(records[count])) + 1
    if (bytes > MAX_PAYLOAD_BYTES) return Math.max(1, count)
  }
  return limit
}
