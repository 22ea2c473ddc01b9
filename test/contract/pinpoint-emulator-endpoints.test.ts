import {
  DeleteEndpointCommand,
  GetEndpointCommand,
  UpdateEndpointCommand,
  UpdateEndpointsBatchCommand,
  type EndpointBatchItem,
  type EndpointRequest,
} from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { APP, openStage, refusal, VIRGINIA, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const anna = { Address: 'anna@example.com', ChannelType: 'EMAIL' } as const

const update = (EndpointId: string, EndpointRequest: EndpointRequest, client = stage.client()) =>
  client.send(new UpdateEndpointCommand({ ApplicationId: APP, EndpointId, EndpointRequest }))

const batch = (...Item: EndpointBatchItem[]) =>
  stage.client().send(new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } }))

const remove = (EndpointId: string) =>
  stage.client().send(new DeleteEndpointCommand({ ApplicationId: APP, EndpointId }))

async function read(EndpointId: string, client = stage.client()) {
  const { EndpointResponse } = await client.send(new GetEndpointCommand({ ApplicationId: APP, EndpointId }))
  return EndpointResponse ?? expect.unreachable('no endpoint in the reply')
}

async function readApplied(id: string) {
  stage.clock.advance(150)
  return read(id)
}

describe('an update', () => {
  test('is answered 202 Accepted with the id of the request', async () => {
    const { MessageBody, $metadata } = await update('anna', anna)
    expect($metadata.httpStatusCode).toBe(202)
    expect(MessageBody?.Message).toBe('Accepted')
    expect(MessageBody?.RequestID).toBe($metadata.requestId)
  })

  test('is seen once the delay has passed, and not before', async () => {
    await update('anna', anna)
    stage.clock.advance(149)
    expect(await refusal(read('anna'))).toMatchObject({ name: 'NotFoundException', status: 404 })
    stage.clock.advance(1)
    expect(await read('anna')).toMatchObject(anna)
  })

  test('creates an active, opted-in endpoint with fields only the service can set', async () => {
    await update('Anna', anna)
    const endpoint = await readApplied('Anna')
    expect(endpoint).toMatchObject({
      Id: 'Anna',
      ApplicationId: APP,
      EndpointStatus: 'ACTIVE',
      OptOut: 'NONE',
      CreationDate: '2026-11-21T09:00:00.000Z',
      EffectiveDate: '2026-11-21T09:00:00.000Z',
      User: {},
    })
    expect(endpoint.CohortId).toMatch(/^\d{1,2}$/)
    expect(endpoint.RequestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('replaces the lists it names, keeps the others and empties those given as []', async () => {
    await update('anna', { ...anna, Attributes: { tier: ['gold', 'old'], city: ['Cork'], pets: ['cat'] } })
    await update('anna', { Attributes: { tier: ['silver'], pets: [] } })
    expect((await readApplied('anna')).Attributes).toEqual({ tier: ['silver'], city: ['Cork'], pets: [] })
  })

  test('merges Metrics, Demographic and Location member by member', async () => {
    await update('anna', {
      ...anna,
      Metrics: { visits: 1, spend: 9.5 },
      Demographic: { Locale: 'en_IE', Make: 'Apple' },
      Location: { City: 'Cork', Country: 'IE' },
    })
    await update('anna', {
      Metrics: { visits: 2 },
      Demographic: { Locale: 'ga_IE' },
      Location: { City: 'Galway' },
    })
    expect(await readApplied('anna')).toMatchObject({
      Metrics: { visits: 2, spend: 9.5 },
      Demographic: { Locale: 'ga_IE', Make: 'Apple' },
      Location: { City: 'Galway', Country: 'IE' },
    })
  })

  test('keeps OptOut where it is left out', async () => {
    await update('anna', { ...anna, OptOut: 'ALL' })
    await update('anna', { Attributes: { tier: ['gold'] } })
    expect((await readApplied('anna')).OptOut).toBe('ALL')
  })

  test('finds the endpoint whatever the case of its id', async () => {
    await update('ANNA', anna)
    await update('anna', { Attributes: { tier: ['gold'] } })
    expect(await readApplied('aNNa')).toMatchObject({ Id: 'ANNA', Attributes: { tier: ['gold'] } })
    expect([...stage.pinpoint.endpoints('eu-west-1', APP).all()]).toHaveLength(1)
  })

  test('rounds coordinates to one decimal', async () => {
    await update('anna', { ...anna, Location: { Latitude: 47.61, Longitude: -122.35 } })
    expect((await readApplied('anna')).Location).toEqual({ Latitude: 47.6, Longitude: -122.3 })
  })

  test('replaces the time zones that the service replaces', async () => {
    await update('anna', { ...anna, Demographic: { Timezone: 'US/Pacific-New' } })
    expect((await readApplied('anna')).Demographic).toEqual({ Timezone: 'America/Los_Angeles' })
  })

  test('makes an INACTIVE endpoint ACTIVE again unless it says otherwise', async () => {
    await update('anna', { ...anna, EndpointStatus: 'INACTIVE' })
    expect((await readApplied('anna')).EndpointStatus).toBe('INACTIVE')
    await update('anna', { Attributes: { tier: ['gold'] } })
    expect((await readApplied('anna')).EndpointStatus).toBe('ACTIVE')
  })

  test('makes the endpoint that was active at its address INACTIVE', async () => {
    await update('old-phone', anna)
    await update('new-phone', anna)
    expect((await readApplied('old-phone')).EndpointStatus).toBe('INACTIVE')
    expect((await read('new-phone')).EndpointStatus).toBe('ACTIVE')
  })

  test('leaves its twin alone when it says INACTIVE itself, and when it has moved to another address', async () => {
    await update('first', anna)
    await update('second', { ...anna, EndpointStatus: 'INACTIVE' })
    expect((await readApplied('first')).EndpointStatus).toBe('ACTIVE')
    await update('first', { Address: 'moved@example.com' })
    await update('third', anna)
    expect((await readApplied('first')).EndpointStatus).toBe('ACTIVE')
  })

  test('keeps an EffectiveDate and a RequestId that the caller gives', async () => {
    await update('anna', { ...anna, EffectiveDate: '2020-01-02T03:04:05Z', RequestId: 'mine' })
    expect(await readApplied('anna')).toMatchObject({
      EffectiveDate: '2020-01-02T03:04:05Z',
      RequestId: 'mine',
    })
  })

  test('takes attributes named like members of every JavaScript object', async () => {
    const body = `{"Address":"a@example.com","ChannelType":"EMAIL","Attributes":{"__proto__":["x"],"constructor":["y"]}}`
    expect((await stage.raw('PUT', `/v1/apps/${APP}/endpoints/odd`, body)).status).toBe(202)
    stage.clock.advance(150)
    const text = await (await stage.raw('GET', `/v1/apps/${APP}/endpoints/odd`)).text()
    expect(text).toContain('"__proto__":["x"]')
    expect(text).toContain('"constructor":["y"]')
  })

  test('stays in its Region', async () => {
    await update('anna', anna)
    stage.clock.advance(150)
    expect(await refusal(read('anna', stage.client(VIRGINIA)))).toMatchObject({ status: 404 })
  })
})

test.each(['a/b', 'a+b c', 'anna@example.com', 'ü%2F', '..', 'a?b#c', 'a=b&c'])(
  'an endpoint id may be %j',
  async (id) => {
    await update(id, anna)
    expect((await readApplied(id)).Id).toBe(id)
    await remove(id)
    stage.clock.advance(150)
    expect(await refusal(read(id))).toMatchObject({ status: 404 })
  },
)

describe('a batch', () => {
  test('is answered 202 without a word on its items, and applies them in order', async () => {
    const { MessageBody, $metadata } = await batch(
      { Id: 'anna', ...anna, Attributes: { tier: ['old'] } },
      { Id: 'bo', Address: '+15550100', ChannelType: 'SMS' },
      { Id: 'ANNA', Attributes: { tier: ['new'] } },
    )
    expect($metadata.httpStatusCode).toBe(202)
    expect(Object.keys(MessageBody ?? {}).sort()).toEqual(['Message', 'RequestID'])
    expect((await readApplied('anna')).Attributes).toEqual({ tier: ['new'] })
    expect((await read('bo')).Address).toBe('+15550100')
  })

  test('is refused as a whole for one bad item', async () => {
    const bad = batch({ Id: 'anna', ...anna }, { Id: 'bo', ChannelType: 'SMS' })
    expect(await refusal(bad)).toEqual({
      name: 'BadRequestException',
      status: 400,
      message: 'Missing Address',
    })
    stage.clock.advance(150)
    expect(await refusal(read('anna'))).toMatchObject({ status: 404 })
  })
})

describe('a deletion', () => {
  test('answers 202 with the endpoint and takes effect after the delay', async () => {
    await update('anna', { ...anna, Attributes: { tier: ['gold'] } })
    await readApplied('anna')
    const { EndpointResponse, $metadata } = await remove('ANNA')
    expect($metadata.httpStatusCode).toBe(202)
    expect(EndpointResponse).toMatchObject({ Id: 'anna', Attributes: { tier: ['gold'] } })
    expect((await read('anna')).Id).toBe('anna')
    stage.clock.advance(150)
    expect(await refusal(read('anna'))).toMatchObject({ name: 'NotFoundException' })
  })

  test('of an unknown endpoint is NotFoundException', async () => {
    expect(await refusal(remove('nobody'))).toMatchObject({ name: 'NotFoundException', status: 404 })
  })

  test('lets the next endpoint of that id start afresh', async () => {
    await update('anna', { ...anna, Attributes: { tier: ['gold'] }, OptOut: 'ALL' })
    await remove('anna')
    expect(await refusal(update('anna', { OptOut: 'NONE' }))).toMatchObject({ message: 'Missing Address' })
    await update('anna', anna)
    const endpoint = await readApplied('anna')
    expect(endpoint.Attributes).toBeUndefined()
    expect(endpoint.OptOut).toBe('NONE')
  })
})

test('all that was accepted is applied once the service says it has settled', async () => {
  await update('anna', anna)
  const settled = stage.pinpoint.settled()
  stage.clock.advance(150)
  await settled
  expect((await read('anna')).Id).toBe('anna')
})
