/** What the two doors of the lanes do, once they are wired: the table's stream in, a Region's markers out. */
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Context, DynamoDBRecord, DynamoDBStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { Item } from '../sources/mapping.ts'
import type { LaneKind, TableChange } from '../sync/lane/mark-dirty.ts'
import { workLane } from '../sync/lane/work-lane.ts'
import { laneQueue, messagesOf } from './lane-queue.ts'
import { reportLane } from './metrics.ts'
import type { Wired } from './wire.ts'

/** The customer table's stream → markers in every Region's lanes. */
export const markChanges =
  ({ mapping, markDirty }: Pick<Wired, 'mapping' | 'markDirty'>) =>
  ({ Records }: DynamoDBStreamEvent): Promise<void> =>
    markDirty(Records.flatMap((record) => changeOf(record, mapping.key) ?? []))

const changeOf = ({ dynamodb }: DynamoDBRecord, keyName: string): TableChange | undefined => {
  const key = dynamodb?.Keys?.[keyName]?.S
  if (key === undefined) return undefined
  const { OldImage, NewImage, ApproximateCreationDateTime = 0 } = dynamodb ?? {}
  return { key, before: itemOf(OldImage), after: itemOf(NewImage), at: ApproximateCreationDateTime * 1000 }
}

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage']

const itemOf = (image: Image): Item | undefined =>
  // The SDK's own type of the same shape.
  image && unmarshall(image as Parameters<typeof unmarshall>[0], { wrapNumbers: Number })

/** Markers of one Region's lanes → that Region. Which lane they are of, the queue they came from says. */
export const sendChanges = (wired: Pick<Wired, 'laneParts' | 'queues'>) => {
  const { region, ...parts } = wired.laneParts()
  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const kind = kindOf(region, Records[0]?.eventSourceARN ?? '')
    const lane = {
      ...parts,
      region: region.region,
      kind,
      queue: laneQueue(wired.queues, region, Records, region[kind]),
      report: (figures: Parameters<typeof reportLane>[1]) => reportLane(region.region, figures),
    }
    const turn = {
      owner: context.awsRequestId,
      deadline: parts.now() + context.getRemainingTimeInMillis(),
    }
    const owed = await workLane(messagesOf(Records), lane, turn)
    return { batchItemFailures: owed.map((itemIdentifier) => ({ itemIdentifier })) }
  }
}

const kindOf = ({ urgent }: { urgent: string }, queueArn: string): LaneKind =>
  queueArn.split(':').at(-1) === urgent.split('/').at(-1) ? 'urgent' : 'bulk'
