import { gunzipSync } from 'node:zlib'
import {
  CreateExportJobCommand,
  CreateImportJobCommand,
  DeleteEndpointCommand,
  GetAppCommand,
  GetExportJobCommand,
  GetImportJobCommand,
  UpdateEndpointCommand,
  UpdateEndpointsBatchCommand,
  type EndpointRequest,
} from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FaultSpec } from '../../local/pinpoint/fault-spec.ts'
import {
  APP,
  eventually,
  IRELAND,
  openStage,
  refusal,
  ROLE,
  VIRGINIA,
  type Stage,
} from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    import: { stateMs: 10, rowsPerSecond: 1000, pieceBytes: 300 },
    export: { stateMs: 10, linesPerPart: 10 },
  })
})
afterEach(() => stage.close())

const anna: EndpointRequest = { Address: 'anna@example.com', ChannelType: 'EMAIL' }
const update = (EndpointId: string, EndpointRequest = anna, region = IRELAND) =>
  stage.client(region).send(new UpdateEndpointCommand({ ApplicationId: APP, EndpointId, EndpointRequest }))
const getApp = (region = IRELAND) => stage.client(region).send(new GetAppCommand({ ApplicationId: APP }))

async function fill(count: number): Promise<void> {
  const Item = Array.from({ length: count }, (_, n) => ({
    Id: `e${n}`,
    Address: `user${n}@example.com`,
    ChannelType: 'EMAIL' as const,
  }))
  const command = new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } })
  await stage.client().send(command)
}

function applied() {
  stage.clock.advance(150)
  return [...stage.pinpoint.endpoints(IRELAND, APP).all()]
}

describe('a fault on requests', () => {
  test('down destroys the connection, in its Region only, until it is switched off', async () => {
    const id = stage.pinpoint.faults.add({ kind: 'down', region: IRELAND, operation: '*' })
    expect((await refusal(getApp())).status).toBe(0)
    await getApp(VIRGINIA)
    expect(stage.pinpoint.faults.remove(id)).toBe(true)
    await getApp()
  })

  test('down may lose the answer only, after the work is done', async () => {
    stage.pinpoint.faults.add({ kind: 'down', region: IRELAND, operation: 'UpdateEndpoint', applied: true })
    await expect(update('anna')).rejects.toThrow()
    expect(applied()).toHaveLength(1)
  })

  test('throttled answers 429 to one operation and not to another', async () => {
    stage.pinpoint.faults.add({ kind: 'throttled', region: '*', operation: 'UpdateEndpoint', times: 1 })
    expect(await refusal(update('anna'))).toMatchObject({ name: 'TooManyRequestsException', status: 429 })
    await update('anna')
    stage.pinpoint.faults.add({ kind: 'throttled', region: IRELAND, operation: 'GetApps' })
    await getApp()
  })

  test.each([
    [false, 0],
    [true, 1],
  ])('error answers 500, with applied: %s', async (isApplied, count) => {
    stage.pinpoint.faults.add({
      kind: 'error',
      region: IRELAND,
      operation: '*',
      applied: isApplied,
      times: 1,
    })
    const refused = await refusal(update('anna'))
    expect(refused).toMatchObject({ name: 'InternalServerErrorException', status: 500 })
    expect(applied()).toHaveLength(count)
  })

  test('slow makes a request wait, and does its work even when the caller has given up', async () => {
    stage.pinpoint.faults.add({ kind: 'slow', region: IRELAND, operation: 'UpdateEndpoint', ms: 5000 })
    const patience = new AbortController()
    const command = new UpdateEndpointCommand({
      ApplicationId: APP,
      EndpointId: 'anna',
      EndpointRequest: anna,
    })
    const call = stage.client().send(command, { abortSignal: patience.signal })
    await eventually(stage.clock, () => stage.authorized[0], 0)
    patience.abort()
    await expect(call).rejects.toThrow()
    expect(applied()).toEqual([])
    await eventually(stage.clock, () => applied()[0], 1000)
  })

  test('strikes as often as it is told to, and with the chance it is given', async () => {
    stage.pinpoint.faults.add({
      kind: 'error',
      region: IRELAND,
      operation: 'GetApp',
      probability: 0.5,
      times: 5,
    })
    let errors = 0
    for (let n = 0; n < 40; n += 1) await getApp().catch(() => (errors += 1))
    expect(errors).toBe(5)
    expect(stage.pinpoint.faults.list()).toEqual([])
  })
})

