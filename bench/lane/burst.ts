/** A burst of changed endpoints written to the customer table, brought to every Region by the deployed lanes. */
import { marshall } from '@aws-sdk/util-dynamodb'
import { countRegions } from '../../local/demo/summary.ts'
import { chunksOf } from '../../shared/ledger/chunks.ts'
import type { Call } from './calls.ts'
import type { Item } from './customers.ts'
import { burstFigures } from './figures.ts'
import type { BurstInRegion } from './figures.ts'
import type { PackagedStage } from './packaged-stage.ts'

export interface BurstFigures {
  readonly share: number
  readonly endpoints: number
  readonly regions: Readonly<Record<string, BurstInRegion>>
  /** Until the table had taken all items. */
  readonly writeSeconds: number
  /** From the first write until no lane owed anything, proofs included. */
  readonly wallSeconds: number
  /** Every Region holds every endpoint, and the same. */
  readonly isComplete: boolean
}

/** Writes at most so many items a call (DynamoDB developer guide, "Quotas"). */
const WRITES = 25

/** `calls`: filled while the lanes work. */
export const playBurst = async (
  { stage, regions }: PackagedStage,
  items: readonly Item[],
  share: number,
  calls: readonly Call[],
): Promise<BurstFigures> => {
  const startedAt = performance.now()
  const since = () => Math.round(performance.now() - startedAt) / 1000
  const table = stage.resource('hub', 'CustomerTable').ref
  for (const chunk of chunksOf(items, WRITES)) {
    // Without HTTP: the writers are not what is measured.
    const puts = chunk.map((item) => ({ PutRequest: { Item: marshall(item) } }))
    await stage.dynamodb.perform(regions.hub, 'BatchWriteItem', { RequestItems: { [table]: puts } })
  }
  const writeSeconds = since()
  await stage.idle()
  const wallSeconds = since()
  await stage.pinpoint.settled()
  const burst = { share, endpoints: items.length, startedAt }
  const names = Object.keys(regions.applications)
  return {
    share,
    endpoints: items.length,
    regions: Object.fromEntries(
      names.map((name) => [
        name,
        burstFigures(
          calls.filter(({ region }) => region === name),
          burst,
        ),
      ]),
    ),
    writeSeconds,
    wallSeconds,
    isComplete: countRegions(stage, regions).every(
      ({ endpoints, drift }) => endpoints === items.length && drift === 0,
    ),
  }
}
