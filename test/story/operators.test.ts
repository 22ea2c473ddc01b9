import { DeleteEndpointCommand, PinpointClient } from '@aws-sdk/client-pinpoint'
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Item } from '../../local/demo/table-items.ts'
import { put, remove } from './customers.ts'
import { OTHERS, REGIONS, STANDBY, openStory, regions, until } from './open-stage.ts'
import type { Story } from './open-stage.ts'

const ada: Item = { Id: 'ada', Address: 'ada@example.com', ChannelType: 'EMAIL' }
const bob: Item = { Id: 'bob', Address: 'bob@example.com', ChannelType: 'EMAIL' }
/** What else a cursor comes with. */
const A_DAY: Readonly<Record<string, object>> = {
  replay: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
}

describe('an operator', () => {
  let story: Story
  beforeEach(async () => {
    story = await openStory()
  })
  afterEach(() => story.close())

  /** What a verb answers, or `ErrorType: message`. */
  const ask = async (verb: string, input: object): Promise<unknown> => {
    const answer = await story.stage.lambda.invoke(regions.hub, `samepoint-${verb}`, input)
    if (!('error' in answer)) return answer.payload
    return `${answer.error.errorType}: ${answer.error.errorMessage}`
  }

  /** What happens meanwhile leaves no record in the table's stream. */
  const withoutStream = async (happens: () => Promise<unknown>) => {
    const table = {
      TableName: story.names.customerTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'Id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'Id', KeyType: 'HASH' }],
    }
    await story.stage.dynamodb.createTable(regions.hub, table)
    await happens()
    const StreamSpecification = { StreamViewType: 'NEW_AND_OLD_IMAGES' }
    await story.stage.dynamodb.createTable(regions.hub, { ...table, StreamSpecification })
    await story.settled()
  }

  /** As somebody does who calls one Region's Pinpoint without us. */
  const takeAway = async (region: string, EndpointId: string) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new PinpointClient({ region, endpoint: story.stage.url, credentials, maxAttempts: 10 })
    const ApplicationId = regions.applications[region]
    await client.send(new DeleteEndpointCommand({ ApplicationId, EndpointId }))
    await story.settled()
    expect(story.endpoint(region, EndpointId)).toBeUndefined()
  }

  const everywhere = <T>(see: (region: string) => T) => REGIONS.map(see)
  const plans = (id: string) => everywhere((region) => story.endpoint(region, id)?.Attributes?.['Plan'])
  const parked = async (region: string) => {
    const { Items = [] } = await story.documents.send(
      new QueryCommand({
        TableName: story.names.ledgerTable,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `parked#${region}` },
      }),
    )
    return Items.length
  }
  const rows = async (prefix: string) => {
    const { Items = [] } = await story.documents.send(
      new ScanCommand({
        TableName: story.names.ledgerTable,
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: { ':prefix': prefix },
      }),
    )
    return Items
  }
  const denials = () => story.stage.iam.denials()

  it('replays a mended item, which is parked no more, and a window, for whom a Region has lost it', async () => {
    await put(story, { ...ada, Address: 'ada(at)example.com' })
    await put(story, bob)
    await story.settled()
    expect(await Promise.all(everywhere(parked))).toEqual(REGIONS.map(() => 1))
    await withoutStream(() => put(story, ada))
    expect(plans('ada')).toEqual(REGIONS.map(() => undefined))

    expect(await ask('replay', { keys: ['ada'] })).toEqual({ marked: REGIONS.length })
    await story.settled()
    for (const region of REGIONS) expect(story.endpoint(region, 'ada')?.Address).toBe('ada@example.com')
    expect(await Promise.all(everywhere(parked))).toEqual(REGIONS.map(() => 0))

    // Somebody has taken the standby's endpoints away behind our back.
    for (const id of ['ada', 'bob']) await takeAway(STANDBY, id)
    const window = { from: '2026-01-01T00:00:00Z', to: new Date(Date.now() + 60_000).toISOString() }
    const nothing = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }
    expect(await ask('replay', nothing)).toEqual({ marked: 0 })
    expect(await ask('replay', { ...window, regions: [STANDBY] })).toEqual({ marked: 2 })
    await story.settled()
    for (const id of ['ada', 'bob']) expect(story.endpoint(STANDBY, id)).toBeDefined()
    expect(denials()).toEqual([])
  })

  it('reconciles what the stream has lost: a write, an opt-out, a delete', async () => {
    await put(story, ada)
    await put(story, bob)
    await put(story, { ...ada, Id: 'cyd', Address: 'cyd@example.com' })
    await story.settled()
    await withoutStream(async () => {
      await put(story, { ...ada, Attributes: { Plan: ['gold'] } })
      await put(story, { ...bob, OptOut: 'ALL' })
      await remove(story, 'cyd')
    })
    expect(plans('ada')).toEqual(REGIONS.map(() => undefined))

    await story.fire('samepoint-reconcile')
    await story.settled()
    const [execution] = story.executions('reconcile')
    expect(execution?.status).toBe('SUCCEEDED')
    expect(plans('ada')).toEqual(REGIONS.map(() => ['gold']))
    expect(everywhere((region) => story.endpoint(region, 'bob')?.OptOut)).toEqual(REGIONS.map(() => 'ALL'))
    expect(everywhere((region) => story.endpoint(region, 'cyd'))).toEqual(REGIONS.map(() => undefined))
    expect(JSON.stringify(execution)).not.toMatch(/ada|bob|cyd/)
    // The first brings the deleted item's rows to their end, the second finds the two that are left, in each Region.
    const twice = [await ask('reconcile', {}), (await story.settled(), await ask('reconcile', {}))]
    expect(twice).toEqual([{ marked: 3 * REGIONS.length }, { marked: 2 * REGIONS.length }])
    expect(denials()).toEqual([])
  })

  it('stops one Region’s lanes and lets them go on', async () => {
    expect(await ask('hold-lane', { region: STANDBY, paused: true })).toMatchObject({
      region: STANDBY,
      isPaused: true,
      breaker: { state: 'closed' },
    })
    await put(story, ada)
    await put(story, { ...bob, OptOut: 'ALL' })
    await until('the other Regions have both', () =>
      OTHERS.every((region) => story.endpoint(region, 'ada') && story.endpoint(region, 'bob')),
    )
    expect(story.count(STANDBY)).toBe(0)
    expect(await ask('hold-lane', { region: STANDBY, paused: false })).toMatchObject({ isPaused: false })
    await story.settled()
    expect(story.endpoint(STANDBY, 'ada')).toBeDefined()
    expect(story.endpoint(STANDBY, 'bob')?.OptOut).toBe('ALL')
    expect(denials()).toEqual([])
  })

  it('gives a lane back what it has given up', async () => {
    await withoutStream(() => put(story, ada))
    const dead = story.stage.sqs.queue(regions.hub, `samepoint-bulk-${STANDBY}-dead`)
    dead?.send({ body: JSON.stringify({ v: 2, keys: ['ada'], at: Date.now() }) })
    dead?.send({ body: '{"v":1,"ids":["ada"]}' })
    expect(await ask('redrive', { region: STANDBY, lane: 'bulk' })).toEqual({
      moved: 1,
      left: 1,
      isThrough: true,
    })
    expect(await ask('redrive', { region: STANDBY, lane: 'urgent' })).toMatchObject({ moved: 0, left: 0 })
    await story.settled()
    expect(everywhere((region) => story.endpoint(region, 'ada') !== undefined)).toEqual(
      REGIONS.map((region) => region === STANDBY),
    )
    const { visible = 0, notVisible = 0 } = dead?.depth() ?? {}
    expect(visible + notVisible).toBe(1)
    expect(denials()).toEqual([])
  })

  it('can show that a customer was erased in every Region, without a value of the customer', async () => {
    await put(story, { ...ada, User: { UserId: 'lovelace' } })
    await story.settled()
    expect(await ask('receipts', { key: 'ada' })).toEqual({
      isKnown: true,
      isInTable: true,
      regions: Object.fromEntries(REGIONS.map((region) => [region, { proved: [], open: 1 }])),
    })
    await remove(story, 'ada')
    const proofs = async () => {
      const { regions: all } = (await ask('receipts', { key: 'ada' })) as {
        regions: Record<string, { proved: string[]; open: number }>
      }
      return everywhere((region) => [all[region]?.proved.length, all[region]?.open])
    }
    expect(await proofs()).toEqual(REGIONS.map(() => [0, 1]))
    await story.settled()
    expect(await proofs()).toEqual(REGIONS.map(() => [1, 0]))
    const shown = JSON.stringify([await ask('receipts', { key: 'ada' }), await rows('receipt#')])
    expect(shown).toContain('"isInTable":false')
    expect(shown).not.toMatch(/"ada|example|lovelace/)
    expect(denials()).toEqual([])
  })

  it('uses all that the roles of its verbs allow, and needs no more', async () => {
    await put(story, ada)
    await put(story, bob)
    await story.settled()
    await withoutStream(() => remove(story, 'bob'))
    await story.fire('samepoint-reconcile')
    await story.settled()
    await ask('replay', { keys: ['ada'] })
    await ask('replay', { from: '2026-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' })
    for (const verb of ['replay', 'reconcile']) await ask(verb, { ...A_DAY[verb], cursor: 'never-given' })
    for (const region of REGIONS) {
      await ask('hold-lane', { region, paused: true })
      for (const lane of ['urgent', 'bulk']) {
        const body = JSON.stringify({ v: 2, keys: ['ada'], at: Date.now() })
        story.stage.sqs.queue(regions.hub, `samepoint-${lane}-${region}-dead`)?.send({ body })
        expect(await ask('redrive', { region, lane })).toMatchObject({ moved: 1 })
      }
    }
    await ask('receipts', { key: 'bob' })
    const idle = story.stage.iam
      .unused()
      .map(({ role, action, resource }) => `${role}: ${action} ${resource}`)
      .filter((grant) =>
        /-(Replay|Reconcile|ReconcileMachine|ReconcileSchedule|Redrive|HoldLane|Receipts)Role-/.test(grant),
      )
    // Where a table is longer than the time, a cursor is kept.
    expect(idle.filter((grant) => !/-(Replay|Reconcile)Role-.*: dynamodb:PutItem /.test(grant))).toEqual([])
    expect(denials()).toEqual([])
  })

  it('is told what is wrong with an input, and nothing that was in it', async () => {
    const prefix = (verb: string) => `BadInput: the input of ${verb} is wrong: `
    expect(await ask('replay', { keys: ['ada@example.com', 7] })).toBe(
      `${prefix('replay')}keys.1 (expected: a key of the customer table, as text)`,
    )
    expect(await ask('reconcile', { cursor: 'never-given' })).toMatch(/^BadInput: the cursor is not known/)
    const expected = new RegExp(`region \\(expected: one of .*${STANDBY}`)
    for (const verb of ['redrive', 'hold-lane']) expect(await ask(verb, { region: 'mars' })).toMatch(expected)
    expect(await ask('receipts', { key: '' })).toMatch(/key \(expected/)
  })
})