describe('a fault on changes', () => {
  test('lost accepts single endpoints and never applies them', async () => {
    stage.pinpoint.faults.add({ kind: 'lost', region: IRELAND, operation: 'UpdateEndpointsBatch', times: 3 })
    await fill(10)
    expect(applied().map(({ Id }) => Id)).toEqual(['e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9'])
  })

  test('lost strikes by chance', async () => {
    stage.pinpoint.faults.add({ kind: 'lost', region: IRELAND, operation: '*', probability: 0.3 })
    await fill(100)
    expect(applied().length).toBeGreaterThan(50)
    expect(applied().length).toBeLessThan(90)
  })

  test('lost still refuses what is invalid', async () => {
    stage.pinpoint.faults.add({ kind: 'lost', region: IRELAND, operation: '*' })
    expect(await refusal(update('anna', {}))).toMatchObject({ status: 400, message: 'Missing Address' })
  })

  test('lost forgets a deletion', async () => {
    await update('anna')
    stage.pinpoint.faults.add({ kind: 'lost', region: IRELAND, operation: 'DeleteEndpoint' })
    await stage.client().send(new DeleteEndpointCommand({ ApplicationId: APP, EndpointId: 'anna' }))
    expect(applied()).toHaveLength(1)
  })

  test('late lets a later update overtake', async () => {
    await update('anna', { ...anna, Attributes: { v: ['1'] } })
    stage.pinpoint.faults.add({
      kind: 'late',
      region: IRELAND,
      operation: 'UpdateEndpoint',
      ms: 5000,
      times: 1,
    })
    await update('anna', { Attributes: { v: ['2'] } })
    await update('anna', { Attributes: { v: ['3'] } })
    expect(applied()[0]?.Attributes).toEqual({ v: ['3'] })
    stage.clock.advance(5000)
    expect(applied()[0]?.Attributes).toEqual({ v: ['2'] })
  })

  test('late drops an update without a word when it can no longer be applied', async () => {
    await update('anna')
    stage.pinpoint.faults.add({ kind: 'late', region: IRELAND, operation: 'UpdateEndpoint', ms: 1000 })
    await update('anna', { Attributes: { v: ['2'] } })
    await stage.client().send(new DeleteEndpointCommand({ ApplicationId: APP, EndpointId: 'anna' }))
    stage.clock.advance(1000)
    expect(applied()).toEqual([])
  })
})

describe('a fault on an import job', () => {
  async function startImport(count: number) {
    const lines = Array.from({ length: count }, (_, n) => `e${n},user${n}@example.com,EMAIL\n`)
    stage.bucket.contents.set('in.csv', Buffer.from(`Id,Address,ChannelType\n${lines.join('')}`))
    const ImportJobRequest = {
      Format: 'CSV',
      S3Url: 's3://drops/in.csv',
      RoleArn: ROLE,
      RegisterEndpoints: true,
    } as const
    const command = new CreateImportJobCommand({ ApplicationId: APP, ImportJobRequest })
    return (await stage.client().send(command)).ImportJobResponse?.Id
  }
  async function look(JobId: string | undefined) {
    const command = new GetImportJobCommand({ ApplicationId: APP, JobId })
    return (await stage.client().send(command)).ImportJobResponse
  }
  const finished = (id: string | undefined) =>
    eventually(stage.clock, async () => {
      const job = await look(id)
      return job?.CompletionDate === undefined ? undefined : job
    })

  test('stuck holds it in a state for good, and its place among the concurrent jobs', async () => {
    stage.pinpoint.faults.add({
      kind: 'stuck',
      region: IRELAND,
      operation: 'ImportJob',
      state: 'PENDING_JOB',
    })
    const id = await startImport(5)
    await startImport(5)
    await eventually(stage.clock, async () => (await look(id))?.JobStatus === 'PENDING_JOB' || undefined)
    stage.clock.advance(24 * 3600 * 1000)
    expect((await look(id))?.JobStatus).toBe('PENDING_JOB')
    expect(await refusal(startImport(5))).toMatchObject({ status: 429 })
    stage.clock.advance(150)
    await stage.pinpoint.settled()
  })

  test('stuck holds it after so many rows, for a while', async () => {
    const stuck = { kind: 'stuck', region: IRELAND, operation: 'ImportJob', rows: 7, ms: 60_000 } as const
    stage.pinpoint.faults.add(stuck)
    const id = await startImport(20)
    await eventually(stage.clock, async () => (await look(id))?.TotalProcessed === 7 || undefined)
    stage.clock.advance(50_000)
    expect(await look(id)).toMatchObject({ JobStatus: 'PROCESSING', TotalProcessed: 7 })
    expect(applied()).toHaveLength(7)
    stage.clock.advance(10_000)
    expect(await finished(id)).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 20 })
  })

  test('partial fails a share of the rows, and the job completes', async () => {
    stage.pinpoint.faults.add({ kind: 'partial', region: IRELAND, operation: 'ImportJob', rows: 0.5 })
    const job = await finished(await startImport(100))
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 100 })
    const failures = job.TotalFailures ?? 0
    expect(failures).toBeGreaterThan(25)
    expect(applied()).toHaveLength(100 - failures)
  })

  test('partial fails the last pieces, and with them the job', async () => {
    stage.pinpoint.faults.add({ kind: 'partial', region: IRELAND, operation: 'ImportJob', pieces: 2 })
    const job = await finished(await startImport(40))
    expect(job).toMatchObject({ JobStatus: 'FAILED', TotalPieces: 4, CompletedPieces: 2, FailedPieces: 2 })
    expect(applied().length).toBe(job.TotalProcessed)
    expect(applied().length).toBeGreaterThan(10)
    expect(applied().length).toBeLessThan(30)
  })

  test('lost counts rows as processed and does not apply them', async () => {
    stage.pinpoint.faults.add({ kind: 'lost', region: IRELAND, operation: 'ImportJob', times: 4 })
    const job = await finished(await startImport(10))
    expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 10, TotalFailures: 0 })
    expect(applied()).toHaveLength(6)
  })
})

