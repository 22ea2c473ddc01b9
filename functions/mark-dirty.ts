/** The customer table's stream → a dirty marker in every Region's lane. */
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { enqueue } from '../shared/runtime/lane-queue.ts'
import { wire } from '../shared/runtime/wire.ts'
import { markDirty } from '../shared/sync/mark-dirty.ts'

const { config, queues, regionOf } = wire()
const regions = config.regions.map(({ region }) => region)

export const handler = door(({ Records }: DynamoDBStreamEvent) => {
  const ids = Records.flatMap(({ dynamodb }) => dynamodb?.Keys?.['Id']?.S ?? [])
  return markDirty(ids, regions, (region, markers) => enqueue(queues, regionOf(region).lane, markers))
})
