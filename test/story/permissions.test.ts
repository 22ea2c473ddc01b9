import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { customersCsv } from '../fixtures/make-customers.ts'
import { OTHERS, PRIMARY, REGIONS, STANDBY, openStory, regions, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

/** Grants that these stories do not need, each for a reason. */
const NEEDED_ELSEWHERE = [
  // What operators do, which operators.test.ts sees to.
  /-(Replay|Reconcile|ReconcileMachine|ReconcileSchedule|Redrive|HoldLane|ReleaseDrop|Receipts)Role-/,
  // A backlog that goes by Import Job, and an import that undoes what a lane has done: backlog.test.ts sees to them.
  /-(OpenBacklog|StageBacklog|CloseBacklog|LoadBacklog|BacklogSchedule|MarkTouched)Role-/,
  // An opt-out that a Region took itself, which is for all of them, and markers that go back to their queue.
  /SendChanges\w+Role-.*: sqs:(SendMessage .*-urgent-|ChangeMessageVisibility )/,
  // An opt-out in a file, of somebody whom the lane has sent within seconds: fresh-lines.test.ts sees to it.
  /StageFileRole.*: sqs:SendMessage .*-urgent-/,
  // Rows that an Import Job leaves out: refused-rows.test.ts sees to them.
  /-MendPartRole-|LoadRegionRole.*: lambda:InvokeFunction .*mend-part$/,
  // Only a file of more than 5 MB goes up in parts, which an error takes back.
  /s3:AbortMultipartUpload/,
  // Lambda's poller and Pinpoint's jobs ask this of AWS before they begin.
  /dynamodb:ListStreams|s3:GetBucketLocation/,
  // Step Functions, when the parent execution is stopped.
  /states:StopExecution/,
  // A file that is gone: S3 says so only to those who may list.
  /(PrepareFile|StageFile|ForecastRegion)Role.*: s3:ListBucket /,
  // An INACTIVE endpoint that the standby refuses, and a load that somebody stops.
  /ApplyInactiveRole.*: (mobiletargeting:UpdateEndpoint|dynamodb:GetItem) /,
  /CsvDropRole.*: lambda:InvokeFunction .*record-outcome$/,
  // A standby that is behind when a copy begins.
  /RewriteExportRole.*: sqs:SendMessage |CloseCopyRole.*: dynamodb:BatchGetItem /,
  // A debt that nobody pays any more; a second attempt, or a copy, that is under way at a tick.
  /SettleOwedRole.*: dynamodb:DeleteItem /,
  /SettleOwedRole.*: states:DescribeExecution .*(load-region|region-copy):/,
  // What is left when mark-dirty has failed for a day.
  /sqs:SendMessage .*stream-failures$/,
]

/** A drop whose event is lost. */
const loseAnEvent = async (story: Story): Promise<void> => {
  const drops = story.stage.sqs.queue(regions.hub, 'samepoint-drops')
  drops?.configure({ DelaySeconds: '900' })
  await story.drop('unheard-of.csv', '')
  drops?.purge()
  drops?.configure({ DelaySeconds: '0' })
  await story.fire('samepoint-sweep-drops', Date.now() + 3_600_000)
}

const tellEverything = async (story: Story): Promise<void> => {
  // Nothing to copy, and nothing to import.
  await story.fire('samepoint-region-copy', Date.now() - 3_600_000)
  await story.drop('empty.csv', '')
  await story.drop('customers.csv', customersCsv(4, 3), {}, 'dry-run/')
  await loseAnEvent(story)
  await story.settled()
  const TableName = story.names.customerTable
  const put = (Id: string, more: object = {}) =>
    story.documents.send(
      new PutCommand({
        TableName,
        Item: { Id, Address: `${Id}@example.com`, ChannelType: 'EMAIL', ...more },
      }),
    )
  // More names of attributes than a project may have: the item that brings them is looked for one by one.
  for (let at = 0; at < 6; at += 1) {
    const names = Array.from({ length: 45 }, (_, number) => [`Name${45 * at + number}`, ['x']] as const)
    await put(`u-${at}`, { Attributes: Object.fromEntries(names) })
  }
  await put('gone')
  await story.settled()
  await story.documents.send(new DeleteCommand({ TableName, Key: { Id: 'gone' } }))
  await story.settled()

  for (const region of OTHERS) {
    story.stage.pinpoint.faults.add({ kind: 'error', region, operation: 'UpdateEndpointsBatch', times: 1 })
  }
  // A job whose answer is lost: it is looked for.
  for (const region of REGIONS) {
    const lost = { kind: 'down', applied: true, times: 1 } as const
    story.stage.pinpoint.faults.add({ ...lost, region, operation: 'CreateImportJob' })
  }
  story.stage.faults.down(STANDBY)
  await put('late')
  await story.drop('customers.csv', customersCsv(20, 3))
  await until('the drop is under way', () =>
    story.executions('csv-drop').some(({ status }) => status === 'RUNNING'),
  )
  await story.fire('samepoint-settle-owed')
  await until('the run is closed', async () => (await story.reports()).length === 5)
  story.stage.faults.up(STANDBY)
  await until('the debt is paid', async () =>
    (await story.reports()).every(({ verdict }) => verdict !== 'partial'),
  )
  await story.settled()
  // Twins that only the primary knows: one of them is INACTIVE.
  await story.putIn(
    PRIMARY,
    ['twin-1', 'twin-2'].map((Id) => ({ Id, Address: 'twin@example.com', ChannelType: 'EMAIL' })),
  )
  await story.fire('samepoint-region-copy')
  await story.settled()
  story.stage.pinpoint.faults.add({ kind: 'down', region: '*', operation: 'CreateExportJob' })
  await story.fire('samepoint-region-copy', Date.now() + 3_600_000)
  await story.settled()
}

it('every permission that the templates grant is used, and none is missing', async () => {
  const story = await openStory()
  await tellEverything(story)
  const { iam } = story.stage
  expect(iam.denials()).toEqual([])
  const idle = iam
    .unused()
    .map(({ role, action, resource }) => `${role}: ${action} ${resource}`)
    .filter((grant) => !NEEDED_ELSEWHERE.some((known) => known.test(grant)))
  expect(idle).toEqual([])
  await story.close()
}, 240_000)
