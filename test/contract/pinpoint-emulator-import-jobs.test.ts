import { gzipSync } from 'node:zlib'
import { GetImportJobsCommand, UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AccessDenied } from '../../local/service.ts'
import { HEADER, importsOn, rows } from './pinpoint-emulator-importing.ts'
import { APP, eventually, openStage, refusal, ROLE, type Stage } from './pinpoint-emulator-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const { start, look, finished, importing, endpoints, ids } = importsOn(() => stage)

describe('any import', () => {
  test.each([
    ['a compressed file', gzipSync(HEADER), 'the file is compressed'],
    ['Latin-1', Buffer.from(`${HEADER}anna,caf\xe9@example.com,EMAIL\n`, 'latin1'), 'the file is not UTF-8'],
  ])('fails for %s', async (_, bytes, why) => {
    const job = await importing(bytes)
    expect(job).toMatchObject({ JobStatus: 'FAILED', FailedPieces: 1 })
    expect(job.Failures).toEqual([`s3://drops/in.csv: Bad request: ${why}`])
  })

  test('reads every object below a prefix but those of the other format', async () => {
    stage.bucket.contents.set('run/a.csv', Buffer.from(`${HEADER}a,a@example.com,EMAIL\n`))
    stage.bucket.contents.set('run/deep/b', Buffer.from(`${HEADER}b,b@example.com,EMAIL\n`))
    stage.bucket.contents.set('run/c.json', Buffer.from('{"Id":"c"}'))
    stage.bucket.contents.set('run/', Buffer.alloc(0))
    stage.bucket.contents.set('other.csv', Buffer.from(`${HEADER}o,o@example.com,EMAIL\n`))
    const job = await finished(await start({ S3Url: 's3://drops/run/' }))
    expect(job).toMatchObject({
      JobStatus: 'COMPLETED',
      TotalPieces: 2,
      CompletedPieces: 2,
      TotalProcessed: 2,
    })
    expect(ids()).toEqual(['a', 'b'])
  })

  test('reads one object where its key is exactly that, and all that begin with it where none is', async () => {
    for (const key of ['day/1', 'day/10', 'day/11']) {
      const id = key.replace('/', '-')
      stage.bucket.contents.set(key, Buffer.from(`${HEADER}${id},${id}@example.com,EMAIL\n`))
    }
    await finished(await start({ S3Url: 's3://drops/day/1' }))
    expect(ids()).toEqual(['day-1'])
    stage.bucket.contents.delete('day/1')
    await finished(await start({ S3Url: 's3://drops/day/1' }))
    expect(ids()).toEqual(['day-1', 'day-10', 'day-11'])
  })

  test('counts pieces of JSON lines as their bytes pass by', async () => {
    await stage.close()
    stage = await openStage({ import: { stateMs: 10, rowsPerSecond: 10, pieceBytes: 200 } })
    const line = (n: number) => `{"Id":"e${n}","Address":"user${n}@example.com","ChannelType":"EMAIL"}\n`
    stage.bucket.contents.set('in.json', Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8].map(line).join('')))
    const job = await start({ S3Url: 's3://drops/in.json', Format: 'JSON' })
    const midway = await eventually(stage.clock, async () => {
      const seen = await look(job.Id)
      return seen.TotalProcessed === 7 ? seen : undefined
    })
    expect(midway).toMatchObject({ TotalPieces: 3, CompletedPieces: 2, JobStatus: 'PROCESSING' })
    await finished(job)
  })

  test('goes on to the next object when one fails, and is FAILED in the end', async () => {
    stage.bucket.contents.set('run/1.csv', gzipSync('x'))
    stage.bucket.contents.set('run/2.csv', Buffer.from(`${HEADER}b,b@example.com,EMAIL\n`))
    const job = await finished(await start({ S3Url: 's3://drops/run/' }))
    expect(job).toMatchObject({ JobStatus: 'FAILED', TotalPieces: 2, CompletedPieces: 1, FailedPieces: 1 })
    expect(ids()).toEqual(['b'])
  })

  test.each([
    ['no object', 's3://drops/nothing', 'nothing to import at s3://drops/nothing'],
    ['no bucket', 's3://elsewhere/in.csv', 'NoSuchBucket: The specified bucket does not exist: elsewhere'],
  ])('fails where there is %s', async (_, S3Url, why) => {
    const job = await finished(await start({ S3Url }))
    expect(job.JobStatus).toBe('FAILED')
    expect(job.Failures?.[0]).toContain(why)
  })

  test('fails where the role may not read', async () => {
    await stage.close()
    stage = await openStage({
      objects: (roleArn) => {
        throw new AccessDenied('pinpoint.amazonaws.com', 'sts:AssumeRole', roleArn)
      },
    })
    const job = await finished(await start())
    expect(job.JobStatus).toBe('FAILED')
    expect(job.Failures?.[0]).toContain('AccessDenied: User: pinpoint.amazonaws.com is not authorized')
  })

  test('fails beyond the number of files and bytes a job may have', async () => {
    await stage.close()
    stage = await openStage({ import: { stateMs: 10, maxFiles: 1, maxBytes: 60 } })
    stage.bucket.contents.set('many/1.csv', Buffer.from(HEADER))
    stage.bucket.contents.set('many/2.csv', Buffer.from(HEADER))
    const many = await finished(await start({ S3Url: 's3://drops/many/' }))
    expect(many.Failures?.[0]).toContain('2 files exceed the limit of 1 files')
    const large = await importing(HEADER + rows(3))
    expect(large.Failures?.[0]).toContain('exceed the limit of 60 bytes')
  })

  test('passes through its states, counting while it goes', async () => {
    await stage.close()
    stage = await openStage({ import: { stateMs: 20, rowsPerSecond: 100, pieceBytes: 500 } })
    stage.bucket.contents.set('in.csv', Buffer.from(HEADER + rows(50)))
    const started = await start()
    expect(started).toMatchObject({
      JobStatus: 'CREATED',
      Type: 'IMPORT',
      ApplicationId: APP,
      TotalPieces: 0,
    })

    const seen = new Set<string>()
    const counts: { processed: number; pieces: number; visible: number }[] = []
    await eventually(stage.clock, async () => {
      const job = await look(started.Id)
      seen.add(String(job.JobStatus))
      if (job.JobStatus === 'PROCESSING') {
        counts.push({
          processed: job.TotalProcessed ?? 0,
          pieces: job.CompletedPieces ?? 0,
          visible: endpoints().length,
        })
      }
      return job.CompletionDate
    })
    expect([...seen]).toEqual([
      'CREATED',
      'PREPARING_FOR_INITIALIZATION',
      'INITIALIZING',
      'PROCESSING',
      'PENDING_JOB',
      'COMPLETING',
      'COMPLETED',
    ])
    expect(
      counts.some(({ processed, pieces, visible }) => processed > visible && visible > 0 && pieces > 0),
    ).toBe(true)
    const job = await look(started.Id)
    expect(job).toMatchObject({ TotalProcessed: 50, TotalPieces: 3, CompletedPieces: 3 })
    expect(endpoints()).toHaveLength(50)
  })

  test('lets updates in between its rows: whichever comes last wins', async () => {
    await stage.close()
    stage = await openStage({ import: { stateMs: 10, rowsPerSecond: 10 } })
    const text = `${HEADER.trim()},Attributes.from\n${rows(20).replaceAll('EMAIL', 'EMAIL,file')}`
    stage.bucket.contents.set('in.csv', Buffer.from(text))
    const job = await start()
    await eventually(stage.clock, async () => ((await look(job.Id)).TotalProcessed ?? 0) >= 10 || undefined)
    for (const EndpointId of ['e1', 'e19']) {
      const EndpointRequest = {
        Address: `user${EndpointId.slice(1)}@example.com`,
        ChannelType: 'EMAIL' as const,
        Attributes: { from: ['api'] },
      }
      await stage
        .client()
        .send(new UpdateEndpointCommand({ ApplicationId: APP, EndpointId, EndpointRequest }))
    }
    await finished(job)
    const from = new Map(endpoints().map(({ Id, Attributes }) => [Id, Attributes?.['from']?.[0]]))
    expect([from.get('e1'), from.get('e19')]).toEqual(['api', 'file'])
  })

  test('only defines a segment where it does not register endpoints', async () => {
    stage.bucket.contents.set('in.csv', Buffer.from('User.UserId\nanna\nbo\n'))
    const started = await start({ RegisterEndpoints: false, DefineSegment: true, SegmentName: 'vip' })
    expect(started.Definition).toMatchObject({ SegmentName: 'vip', DefineSegment: true })
    expect(started.Definition?.SegmentId).toMatch(/^[0-9a-f]{32}$/)
    expect(await finished(started)).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 2 })
    expect(endpoints()).toEqual([])
  })

  test('is refused beyond the number of jobs that may run at once, until one has ended', async () => {
    stage.bucket.contents.set('in.csv', Buffer.from(HEADER + rows(5)))
    const first = await start()
    await start()
    expect(await refusal(start())).toEqual({
      name: 'TooManyRequestsException',
      status: 429,
      message: 'Maximum concurrent imports limit exceeded',
    })
    await finished(first)
    await start()
  })

  test('is listed with all others, the newest first', async () => {
    const first = await importing(HEADER)
    const second = await importing(HEADER)
    const { ImportJobsResponse } = await stage
      .client()
      .send(new GetImportJobsCommand({ ApplicationId: APP, PageSize: '1' }))
    expect(ImportJobsResponse?.Item?.map(({ Id }) => Id)).toEqual([second.Id])
    const { ImportJobsResponse: next } = await stage
      .client()
      .send(new GetImportJobsCommand({ ApplicationId: APP, Token: ImportJobsResponse?.NextToken }))
    expect(next?.Item).toEqual([await look(first.Id)])
    expect(next?.NextToken).toBeUndefined()
  })
})

