import { setTimeout } from 'node:timers/promises'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tableChanges } from '../../local/demo/table-items.ts'
import { FENCE } from '../../shared/sync/lane/fences.ts'
import { put, putAll, remove } from './customers.ts'
import { OTHERS, REGIONS, STANDBY, agree, openStory, regions, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'
import { packagedWith } from './packaged-with.ts'
import type { Packaged } from './packaged-with.ts'

const ITEMS = 2_000
/** Rows after which the job stands still, and for how long. */
const STUCK = { rows: 200, ms: 20_000 } as const
/** Grants that this story does not need, each for a reason. */
const NEEDED_ELSEWHERE = [
  // A part of more than 5 MB, which an error takes back; a load that somebody stops; a remove that comes in the bulk lane.
  /s3:AbortMultipartUpload|states:StopExecution|StageBacklogRole.*: sqs:SendMessage .*urgent/,
]
/** The bucket, the project or a queue of another Region. */
const ELSEWHERE = new RegExp(`(-\\d{12}|urgent|bulk|mobiletargeting:)-?(${OTHERS.join('|')})`)
const OF_BACKLOGS = /(Open|Stage|Close|Load)Backlog|BacklogSchedule/

describe('a backlog', () => {
  let packaged: Packaged
  let story: Story
  beforeAll(async () => {
    packaged = await packagedWith({ bulkThreshold: '300', quotaShare: '1' })
  })
  afterAll(() => packaged.remove())
  beforeEach(async () => {
    // Schedules are fired by hand, when the story has come so far. Staging takes its time, which its state must give it.
    story = await openStory({ packages: packaged.packages, schedules: () => false, timeScale: 4 })
  })
  afterEach(() => story.close())

  const reconcile = () =>
    story.stage.lambda.invoke(regions.hub, 'samepoint-reconcile', { regions: [STANDBY] })
  const loads = () => story.executions('load-backlog').map(({ status }) => status)
  const ledger = async (pk: string) => {
    const { Items } = await story.documents.send(
      new QueryCommand({
        TableName: story.names.ledgerTable,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      }),
    )
    return Items
  }
  /** The ids in the files that the Region's job reads. */
  const staged = async (): Promise<string[]> => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const s3 = new S3Client({
      region: STANDBY,
      endpoint: story.stage.url,
      credentials,
      forcePathStyle: true,
    })
    const Bucket = story.stage.resource('regional', 'RegionBucket', STANDBY).ref
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'staging/backlog-' }))
    const texts = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
        return (await Body?.transformToString()) ?? ''
      }),
    )
    const rows = texts.join('').split('\n').filter(Boolean)
    expect(rows.every((row) => !/"OptOut":"NONE"|EndpointStatus/.test(row))).toBe(true)
    return rows.map((row) => (JSON.parse(row) as { Id: string }).Id)
  }

  it('of a Region that was down goes by Import Job, opt-outs and deletes ahead of it', async () => {
    const { written, updated } = tableChanges(ITEMS, Date.now())
    story.stage.faults.down(STANDBY)
    await putAll(story, written)
    await putAll(story, updated)
    // As after a day of small changes, there are more markers than two senders can take at a time.
    for (let times = 0; times < 3; times += 1) await reconcile()
    await until(
      'the other Regions have it',
      () => OTHERS.every((region) => story.count(region) === ITEMS),
      120,
    )
    await until('the Region counts as down', async () => {
      const rows = (await ledger(`lane#${STANDBY}`)) ?? []
      return rows.some(({ breaker }) => (breaker as { probeAt?: number } | undefined)?.probeAt !== undefined)
    })
    // While the Region does not answer, there is nobody to give a file to.
    await story.fire('samepoint-open-backlog')
    expect(loads()).toEqual([])

    story.stage.pinpoint.faults.add({
      ...{ kind: 'stuck', region: STANDBY, operation: 'ImportJob', ...STUCK, times: 1 },
    })
    story.stage.faults.up(STANDBY)
    await until(
      'the backlog is taken up',
      async () => {
        await story.fire('samepoint-open-backlog')
        return loads().length > 0
      },
      120,
    )
    await until('the files are there', async () => (await ledger(`owed#${STANDBY}`))?.length === 1, 120)
    const isThere = (id: string) => story.endpoint(STANDBY, id) !== undefined
    await until(
      'the job has done its first rows',
      async () => (await staged()).filter(isThere).length >= STUCK.rows,
      120,
    )
    const ids = await staged()
    const items = new Map([...written, ...updated].map((item) => [item.Id, item]))
    const isIn = (id: string) => items.get(id)?.['OptOut'] !== 'ALL'
    const [here, notYet] = [true, false].map((there) => ids.filter((id) => isThere(id) === there && isIn(id)))
    const out = [...(here ?? []).slice(0, 5), ...(notYet ?? []).slice(-5)]
    const gone = [here?.at(-1) ?? '', notYet?.at(-6) ?? '']
    for (const id of out) {
      const item = items.get(id) ?? { Id: id }
      await put(story, { ...item, OptOut: 'ALL', ConsentDate: new Date().toISOString() })
    }
    for (const id of gone) await remove(story, id)
    const isOut = (id: string) => story.endpoint(STANDBY, id)?.OptOut === 'ALL'
    await until('the opt-outs are in force', () => [...out, gone[0] ?? ''].every(isOut))
    // The job still stands still.
    expect(loads()).toEqual(['RUNNING'])
    expect(ids.filter(isThere).length).toBeLessThan(ids.length)

    await until('the run is closed', () => loads()[0] !== 'RUNNING', 120)
    await until('the Regions agree', () => agree(story.census()), 120)
    expect(loads()).toEqual(['SUCCEEDED'])
    expect(out.every(isOut)).toBe(true)
    for (const region of REGIONS) {
      expect(story.count(region)).toBe(ITEMS - gone.length)
      expect(gone.filter((id) => story.endpoint(region, id))).toEqual([])
    }
    expect(await ledger(`owed#${STANDBY}`)).toEqual([])
    expect(await story.reports()).toMatchObject([
      {
        door: 'backlog',
        verdict: 'complete',
        file: { accepted: ids.length },
        regions: [{ region: STANDBY, processed: ids.length, failures: 0 }],
      },
    ])
    const { iam } = story.stage
    expect(iam.denials()).toEqual([])
    const idle = iam
      .unused()
      .map(({ role, action, resource }) => `${role}: ${action} ${resource}`)
      .filter((grant) => OF_BACKLOGS.test(grant) && !ELSEWHERE.test(grant))
    expect(idle.filter((grant) => !NEEDED_ELSEWHERE.some((known) => known.test(grant)))).toEqual([])
  }, 300_000)

  it('that is small is left to the lane', async () => {
    await putAll(story, tableChanges(30, Date.now()).written)
    await story.fire('samepoint-open-backlog')
    await story.settled()
    expect(loads()).toEqual([])
    expect(agree(story.census())).toBe(true)
  })
})

