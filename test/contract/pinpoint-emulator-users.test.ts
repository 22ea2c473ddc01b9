import {
  DeleteUserEndpointsCommand,
  GetUserEndpointsCommand,
  UpdateEndpointCommand,
  UpdateEndpointsBatchCommand,
  type EndpointBatchItem,
  type EndpointRequest,
} from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { APP, IRELAND, openStage, refusal, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const mail = (n: number): EndpointBatchItem => ({
  Id: `mail-${n}`,
  Address: `user${n}@example.com`,
  ChannelType: 'EMAIL',
  User: { UserId: 'anna' },
})
const push = (n: number, ChannelType: 'GCM' | 'APNS' | 'APNS_SANDBOX' = 'GCM'): EndpointBatchItem => ({
  Id: `push-${n}`,
  Address: `token-${n}`,
  ChannelType,
  EffectiveDate: `2026-01-${String(n).padStart(2, '0')}T00:00:00Z`,
  User: { UserId: 'anna' },
})
const upTo = <Item>(count: number, make: (n: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => make(at + 1))

const update = (EndpointId: string, EndpointRequest: EndpointRequest) =>
  stage.client().send(new UpdateEndpointCommand({ ApplicationId: APP, EndpointId, EndpointRequest }))

async function batch(...Item: EndpointBatchItem[]) {
  await stage
    .client()
    .send(new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } }))
  stage.clock.advance(150)
}

async function endpointsOf(UserId: string) {
  stage.clock.advance(150)
  const command = new GetUserEndpointsCommand({ ApplicationId: APP, UserId })
  const { EndpointsResponse } = await stage.client().send(command)
  return EndpointsResponse?.Item ?? []
}

function endpoint(id: string) {
  stage.clock.advance(150)
  return [...stage.pinpoint.endpoints(IRELAND, APP).all()].find(({ Id }) => Id === id)
}

describe('the endpoints of a user', () => {
  test('are found by UserId, whatever characters it has', async () => {
    await batch({ ...mail(1), User: { UserId: 'ü/@x' } }, mail(2))
    expect((await endpointsOf('ü/@x')).map(({ Id }) => Id)).toEqual(['mail-1'])
  })

  test('are NotFoundException where there are none', async () => {
    expect(await refusal(endpointsOf('nobody'))).toEqual({
      name: 'NotFoundException',
      status: 404,
      message: 'Resource not found',
    })
  })

  test('share one set of UserAttributes', async () => {
    await batch(mail(1), mail(2))
    await update('mail-1', { User: { UserAttributes: { tier: ['gold'], city: ['Cork'] } } })
    await update('mail-2', { User: { UserAttributes: { tier: ['silver'] } } })
    const attributes = (await endpointsOf('anna')).map(({ User }) => User?.UserAttributes)
    expect(attributes).toEqual(Array(2).fill({ tier: ['silver'], city: ['Cork'] }))
  })

  test('go when the UserId is set to an empty string', async () => {
    await batch({ ...mail(1), User: { UserId: 'anna', UserAttributes: { tier: ['gold'] } } })
    await update('mail-1', { User: { UserId: '' } })
    expect(endpoint('mail-1')?.User).toEqual({})
    expect(await refusal(endpointsOf('anna'))).toMatchObject({ status: 404 })
  })

  test('move to another user when the UserId changes', async () => {
    await batch({ ...mail(1), User: { UserId: 'anna', UserAttributes: { tier: ['gold'] } } }, mail(2))
    await update('mail-1', { User: { UserId: 'bo' } })
    expect((await endpointsOf('anna')).map(({ Id }) => Id)).toEqual(['mail-2'])
    expect((await endpointsOf('bo')).map(({ User }) => User)).toEqual([{ UserId: 'bo' }])
  })

  test('keep attributes given before there was a user, where the user has none of that name', async () => {
    await batch({ ...mail(2), User: { UserId: 'anna', UserAttributes: { tier: ['gold'] } } })
    await batch({ ...mail(1), User: { UserAttributes: { tier: ['none'], city: ['Cork'] } } })
    expect(endpoint('mail-1')?.User).toEqual({ UserAttributes: { tier: ['none'], city: ['Cork'] } })
    await update('mail-1', { User: { UserId: 'anna' } })
    expect((await endpointsOf('anna'))[0]?.User?.UserAttributes).toEqual({ tier: ['gold'], city: ['Cork'] })
  })

  test('are deleted together, answered 202 and gone after the delay', async () => {
    await batch(mail(1), mail(2), { ...mail(3), User: { UserId: 'bo' } })
    const command = new DeleteUserEndpointsCommand({ ApplicationId: APP, UserId: 'anna' })
    const { EndpointsResponse, $metadata } = await stage.client().send(command)
    expect($metadata.httpStatusCode).toBe(202)
    expect(EndpointsResponse?.Item?.map(({ Id }) => Id)).toEqual(['mail-1', 'mail-2'])
    stage.clock.advance(149)
    expect(await endpointsOf('bo')).toHaveLength(1)
    expect([...stage.pinpoint.endpoints(IRELAND, APP).all()].map(({ Id }) => Id)).toEqual(['mail-3'])
  })
})

describe('a sixteenth endpoint of a user', () => {
  const refused = {
    name: 'BadRequestException',
    status: 400,
    message: 'Exceeded maximum endpoint per user count: 15',
  }

  test('is refused for e-mail, even where push endpoints could give way', async () => {
    await batch(...upTo(15, (n) => push(n)))
    expect(await refusal(batch(mail(16)))).toEqual(refused)
  })

  test('is refused for push where no push endpoint can give way', async () => {
    await batch(...upTo(15, mail))
    expect(await refusal(batch(push(16)))).toEqual(refused)
  })

  test('makes the push endpoint with the oldest EffectiveDate INACTIVE and userless', async () => {
    await batch(push(3), push(1), push(2, 'APNS'), ...upTo(12, mail))
    await batch(push(4))
    expect(endpoint('push-1')?.EndpointStatus).toBe('INACTIVE')
    expect(endpoint('push-1')?.User).toEqual({})
    const left = (await endpointsOf('anna')).map(({ Id }) => Id)
    expect(left).toHaveLength(15)
    expect(left).toEqual(expect.arrayContaining(['push-2', 'push-3', 'push-4']))
  })

  test('does not clean up APNS_SANDBOX endpoints', async () => {
    await batch(...upTo(15, (n) => push(n, 'APNS_SANDBOX')))
    expect(await refusal(batch(push(16)))).toEqual(refused)
  })

  test('is refused within one batch, which then changes nothing', async () => {
    expect(await refusal(batch(...upTo(16, mail)))).toEqual(refused)
    expect([...stage.pinpoint.endpoints(IRELAND, APP).all()]).toEqual([])
  })

  test('is welcome once another has left', async () => {
    await batch(...upTo(15, mail))
    await update('mail-7', { User: { UserId: '' } })
    await batch(mail(16))
    expect(await endpointsOf('anna')).toHaveLength(15)
  })
})