describe('CreateImportJob', () => {
  test.each([
    ['no S3Url', { S3Url: '' }, 'Missing S3Url'],
    ['an S3Url that is none', { S3Url: 'https://drops/in.csv' }, 'Invalid S3Url'],
    ['no RoleArn', { RoleArn: '' }, 'Missing RoleArn'],
    ['a RoleArn that is none', { RoleArn: 'pinpoint-jobs' }, 'Invalid RoleArn'],
    ['an unknown Format', { Format: 'XML' as 'CSV' }, 'Invalid Format'],
    ['nothing to do', { RegisterEndpoints: false }, 'must not both be false'],
  ])('is refused with %s', async (_, request, message) => {
    const refused = await refusal(start(request))
    expect(refused).toMatchObject({ name: 'BadRequestException', status: 400 })
    expect(refused.message).toContain(message)
  })

  test('needs iam:PassRole on the role', async () => {
    await stage.close()
    stage = await openStage({ denied: [`iam:PassRole ${ROLE}`] })
    expect(await refusal(start())).toMatchObject({ name: 'AccessDeniedException', status: 403 })
    expect(stage.authorized).toContain(`iam:PassRole ${ROLE}`)
  })

  test('is followed by 404 for a job that was never created', async () => {
    expect(await refusal(look('no-such-job'))).toMatchObject({ name: 'NotFoundException', status: 404 })
  })
})