describe('a fault on an export job', () => {
  async function exporting(count: number) {
    await fill(count)
    stage.clock.advance(150)
    const ExportJobRequest = { S3UrlPrefix: 's3://drops/out/', RoleArn: ROLE }
    const command = new CreateExportJobCommand({ ApplicationId: APP, ExportJobRequest })
    const JobId = (await stage.client().send(command)).ExportJobResponse?.Id
    return eventually(stage.clock, async () => {
      const get = new GetExportJobCommand({ ApplicationId: APP, JobId })
      const job = (await stage.client().send(get)).ExportJobResponse
      return job?.CompletionDate === undefined ? undefined : job
    })
  }
  const part = (n: number) => stage.bucket.contents.get(`out/part-0000${n}.gz`) ?? Buffer.alloc(0)

  test('truncated leaves lines out of an export that counts them and says COMPLETED', async () => {
    stage.pinpoint.faults.add({ kind: 'truncated', region: IRELAND, operation: 'ExportJob', share: 0.5 })
    expect(await exporting(30)).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 30 })
    expect(gunzipSync(part(0)).toString().trimEnd().split('\n')).toHaveLength(10)
    expect(gunzipSync(part(1)).toString().trimEnd().split('\n')).toHaveLength(5)
    expect(gunzipSync(part(2))).toHaveLength(0)
  })

  test('truncated and broken cuts the last part off in the middle of its gzip', async () => {
    stage.pinpoint.faults.add({ kind: 'truncated', region: IRELAND, operation: 'ExportJob', broken: true })
    expect(await exporting(15)).toMatchObject({ JobStatus: 'COMPLETED' })
    expect(gunzipSync(part(0)).length).toBeGreaterThan(0)
    expect(() => gunzipSync(part(1))).toThrow('unexpected end of file')
  })

  test('partial writes the first parts, and the job is FAILED', async () => {
    stage.pinpoint.faults.add({ kind: 'partial', region: IRELAND, operation: 'ExportJob', pieces: 1 })
    expect(await exporting(25)).toMatchObject({ JobStatus: 'FAILED', CompletedPieces: 2, FailedPieces: 1 })
    expect([...stage.bucket.contents.keys()]).toEqual(['out/part-00000.gz', 'out/part-00001.gz'])
  })
})

describe('over HTTP', () => {
  const faults = (method: string, path = '', body?: object | string) =>
    fetch(`${stage.url}/_pinpoint/faults${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const spec: FaultSpec = { kind: 'throttled', region: IRELAND, operation: 'GetApp', times: 2 }

  test('a fault is added, listed with its strikes, and switched off', async () => {
    const added = await faults('POST', '', spec)
    expect(added.status).toBe(201)
    const { id } = (await added.json()) as { id: string }
    await getApp().catch(() => undefined)
    expect(await (await faults('GET')).json()).toEqual({ faults: [{ id, ...spec, strikes: 1 }] })
    expect((await faults('DELETE', `/${id}`)).status).toBe(204)
    expect((await faults('DELETE', `/${id}`)).status).toBe(404)
    await getApp()
  })

  test('all faults are switched off at once', async () => {
    await faults('POST', '', spec)
    await faults('POST', '', { ...spec, kind: 'error' })
    expect((await faults('DELETE')).status).toBe(204)
    expect(await (await faults('GET')).json()).toEqual({ faults: [] })
  })

  test.each([
    ['an unknown kind', { ...spec, kind: 'flood' }, 'kind'],
    ['an unknown Region', { ...spec, region: 'eu-north-1' }, 'region'],
    ['an unknown operation', { ...spec, operation: 'SendMessages' }, 'operation'],
    ['an operation the kind does not go with', { ...spec, kind: 'stuck' }, 'operation'],
    ['a missing parameter', { ...spec, kind: 'slow' }, 'ms'],
    ['an unknown parameter', { ...spec, ms: 5 }, 'ms'],
    ['times below 1', { ...spec, times: 0 }, 'times'],
    ['a chance above 1', { ...spec, probability: 2 }, 'probability'],
    ['no effect', { kind: 'partial', region: '*', operation: 'ImportJob' }, 'rows'],
    ['no JSON', '{', 'JSON'],
    ['no body', '', 'Not a fault'],
  ])('a fault with %s is refused with 400', async (_, body, named) => {
    const response = await faults('POST', '', body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { Message: string }).Message).toContain(named)
    expect(stage.pinpoint.faults.list()).toEqual([])
  })

  test('other methods and paths are refused', async () => {
    expect((await faults('PUT')).status).toBe(405)
    expect((await faults('GET', 's')).status).toBe(404)
  })

  test('from code, a bad fault throws', () => {
    const bad = { ...spec, times: -1 }
    expect(() => stage.pinpoint.faults.add(bad)).toThrow('Not a fault')
  })
})
