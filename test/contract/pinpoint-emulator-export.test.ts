import { gunzipSync } from 'node:zlib'
import {
  CreateExportJobCommand,
  GetExportJobCommand,
  GetExportJobsCommand,
  UpdateEndpointCommand,
  UpdateEndpointsBatchCommand,
  type ExportJobRequest,
  type ExportJobResponse,
  type EndpointRequest,
} from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { APP, eventually, IRELAND, openStage, refusal, ROLE, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({ export: { stateMs: 10, linesPerPart: 40, linesPerSecond: 100 } })
})
afterEach(() => stage.close())

async function start(request: Partial<ExportJobRequest> = {}): Promise<ExportJobResponse> {
  const ExportJobRequest = { RoleArn: ROLE, S3UrlPrefix: 's3://drops/out', ...request }
  const command = new CreateExportJobCommand({ ApplicationId: APP, ExportJobRequest })
  const { ExportJobResponse, $metadata } = await stage.client().send(command)
  expect($metadata.httpStatusCode).toBe(202)
  return ExportJobResponse ?? expect.unreachable('no job in the reply')
}

async function look(JobId: string | undefined): Promise<ExportJobResponse> {
  const { ExportJobResponse } = await stage
    .client()
    .send(new GetExportJobCommand({ ApplicationId: APP, JobId }))
  return ExportJobResponse ?? expect.unreachable('no job in the reply')
}

const finished = ({ Id }: ExportJobResponse) =>
  eventually(stage.clock, async () => {
    const job = await look(Id)
    return job.CompletionDate === undefined ? undefined : job
  })

async function fill(count: number): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const Item = Array.from({ length: Math.min(100, count - from) }, (_, n) => ({
      Id: `e${from + n}`,
      Address: `user${from + n}@example.com`,
      ChannelType: 'EMAIL' as const,
      Attributes: { round: ['1'] },
    }))
    const command = new UpdateEndpointsBatchCommand({ ApplicationId: APP, EndpointBatchRequest: { Item } })
    await stage.client().send(command)
  }
  stage.clock.advance(150)
}

const keys = () => [...stage.bucket.contents.keys()]
const linesOf = (key: string) =>
  gunzipSync(stage.bucket.contents.get(key) ?? expect.unreachable(`no object ${key}`))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const allLines = () => keys().flatMap(linesOf)

describe('an export', () => {
  test('writes every endpoint as a line of gzip parts below the prefix', async () => {
    await fill(100)
    const started = await start()
    expect(started).toMatchObject({
      Type: 'EXPORT',
      JobStatus: 'CREATED',
      Definition: { S3UrlPrefix: 's3://drops/out', RoleArn: ROLE },
    })
    const job = await finished(started)
    expect(job).toMatchObject({
      JobStatus: 'COMPLETED',
      TotalPieces: 3,
      CompletedPieces: 3,
      TotalProcessed: 100,
    })
    expect(keys()).toEqual(['out/part-00000.gz', 'out/part-00001.gz', 'out/part-00002.gz'])
    expect(keys().map((key) => linesOf(key).length)).toEqual([40, 40, 20])
    expect(new Set(allLines().map(({ Id }) => Id)).size).toBe(100)
  })

  test('writes what GetEndpoint would say, opted-out and INACTIVE endpoints too', async () => {
    const EndpointRequest: EndpointRequest = {
      Address: 'anna@example.com',
      ChannelType: 'EMAIL',
      EndpointStatus: 'INACTIVE',
      OptOut: 'ALL',
      User: { UserId: 'u1', UserAttributes: { tier: ['gold'] } },
    }
    const command = new UpdateEndpointCommand({ ApplicationId: APP, EndpointId: 'anna', EndpointRequest })
    await stage.client().send(command)
    stage.clock.advance(150)
    await finished(await start())
    const [line] = allLines()
    expect(line).toEqual(JSON.parse(JSON.stringify([...stage.pinpoint.endpoints(IRELAND, APP).all()][0])))
    expect(line).toMatchObject({ Id: 'anna', ...EndpointRequest, ApplicationId: APP })
    expect(line).not.toHaveProperty('Attributes')
  })

  test('is no snapshot: lines written later show later writes', async () => {
    await fill(60)
    const job = await start()
    await eventually(stage.clock, async () => ((await look(job.Id)).TotalProcessed ?? 0) >= 20 || undefined)
    for (const EndpointId of ['e0', 'e59']) {
      const EndpointRequest = { Attributes: { round: ['2'] } }
      await stage
        .client()
        .send(new UpdateEndpointCommand({ ApplicationId: APP, EndpointId, EndpointRequest }))
    }
    await finished(job)
    const round = new Map(allLines().map((line) => [line['Id'], line['Attributes']]))
    expect(round.get('e0')).toEqual({ round: ['1'] })
    expect(round.get('e59')).toEqual({ round: ['2'] })
  })

  test('of an empty project writes no object', async () => {
    expect(await finished(await start())).toMatchObject({ JobStatus: 'COMPLETED', TotalPieces: 0 })
    expect(keys()).toEqual([])
  })

  test('reads back with an empty definition, alone and in the list', async () => {
    const { Id } = await start()
    expect((await look(Id)).Definition).toEqual({})
    const { ExportJobsResponse } = await stage.client().send(new GetExportJobsCommand({ ApplicationId: APP }))
    expect(ExportJobsResponse?.Item).toEqual([await look(Id)])
  })

  test('fails where there is no bucket', async () => {
    await fill(1)
    const job = await finished(await start({ S3UrlPrefix: 's3://elsewhere/out/' }))
    expect(job).toMatchObject({ JobStatus: 'FAILED', TotalProcessed: 0 })
    expect(job.Failures).toEqual(['NoSuchBucket: The specified bucket does not exist: elsewhere'])
  })
})

describe('CreateExportJob', () => {
  test.each([
    ['no prefix', { S3UrlPrefix: '' }, 400, 'Missing S3UrlPrefix'],
    ['a prefix outside S3', { S3UrlPrefix: 'file:///tmp' }, 400, 'Invalid S3UrlPrefix'],
    ['a RoleArn that is none', { RoleArn: 'x' }, 400, 'Invalid RoleArn'],
    ['a segment', { SegmentId: 's1' }, 501, 'CreateExportJob with SegmentId is not emulated'],
  ])('is refused with %s', async (_, request, status, message) => {
    const refused = await refusal(start(request))
    expect(refused.status).toBe(status)
    expect(refused.message).toContain(message)
  })

  test('is refused beyond the number of jobs that may run at once', async () => {
    await start()
    await start()
    expect(await refusal(start())).toMatchObject({
      status: 429,
      message: 'Maximum concurrent exports limit exceeded',
    })
  })
})