describe('customers whom the table is done with while a file that has them is imported', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory({ schedules: () => false })
  })
  afterEach(() => story.close())

  it('stay deleted, and as the table has them', async () => {
    const write = (Id: string, Address: string) => put(story, { Id, Address, ChannelType: 'EMAIL' })
    await write('ada', 'ada@example.com')
    await write('bob', 'bob@example.com')
    await story.settled()
    // A file leaves out whoever was sent something that may not be in effect yet when it is dropped.
    await setTimeout(FENCE.accepted + 1_000)
    const others = Array.from({ length: 40 }, (_, at) => `p-${at},p-${at}@example.com,EMAIL`)
    for (const region of REGIONS) {
      story.stage.pinpoint.faults.add({
        ...{ kind: 'stuck', region, operation: 'ImportJob', rows: 20, ms: 15_000, times: 1 },
      })
    }
    await story.drop(
      'file.csv',
      ['Id,Address,ChannelType', ...others, 'ada,ada@example.com,EMAIL', 'bob,old@example.com,EMAIL'].join(
        '\n',
      ),
    )
    await until('the jobs have begun', () => REGIONS.every((region) => story.count(region) > 20))
    await write('bob', 'new@example.com')
    await remove(story, 'ada')
    // The file's row of her has not been reached yet, and will make her ACTIVE: until then she is not deleted, but opted out.
    const optOuts = () => REGIONS.map((region) => story.endpoint(region, 'ada')?.OptOut)
    await until('she is opted out', () => optOuts().every((optOut) => optOut === 'ALL'))
    expect(REGIONS.map((region) => story.count(region)).every((count) => count < 40)).toBe(true)

    await until('the file is in every Region', async () => {
      // Nobody may write to her while it is loaded.
      expect(optOuts().filter((optOut) => optOut === 'NONE')).toEqual([])
      return (await story.reports())[0]?.verdict === 'complete'
    })
    await story.settled()
    expect(REGIONS.filter((region) => story.endpoint(region, 'ada'))).toEqual([])
    expect(REGIONS.map((region) => story.count(region))).toEqual(REGIONS.map(() => 41))
    for (const region of REGIONS)
      expect(story.endpoint(region, 'bob')).toMatchObject({ Address: 'new@example.com' })
    const { iam } = story.stage
    expect(iam.denials()).toEqual([])
    expect(
      iam
        .unused()
        .filter(({ role }) => role.includes('MarkTouchedRole'))
        .map(({ action, resource }) => `${action} ${resource}`),
    ).toEqual([])
  }, 120_000)
})
