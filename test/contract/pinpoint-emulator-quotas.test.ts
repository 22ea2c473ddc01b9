import { GetUserEndpointsCommand, UpdateEndpointsBatchCommand } from '@aws-sdk/client-pinpoint'
import { afterEach, describe, expect, test } from 'vitest'
import { createPinpoint } from '../../local/pinpoint/pinpoint.ts'
import type { QuotaOptions } from '../../local/pinpoint/quotas.ts'
import { APP, IRELAND, openStage, refusal, VIRGINIA, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
afterEach(() => stage.close())

const Item = [{ Id: 'anna', Address: 'anna@example.com', ChannelType: 'EMAIL' as const }]
const batch = (region = IRELAND, app = APP) =>
  stage
    .client(region)
    .send(new UpdateEndpointsBatchCommand({ ApplicationId: app, EndpointBatchRequest: { Item } }))

const throttled = { name: 'TooManyRequestsException', status: 429 }

/** How many of `count` requests, one after another at one moment, are let in. */
async function letIn(count: number, method: string, path: string): Promise<number> {
  let admitted = 0
  for (let n = 0; n < count; n += 1) {
    const response = await stage.raw(method, path)
    if (response.status !== 429) admitted += 1
  }
  return admitted
}

describe('by default', () => {
  test.each([
    ['UpdateEndpoint', 10, 'PUT', `/v1/apps/${APP}/endpoints/anna`],
    ['UpdateEndpointsBatch', 2, 'PUT', `/v1/apps/${APP}/endpoints`],
    ['GetEndpoint', 10, 'GET', `/v1/apps/${APP}/endpoints/anna`],
    ['DeleteEndpoint', 5, 'DELETE', `/v1/apps/${APP}/endpoints/anna`],
    ['GetUserEndpoints', 300, 'GET', `/v1/apps/${APP}/users/anna`],
  ])('%s is let in %i times a second', async (_, rate, method, path) => {
    stage = await openStage({ quotas: {} })
    expect(await letIn(rate + 2, method, path)).toBe(rate)
    stage.clock.advance(1000)
    expect(await letIn(rate + 2, method, path)).toBe(rate)
  })

  test('the third batch in one second is refused, in this Region only, whatever its project', async () => {
    stage = await openStage({ quotas: {} })
    stage.pinpoint.createApp(IRELAND, { Id: 'other', Name: 'other' })
    await batch()
    await batch()
    expect(await refusal(batch())).toMatchObject(throttled)
    expect(await refusal(batch(IRELAND, 'other'))).toMatchObject(throttled)
    await batch(VIRGINIA)
    stage.clock.advance(499)
    expect(await refusal(batch())).toMatchObject(throttled)
    stage.clock.advance(1)
    await batch()
  })

  test('each operation has its own quota', async () => {
    stage = await openStage({ quotas: {} })
    await batch()
    await batch()
    const other = new GetUserEndpointsCommand({ ApplicationId: APP, UserId: 'anna' })
    expect(await refusal(stage.client().send(other))).toMatchObject({ status: 404 })
  })
})

test('at most two batches are in flight', async () => {
  stage = await openStage({ quotas: { perSecond: { UpdateEndpointsBatch: 1000 } } })
  stage.pinpoint.faults.add({ kind: 'slow', region: IRELAND, operation: 'UpdateEndpointsBatch', ms: 500 })
  const calls = [batch(), batch(), batch()].map((call) =>
    call.then(
      () => 202,
      (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode,
    ),
  )
  expect(await Promise.race(calls)).toBe(429)
  stage.pinpoint.faults.clear()
  stage.clock.advance(500)
  expect((await Promise.all(calls)).sort()).toEqual([202, 202, 429])
  await batch()
})

describe('quotas', () => {
  test('can be set by operation', async () => {
    stage = await openStage({ quotas: { perSecond: { UpdateEndpointsBatch: 1, other: 3 } } })
    await batch()
    expect(await refusal(batch())).toMatchObject(throttled)
    expect(await letIn(5, 'GET', '/v1/apps')).toBe(3)
  })

  test('can be switched off', async () => {
    stage = await openStage({ quotas: false })
    expect(await letIn(20, 'DELETE', `/v1/apps/${APP}/endpoints/anna`)).toBe(20)
  })

  test('must be above 0', async () => {
    stage = await openStage()
    const quotas: QuotaOptions = { perSecond: { GetEndpoint: 0 } }
    expect(() => createPinpoint({ objects: () => stage.bucket.store, quotas })).toThrow(
      'Quota GetEndpoint: expected a number above 0, got 0',
    )
  })
})
