import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { EndpointBatchItem } from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RecoveryPoint } from '../../shared/ledger/runs.ts'
import { PRIMARY, REGIONS, STANDBY, openStory, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

const COPY = 'samepoint-region-copy'

describe('a region copy', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  const putIn = (region: string, items: EndpointBatchItem[]) => story.putIn(region, items)
  const people = Array.from({ length: 60 }, (_, at) => ({
    Id: `c-${at}`,
    Address: `c${at}@example.com`,
    ChannelType: 'EMAIL' as const,
    OptOut: at % 10 === 0 ? 'ALL' : 'NONE',
    Attributes: { Plan: ['gold', 'ünïcode'] },
    User: { UserId: `u-${at}`, UserAttributes: { Name: ['Ada'] } },
  }))
  const recoveryPoint = async (): Promise<RecoveryPoint | undefined> => {
    const Key = { pk: 'recovery-point', sk: STANDBY }
    const { Item } = await story.documents.send(new GetCommand({ TableName: story.names.ledgerTable, Key }))
    return Item as RecoveryPoint | undefined
  }
  const inStandby = () => {
    const counted = story.census()
    const of = (region: string) => counted.find((each) => each.region === region)?.digest
    return of(PRIMARY) === of(STANDBY)
  }

  it('brings the standby to what the primary holds, INACTIVE twins and opt-outs included, and measures its age', async () => {
    await putIn(PRIMARY, people)
    await putIn(PRIMARY, [{ Id: 'c-1-old', Address: 'c1@example.com', ChannelType: 'EMAIL' }])
    await putIn(PRIMARY, people.slice(1, 2))
    const before = Date.now()
    await story.fire(COPY)
    await story.settled()
    expect(inStandby()).toBe(true)
    expect(story.endpoint(STANDBY, 'c-1-old')?.EndpointStatus).toBe('INACTIVE')
    expect(story.endpoint(STANDBY, 'c-1')?.EndpointStatus).toBe('ACTIVE')
    expect(story.endpoint(STANDBY, 'c-10')?.OptOut).toBe('ALL')
    const point = await recoveryPoint()
    expect(Date.parse(point?.exportStartedAt ?? '')).toBeGreaterThanOrEqual(before)
    expect(Date.parse(point?.completedAt ?? '')).toBeGreaterThan(Date.parse(point?.exportStartedAt ?? ''))
    expect((await story.reports()).map(({ verdict, file }) => [verdict, file])).toEqual([
      [
        'complete',
        { rows: 61, accepted: 60, rejected: 0, superseded: 0, inactive: 1, tableOwned: 0, behind: 0 },
      ],
    ])
    expect(story.executions('region-copy').map(({ status }) => status)).toEqual(['SUCCEEDED'])
  })

  it('never takes back an opt-out that only the standby knows of', async () => {
    await putIn(PRIMARY, people)
    await putIn(STANDBY, [{ ...people[1], OptOut: 'ALL' }])
    await story.fire(COPY)
    await story.settled()
    expect(story.endpoint(STANDBY, 'c-1')?.OptOut).toBe('ALL')
  })

  it('leaves the recovery point where it was while the standby is down, and moves on when it is back', async () => {
    await putIn(PRIMARY, people)
    await story.fire(COPY)
    await story.settled()
    const first = await recoveryPoint()
    await putIn(PRIMARY, [{ Id: 'new', Address: 'new@example.com', ChannelType: 'EMAIL' }])

    story.stage.faults.down(STANDBY)
    await story.fire(COPY, Date.now() + 3_600_000)
    await story.settled()
    expect(story.executions('region-copy')[0]).toMatchObject({ status: 'FAILED', error: 'StandbyBehind' })
    expect(await recoveryPoint()).toEqual(first)

    story.stage.faults.up(STANDBY)
    await story.fire(COPY, Date.now() + 7_200_000)
    await story.settled()
    expect(inStandby()).toBe(true)
    expect((await recoveryPoint())?.exportStartedAt).not.toBe(first?.exportStartedAt)
  })

  it('fails, and says so, while the primary does not answer', async () => {
    story.stage.pinpoint.faults.add({ kind: 'down', region: PRIMARY, operation: '*' })
    await story.fire(COPY)
    await story.settled()
    expect((await story.reports()).map(({ verdict }) => verdict)).toEqual(['partial'])
    expect(await recoveryPoint()).toBeUndefined()
  })

  it('does not take an export that is cut short for a recovery point', async () => {
    await putIn(PRIMARY, people)
    story.stage.pinpoint.faults.add({
      kind: 'truncated',
      region: PRIMARY,
      operation: 'ExportJob',
      share: 0.5,
    })
    await story.fire(COPY)
    await story.settled()
    expect((await story.reports()).flatMap(({ regions: all }) => all.map(({ reason }) => reason))).toEqual([
      'ExportIncomplete',
    ])
    expect(story.count(STANDBY)).toBe(0)
    expect(await recoveryPoint()).toBeUndefined()
  })

  it('is one run when the schedule fires twice for one tick', async () => {
    await putIn(PRIMARY, people)
    const tick = Date.now()
    await Promise.all([story.fire(COPY, tick), story.fire(COPY, tick)])
    await story.settled()
    expect(story.executions('region-copy').map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(story.executions('load-region')).toHaveLength(1)
    expect(await story.reports()).toHaveLength(1)
  })

  it("leaves to the lane what is the customer table's: nobody who is deleted meanwhile comes back", async () => {
    const TableName = story.names.customerTable
    const row = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }
    await story.documents.send(new PutCommand({ TableName, Item: row }))
    await story.settled()
    story.stage.pinpoint.faults.add({
      kind: 'slow',
      region: PRIMARY,
      operation: 'GetExportJob',
      ms: 3_000,
      times: 1,
    })
    await story.fire(COPY)
    await until('the export is under way', () => story.executions('region-copy').length > 0)
    await story.documents.send(new PutCommand({ TableName, Item: { ...row, OptOut: 'ALL' } }))
    await story.documents.send(new DeleteCommand({ TableName, Key: { Id: 'e1' } }))
    await story.settled()
    expect(story.executions('region-copy').map(({ status }) => status)).toEqual(['SUCCEEDED'])
    expect(story.census().map(({ endpoints }) => endpoints)).toEqual([0, 0, 0])
  })

  const row = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }
  const putRow = () =>
    story.documents.send(new PutCommand({ TableName: story.names.customerTable, Item: row }))

  it('is no recovery point while a lane still owes the standby what the primary has', async () => {
    story.stage.pinpoint.faults.add({ kind: 'down', region: STANDBY, operation: '*' })
    await putRow()
    await until('the primary has it', () => story.endpoint(PRIMARY, 'e1') !== undefined)
    await story.fire(COPY)
    await until('the copy is closed', async () => (await story.reports()).length > 0)
    expect((await story.reports()).map(({ verdict, file }) => [verdict, file])).toMatchObject([
      ['partial', { behind: 1 }],
    ])
    expect(await recoveryPoint()).toBeUndefined()
    story.stage.pinpoint.faults.clear()
    // A call without an answer is fenced for 30 seconds, and a Region that did not answer is tried every 30.
    await until('the lane has paid', () => story.endpoint(STANDBY, 'e1') !== undefined, 90)
    await story.fire(COPY, Date.now() + 3_600_000)
    await story.settled()
    expect(await recoveryPoint()).toBeDefined()
  })

  it('carries a STOP that only the primary knows of into every Region, for customers of the table too', async () => {
    await putRow()
    await story.settled()
    await putIn(PRIMARY, [{ ...row, ChannelType: 'EMAIL', OptOut: 'ALL' }])
    await story.fire(COPY)
    await story.settled()
    for (const region of REGIONS) expect(story.endpoint(region, 'e1')?.OptOut).toBe('ALL')
  })

  it('changes nothing when everything is there already', async () => {
    await putIn(PRIMARY, people)
    for (const tick of [0, 1]) {
      const before = story.census()
      await story.fire(COPY, Date.now() + tick * 3_600_000)
      await story.settled()
      if (tick === 1) expect(story.census()).toEqual(before)
    }
    expect(story.executions('region-copy').map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})
