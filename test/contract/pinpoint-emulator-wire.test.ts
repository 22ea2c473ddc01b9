import {
  CreateAppCommand,
  DeleteAppCommand,
  DeleteEventStreamCommand,
  GetAppCommand,
  GetAppsCommand,
  GetEndpointCommand,
  GetEventStreamCommand,
  PutEventStreamCommand,
  PutEventsCommand,
  UpdateEndpointsBatchCommand,
} from '@aws-sdk/client-pinpoint'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPinpoint } from '../../local/pinpoint/pinpoint.ts'
import { APP, IRELAND, openStage, refusal, ROLE, VIRGINIA, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const STREAM = 'arn:aws:kinesis:eu-west-1:000000000000:stream/events'

describe('an error', () => {
  test('carries its name in a header, and its message and the request in the body', async () => {
    const response = await stage.raw('GET', `/v1/apps/${APP}/endpoints/nobody`)
    expect(response.status).toBe(404)
    expect(response.headers.get('x-amzn-errortype')).toBe('NotFoundException')
    expect(response.headers.get('content-type')).toBe('application/json')
    const requestId = response.headers.get('x-amzn-requestid')
    expect(await response.json()).toEqual({ Message: 'Resource not found', RequestID: requestId })
  })

  test('is NotFoundException for a project of another Region', async () => {
    stage.pinpoint.createApp(VIRGINIA, { Id: 'only-there', Name: 'v' })
    const command = new GetEndpointCommand({ ApplicationId: 'only-there', EndpointId: 'anna' })
    expect(await refusal(stage.client(IRELAND).send(command))).toMatchObject({
      name: 'NotFoundException',
      status: 404,
    })
  })

  test('is 501 with the name of an operation that is not emulated', async () => {
    const command = new PutEventsCommand({ ApplicationId: APP, EventsRequest: { BatchItem: {} } })
    expect(await refusal(stage.client().send(command))).toMatchObject({
      status: 501,
      message: 'NotImplemented: PutEvents is not emulated',
    })
  })

  test('is 501 with the path where Pinpoint has no such path at all', async () => {
    const response = await stage.raw('GET', '/v2/anything')
    expect(response.status).toBe(501)
    expect(await response.text()).toContain('GET /v2/anything')
  })

  test('is MethodNotAllowedException for a method the path does not have', async () => {
    const response = await stage.raw('PATCH', `/v1/apps/${APP}/endpoints/anna`)
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      405,
      'MethodNotAllowedException',
    ])
  })

  test('is 400 for a broken escape in the path', async () => {
    expect((await stage.raw('GET', `/v1/apps/${APP}/endpoints/%zz`)).status).toBe(400)
  })

  test('is 400 and names the Regions for a Region without Pinpoint', async () => {
    const command = new GetAppsCommand({})
    const refused = await refusal(stage.client('eu-north-1').send(command))
    expect(refused.status).toBe(400)
    expect(refused.message).toContain('eu-west-1')
    expect(() => stage.pinpoint.createApp('eu-north-1', { Name: 'x' })).toThrow('has no Region "eu-north-1"')
  })

  test('is ForbiddenException for a request without a signature', async () => {
    const pinpoint = createPinpoint({ objects: () => stage.bucket.store })
    const caller = { region: IRELAND, accessKeyId: 'local', authorize: () => undefined }
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void pinpoint.handle(request, response, caller)
    const server = createServer(listener).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/apps`)
    server.close()
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, 'ForbiddenException'])
  })
})

describe('IAM', () => {
  test('is asked for the documented action on the documented resource', async () => {
    const calls = [
      ['GET', '/v1/apps'],
      ['GET', `/v1/apps/${APP}/endpoints/a%2Fb`],
      ['PUT', `/v1/apps/${APP}/endpoints`],
      ['DELETE', `/v1/apps/${APP}/users/anna`],
      ['POST', `/v1/apps/${APP}/jobs/import`],
      ['GET', `/v1/apps/${APP}/jobs/import/j1`],
      ['POST', `/v1/apps/${APP}/jobs/export`],
      ['POST', `/v1/apps/${APP}/eventstream`],
    ] as const
    for (const [method, path] of calls) await stage.raw(method, path)
    const arn = 'arn:aws:mobiletargeting:eu-west-1:000000000000:apps'
    expect(stage.authorized).toEqual([
      `mobiletargeting:GetApps ${arn}`,
      `mobiletargeting:GetEndpoint ${arn}/${APP}/endpoints/a/b`,
      `mobiletargeting:UpdateEndpointsBatch ${arn}/${APP}`,
      `mobiletargeting:DeleteUserEndpoints ${arn}/${APP}/users/anna`,
      `mobiletargeting:CreateImportJob ${arn}/${APP}`,
      `mobiletargeting:GetImportJob ${arn}/${APP}/jobs/import/j1`,
      `mobiletargeting:CreateExportJob ${arn}/${APP}/jobs/export`,
      `mobiletargeting:PutEventStream ${arn}/${APP}/eventstream`,
    ])
  })

  test('says no with 403 AccessDeniedException, and nothing is done', async () => {
    const arn = `arn:aws:mobiletargeting:eu-west-1:000000000000:apps/${APP}`
    const guarded = await openStage({ denied: [`mobiletargeting:UpdateEndpointsBatch ${arn}`] })
    const Item = [{ Id: 'anna', Address: 'anna@example.com', ChannelType: 'EMAIL' as const }]
    const command = new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } })
    const refused = await refusal(guarded.client().send(command))
    expect(refused).toMatchObject({ name: 'AccessDeniedException', status: 403 })
    expect(refused.message).toContain('is not authorized to perform: mobiletargeting:UpdateEndpointsBatch')
    guarded.clock.advance(150)
    expect([...guarded.pinpoint.endpoints(IRELAND, APP).all()]).toEqual([])
    await guarded.close()
  })
})

describe('a project', () => {
  test('is created with an id and an ARN of its own, read, and deleted', async () => {
    const client = stage.client()
    const CreateApplicationRequest = { Name: 'customers', tags: { team: 'crm' } }
    const created = await client.send(new CreateAppCommand({ CreateApplicationRequest }))
    expect(created.$metadata.httpStatusCode).toBe(201)
    const { Id: ApplicationId = '', ...app } = created.ApplicationResponse ?? {}
    expect(ApplicationId).toMatch(/^[0-9a-f]{32}$/)
    expect(app).toEqual({
      Arn: `arn:aws:mobiletargeting:eu-west-1:000000000000:apps/${ApplicationId}`,
      Name: 'customers',
      tags: { team: 'crm' },
      CreationDate: '2026-11-21T09:00:00.000Z',
    })
    const read = await client.send(new GetAppCommand({ ApplicationId }))
    expect(read.ApplicationResponse).toEqual(created.ApplicationResponse)
    await client.send(new DeleteAppCommand({ ApplicationId }))
    expect(await refusal(client.send(new GetAppCommand({ ApplicationId })))).toMatchObject({ status: 404 })
  })

  test('is one of at most 100 in a Region, listed page by page', async () => {
    for (let n = 2; n <= 100; n += 1) stage.pinpoint.createApp(IRELAND, { Id: `app-${n}`, Name: 'n' })
    const CreateApplicationRequest = { Name: 'one too many' }
    const refused = refusal(stage.client().send(new CreateAppCommand({ CreateApplicationRequest })))
    expect(await refused).toMatchObject({ status: 400 })

    const ids: (string | undefined)[] = []
    let Token: string | undefined
    do {
      const page = await stage.client().send(new GetAppsCommand({ PageSize: '30', ...(Token && { Token }) }))
      ids.push(...(page.ApplicationsResponse?.Item ?? []).map(({ Id }) => Id))
      Token = page.ApplicationsResponse?.NextToken
    } while (Token !== undefined)
    expect(new Set(ids).size).toBe(100)
    expect(ids[0]).toBe(APP)
  })

  test.each(['?page-size=0', '?page-size=101', '?page-size=two', '?token=made-up'])(
    'cannot be listed with %s',
    async (query) => {
      expect((await stage.raw('GET', `/v1/apps${query}`)).status).toBe(400)
    },
  )

  test('has at most one event stream', async () => {
    const client = stage.client()
    const get = () => client.send(new GetEventStreamCommand({ ApplicationId: APP }))
    expect(await refusal(get())).toMatchObject({ name: 'NotFoundException' })
    const WriteEventStream = { DestinationStreamArn: STREAM, RoleArn: ROLE }
    await client.send(new PutEventStreamCommand({ ApplicationId: APP, WriteEventStream }))
    expect((await get()).EventStream).toMatchObject({ ApplicationId: APP, ...WriteEventStream })
    expect(stage.authorized).toContain(`iam:PassRole ${ROLE}`)
    await client.send(new DeleteEventStreamCommand({ ApplicationId: APP }))
    expect(await refusal(get())).toMatchObject({ name: 'NotFoundException' })
  })
})
