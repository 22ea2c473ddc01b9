/** Dirty markers of one Region's lane → that Region, as the customer table is now. Deployed once for each Region. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { door } from '../shared/runtime/door.ts'
import { giveBack, idsIn } from '../shared/runtime/lane-queue.ts'
import { reportLane } from '../shared/runtime/metrics.ts'
import { now, wire } from '../shared/runtime/wire.ts'
import { sendLane } from '../shared/sync/send-lane.ts'

const { lane, queues, regionOf } = wire()
const own = lane()
const { lane: queue, region } = regionOf(own.destination.region)

export const handler = door(async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const turn = { owner: context.awsRequestId, deadline: now() + context.getRemainingTimeInMillis() }
  const outcomes = await sendLane(idsIn(Records), own, turn)
  reportLane(region, outcomes.values())
  return giveBack(queues, queue, Records, outcomes)
})
