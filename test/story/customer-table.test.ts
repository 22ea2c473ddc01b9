import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tableChanges } from '../../local/demo/table-items.ts'
import type { Item } from '../../local/demo/table-items.ts'
import { put, putAll, remove } from './customers.ts'
import { OTHERS, REGIONS, STANDBY, agree, openStory, regions, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

const row = (more: object = {}): Item => ({
  Id: 'e1',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  ...more,
})

describe('the customer table', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  const calls = (action: string) =>
    story.stage.iam
      .usage()
      .filter((used) => used.action === action)
      .reduce((sum, { count }) => sum + count, 0)

  it('reaches every Region: writes, updates, opt-outs, opt-ins and deletes', async () => {
    const { written, updated, optedOut, optedIn, deleted } = tableChanges(60, Date.now())
    await putAll(story, written)
    await story.settled()
    for (const item of [...updated, ...optedOut, ...optedIn]) await put(story, item)
    for (const id of deleted) await remove(story, id)
    await story.settled()
    const counted = story.census()
    expect(counted.map(({ endpoints, drift }) => [endpoints, drift])).toEqual(
      REGIONS.map(() => [60 - deleted.length, 0]),
    )
    for (const region of REGIONS) {
      const of = (item: Item | undefined) => story.endpoint(region, item?.Id ?? '')
      // Pinpoint keeps the name of an attribute that was cleared.
      expect(of(updated[0])?.Attributes).toEqual({ Plan: ['gold'], Interests: [] })
      expect(of(optedOut.find(({ Id }) => !optedIn.some((item) => item.Id === Id)))?.OptOut).toBe('ALL')
      expect(of(optedIn[0])?.OptOut).toBe('NONE')
      expect(story.endpoint(region, deleted[0] ?? '')).toBeUndefined()
    }
  })

  it('makes one call of several changes of one endpoint', async () => {
    for (let plan = 0; plan < 20; plan += 1) await put(story, row({ Attributes: { Plan: [String(plan)] } }))
    await story.settled()
    for (const region of REGIONS) expect(story.endpoint(region, 'e1')?.Attributes).toEqual({ Plan: ['19'] })
    // The stream may cut the twenty in two, never in twenty.
    expect(calls('mobiletargeting:UpdateEndpointsBatch')).toBeLessThanOrEqual(REGIONS.length * 3)
  })

  it('does not hold up the others while a Region is down, and pays the debt when it is back', async () => {
    await put(story, row({ Id: 'gone', Address: 'gone@example.com' }))
    await story.settled()
    story.stage.faults.down(STANDBY)
    await put(story, row({ Attributes: { Plan: ['free'] } }))
    await remove(story, 'gone')
    await until('the other Regions have it', () =>
      OTHERS.every((region) => story.endpoint(region, 'e1') && !story.endpoint(region, 'gone')),
    )
    expect(story.endpoint(STANDBY, 'e1')).toBeUndefined()
    expect(story.endpoint(STANDBY, 'gone')).toBeDefined()
    await put(story, row({ Attributes: { Plan: ['gold'] }, OptOut: 'ALL' }))
    await until('the other Regions have that too', () =>
      OTHERS.every((region) => story.endpoint(region, 'e1')?.OptOut === 'ALL'),
    )
    const lane = story.stage.sqs.queue(regions.hub, `samepoint-bulk-${STANDBY}`)?.depth()
    expect((lane?.visible ?? 0) + (lane?.notVisible ?? 0) + (lane?.delayed ?? 0)).toBeGreaterThan(0)

    story.stage.faults.up(STANDBY)
    // What had no answer may take effect for half a minute, and a remove is three steps.
    await until('the Regions agree', () => agree(story.census()), 120)
    await story.settled()
    expect(story.endpoint(STANDBY, 'e1')).toMatchObject({ OptOut: 'ALL', Attributes: { Plan: ['gold'] } })
    expect(story.endpoint(STANDBY, 'gone')).toBeUndefined()
  }, 240_000)

  it('does nothing more when the same event comes twice', async () => {
    await put(story, row())
    await story.settled()
    const sent = calls('mobiletargeting:UpdateEndpointsBatch')
    const before = REGIONS.map((region) => story.endpoint(region, 'e1'))
    const event = { Records: [{ eventName: 'INSERT', dynamodb: { Keys: { Id: { S: 'e1' } } } }] }
    for (let times = 0; times < 2; times += 1)
      expect(await story.stage.lambda.invoke(regions.hub, 'samepoint-mark-dirty', event)).not.toHaveProperty(
        'error',
      )
    await story.settled()
    expect(calls('mobiletargeting:UpdateEndpointsBatch')).toBe(sent)
    expect(REGIONS.map((region) => story.endpoint(region, 'e1'))).toEqual(before)
  })

  it('has the same fifteen endpoints of a user in every Region, whatever came first, and the others of the batch', async () => {
    const many = Array.from({ length: 16 }, (_, at) =>
      row({ Id: `u-${String(at).padStart(2, '0')}`, Address: `u${at}@example.com`, User: { UserId: 'u' } }),
    )
    await putAll(story, [...many, row()])
    await story.settled()
    const seated = [...many.slice(0, 15).map(({ Id }) => Id), 'e1']
    for (const region of REGIONS) {
      const there = [...many, row()].map(({ Id }) => Id).filter((id) => story.endpoint(region, id))
      expect([region, there]).toEqual([region, seated])
    }
  })

  it('remembers an opt-out when a deleted customer is written anew', async () => {
    await put(story, row({ OptOut: 'ALL', ConsentDate: '2026-01-01T00:00:00Z' }))
    await story.settled()
    await remove(story, 'e1')
    await story.settled()
    await put(story, row())
    await story.settled()
    for (const region of REGIONS) expect(story.endpoint(region, 'e1')?.OptOut).toBe('ALL')
  })

  it('parks an item that is no endpoint, with the rule and without its values, and sends the others', async () => {
    await putAll(story, [row(), row({ Id: 'bad', Address: 'secret(at)example.com' })])
    await story.settled()
    expect(story.census().map(({ endpoints, drift }) => [endpoints, drift])).toEqual(
      REGIONS.map(() => [1, 0]),
    )
    for (const region of REGIONS) {
      const parked = await story.documents.send(
        new QueryCommand({
          TableName: story.names.ledgerTable,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `parked#${region}` },
        }),
      )
      expect(parked.Items).toMatchObject([{ problems: [{ rule: 'EMAIL_SYNTAX', field: 'Address' }] }])
      expect(JSON.stringify(parked.Items)).not.toContain('secret')
    }
  })

  it('is not stopped by ids that differ only by case, nor by a number that only DynamoDB can hold', async () => {
    await putAll(story, [
      row({ Id: 'Ada' }),
      row({ Id: 'ada' }),
      row({ Id: 'bob', Address: 'bob@example.com' }),
    ])
    const { DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb')
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new DynamoDBClient({ region: regions.hub, endpoint: story.stage.url, credentials })
    const Item = {
      ...{ Id: { S: 'big' }, Address: { S: 'big@example.com' }, ChannelType: { S: 'EMAIL' } },
      Metrics: { M: { Big: { N: '12345678901234567890.5' } } },
    }
    await client.send(new PutItemCommand({ TableName: story.names.customerTable, Item }))
    await story.settled()
    expect(story.census().map(({ endpoints, drift }) => [endpoints, drift])).toEqual(
      REGIONS.map(() => [3, 0]),
    )
    await remove(story, 'Ada')
    await story.settled()
    for (const region of REGIONS) expect(story.endpoint(region, 'ada')).toBeDefined()
  })
})
