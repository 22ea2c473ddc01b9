import { UpdateEndpointCommand, UpdateEndpointsBatchCommand } from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { APP, openStage, refusal, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const anna = { Address: 'anna@example.com', ChannelType: 'EMAIL' }

/** As JSON on the wire, so that wrong types can be sent too. */
async function put(members: object, id = 'anna'): Promise<{ status: number; message: string }> {
  const response = await stage.raw('PUT', `/v1/apps/${APP}/endpoints/${id}`, JSON.stringify(members))
  const body = (await response.json()) as { Message: string }
  return { status: response.status, message: body.Message }
}

const accepted = { status: 202, message: 'Accepted' }
const numbered = <Value>(count: number, value: Value, start = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${start + at}`, value]))

describe('an update is refused with 400', () => {
  test.each([
    ['no Address for a new endpoint', { ChannelType: 'EMAIL' }, 'Missing Address'],
    ['an empty Address', { ...anna, Address: '' }, 'Missing Address'],
    ['no ChannelType for a new endpoint', { Address: 'anna@example.com' }, 'Missing ChannelType'],
    ['an unknown ChannelType', { ...anna, ChannelType: 'FAX' }, 'Invalid ChannelType'],
    ['an unknown OptOut', { ...anna, OptOut: 'SOME' }, 'Invalid OptOut: expected one of ALL, NONE'],
    ['an unknown EndpointStatus', { ...anna, EndpointStatus: 'active' }, 'Invalid EndpointStatus'],
    ['an EffectiveDate that is no date', { ...anna, EffectiveDate: 'yesterday' }, 'Invalid EffectiveDate'],
    ['a number as Address', { ...anna, Address: 15550100 }, 'Invalid Address: expected a string'],
    ['a text as attribute values', { ...anna, Attributes: { tier: 'gold' } }, 'Invalid Attributes.tier'],
    ['a number among attribute values', { ...anna, Attributes: { tier: [1] } }, 'Invalid Attributes.tier'],
    ['a text as metric', { ...anna, Metrics: { visits: '1' } }, 'Invalid Metrics.visits: expected a number'],
    ['a text as latitude', { ...anna, Location: { Latitude: 'north' } }, 'Invalid Location.Latitude'],
    ['a list as User', { ...anna, User: [] }, 'Invalid User: expected an object'],
    ['a list as body', [], 'Invalid request body: expected a JSON object'],
  ])('for %s', async (_, members, message) => {
    const refused = await put(members)
    expect(refused.status).toBe(400)
    expect(refused.message).toContain(message)
  })

  test.each(['%24', '%7B', '%7D'])('for an id with %s', async (character) => {
    expect(await put(anna, `a${character}b`)).toMatchObject({ status: 400 })
  })
})

describe('the limits of an endpoint', () => {
  test.each([
    ['attribute names of 50 characters', 50, (n: number) => ({ Attributes: { ['n'.repeat(n)]: ['v'] } })],
    ['metric names of 50 characters', 50, (n: number) => ({ Metrics: { ['n'.repeat(n)]: 1 } })],
    [
      'user attribute names of 50 characters',
      50,
      (n: number) => ({ User: { UserAttributes: { ['n'.repeat(n)]: ['v'] } } }),
    ],
    ['attribute values of 100 characters', 100, (n: number) => ({ Attributes: { name: ['v'.repeat(n)] } })],
    ['50 values per attribute', 50, (n: number) => ({ Attributes: { name: Array(n).fill('v') } })],
    [
      '50 values per user attribute',
      50,
      (n: number) => ({ User: { UserAttributes: { name: Array(n).fill('v') } } }),
    ],
  ])('are %s', async (_, limit, make) => {
    expect(await put({ ...anna, ...make(limit) })).toEqual(accepted)
    expect(await put({ ...anna, ...make(limit + 1) })).toMatchObject({ status: 400 })
  })

  test('are 15 KB for the record that an update would leave behind', async () => {
    const value = Array<string>(50).fill('v'.repeat(100))
    expect(await put({ ...anna, Attributes: { a: value, b: value } })).toEqual(accepted)
    const refused = await put({ Attributes: { c: value } })
    expect(refused).toEqual({ status: 400, message: 'The endpoint is larger than 15360 bytes' })
    expect(await put({ Attributes: { a: [], c: value } })).toEqual(accepted)
  })

  test('are 250 attribute names over all endpoints of a project, of all kinds together', async () => {
    expect(await put({ ...anna, Attributes: numbered(200, ['v']) })).toEqual(accepted)
    expect(await put({ ...anna, Metrics: numbered(49, 1) }, 'bo')).toEqual(accepted)
    expect(await put({ ...anna, User: { UserAttributes: numbered(1, ['v']) } }, 'cy')).toEqual(accepted)
    expect((await put({ ...anna, Attributes: { another: ['v'] } })).message).toContain(
      'Too many custom attributes',
    )
    expect(await put({ ...anna, Attributes: numbered(200, ['w']) })).toEqual(accepted)
  })
})

describe('the limits of a request', () => {
  const items = (count: number) => Array.from({ length: count }, (_, at) => ({ ...anna, Id: `e${at}` }))
  const batch = async (body: string) => {
    const response = await stage.raw('PUT', `/v1/apps/${APP}/endpoints`, body)
    return { status: response.status, message: ((await response.json()) as { Message: string }).Message }
  }

  test('are 100 items', async () => {
    expect(await batch(JSON.stringify({ Item: items(100) }))).toEqual(accepted)
    const Item = items(101) as { Id: string; ChannelType: 'EMAIL'; Address: string }[]
    const command = new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } })
    expect(await refusal(stage.client().send(command))).toEqual({
      name: 'BadRequestException',
      status: 400,
      message: 'Invalid Item: expected a list of 1 to 100 endpoints',
    })
  })

  test.each([
    ['{}', 'Missing Item'],
    ['{"Item":{}}', 'Invalid Item'],
    ['{"Item":[]}', 'Invalid Item'],
    ['{"Item":[7]}', 'Invalid Item: expected a list of objects'],
    ['{"Item":[{"Address":"a@example.com","ChannelType":"EMAIL"}]}', 'Missing Id'],
    ['{"Item":[', 'Invalid JSON in the request body'],
    ['', 'Missing request body'],
  ])('refuse %s', async (body, message) => {
    const refused = await batch(body)
    expect(refused.status).toBe(400)
    expect(refused.message).toContain(message)
  })

  test('are 7 MB', async () => {
    const roomy = `{"Item":[{"Id":"a","Address":"a@example.com","ChannelType":"EMAIL","Padding":"${'x'.repeat(6_900_000)}"}]}`
    expect(await batch(roomy)).toEqual(accepted)
    const EndpointRequest = { Attributes: { big: ['x'.repeat(7_400_000)] } }
    const command = new UpdateEndpointCommand({ ApplicationId: APP, EndpointId: 'a', EndpointRequest })
    expect(await refusal(stage.client().send(command))).toMatchObject({
      name: 'PayloadTooLargeException',
      status: 413,
    })
  })
})

test('null members count as left out, and members the service does not know are ignored', async () => {
  expect(await put({ ...anna, OptOut: null, Attributes: { tier: ['a', null] }, Colour: 'red' })).toEqual(
    accepted,
  )
  stage.clock.advance(150)
  const [endpoint] = stage.pinpoint.endpoints('eu-west-1', APP).all()
  expect(endpoint).toMatchObject({ OptOut: 'NONE', Attributes: { tier: ['a'] } })
  expect(endpoint).not.toHaveProperty('Colour')
})
