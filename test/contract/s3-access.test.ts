/** Who may do what where in the local S3: Regions, IAM, services of the stage, and the events they all cause. */
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AccessDenied } from '../../local/service.ts'
import { IRELAND, OHIO, failureOf, openS3Stage, textOfStream } from './s3-stage.ts'
import type { S3Stage } from './s3-stage.ts'

const NO = 'AccessDenied 403'

let stage: S3Stage
let client: ReturnType<S3Stage['client']>

beforeAll(async () => {
  stage = await openS3Stage()
  client = stage.client()
})
afterAll(() => stage.close())
beforeEach(() => {
  stage.denied.clear()
  stage.events.length = 0
})

const put = (Bucket: string, Key: string, more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...more }))

describe('a Region', () => {
  it('redirects what is meant for a bucket of another', async () => {
    const far = stage.client(OHIO)
    expect(await failureOf(far.send(new GetObjectCommand({ Bucket: 'plain', Key: 'k' })))).toBe(
      'PermanentRedirect 301',
    )
    const answer = await stage.raw('PUT', '/plain/k', { region: OHIO, body: 'lost' })
    expect([answer.status, answer.headers['x-amz-bucket-region']]).toEqual([301, IRELAND])
    expect(answer.body).toContain('<Endpoint>plain.s3.eu-west-1.amazonaws.com</Endpoint>')
    expect(await failureOf(client.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'k' })))).toBe(
      'NotFound 404',
    )
  })

  it('tells where a bucket is, whoever asks', async () => {
    const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: 'ohio' }))
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket: 'ohio' }))
    expect([BucketRegion, LocationConstraint]).toEqual([OHIO, OHIO])
    stage.s3.createBucket('virginia', { region: 'us-east-1', versioning: false })
    const { body } = await stage.raw('GET', '/virginia?location')
    expect(body).toMatch(/<LocationConstraint [^>]*><\/LocationConstraint>/)
    const { Buckets } = await client.send(new ListBucketsCommand({ BucketRegion: OHIO }))
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['ohio'])
  })

  it('lists its buckets page by page', async () => {
    const first = await client.send(new ListBucketsCommand({ MaxBuckets: 2 }))
    const { ContinuationToken } = first
    const rest = await client.send(new ListBucketsCommand({ ContinuationToken }))
    expect([first.Buckets?.length, rest.ContinuationToken]).toEqual([2, undefined])
    const names = [...(first.Buckets ?? []), ...(rest.Buckets ?? [])].map(({ Name }) => Name)
    expect(names).toEqual(['ohio', 'plain', 'versioned', 'virginia'])
  })
})

describe('IAM', () => {
  const KEY = 'arn:aws:s3:::plain/dir/key'

  it.each([
    ['s3:GetObject', () => new GetObjectCommand({ Bucket: 'plain', Key: 'dir/key' })],
    [
      's3:GetObjectVersion',
      () => new GetObjectCommand({ Bucket: 'plain', Key: 'dir/key', VersionId: 'null' }),
    ],
    ['s3:GetObjectTagging', () => new GetObjectTaggingCommand({ Bucket: 'plain', Key: 'dir/key' })],
    ['s3:PutObject', () => new PutObjectCommand({ Bucket: 'plain', Key: 'dir/key', Body: 'x' })],
    ['s3:PutObjectTagging', () => new PutObjectCommand({ Bucket: 'plain', Key: 'dir/key', Tagging: 'a=b' })],
    ['s3:PutObject', () => new CreateMultipartUploadCommand({ Bucket: 'plain', Key: 'dir/key' })],
    ['s3:DeleteObject', () => new DeleteObjectCommand({ Bucket: 'plain', Key: 'dir/key' })],
    [
      's3:DeleteObjectVersion',
      () => new DeleteObjectCommand({ Bucket: 'plain', Key: 'dir/key', VersionId: 'x' }),
    ],
  ])('asks %s on the object', async (action, command) => {
    await put('plain', 'dir/key')
    stage.denied.add(`${action} ${KEY}`)
    expect(await failureOf(client.send(command() as GetObjectCommand))).toBe(NO)
    stage.denied.clear()
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'plain', Prefix: 'dir/key' }))
    expect(Contents?.[0]?.Size).toBe(4)
  })

  it('asks s3:ListBucket and s3:ListBucketVersions on the bucket', async () => {
    stage.denied.add('s3:ListBucket arn:aws:s3:::plain').add('s3:ListBucketVersions arn:aws:s3:::plain')
    expect(await failureOf(client.send(new ListObjectsV2Command({ Bucket: 'plain' })))).toBe(NO)
    expect(await failureOf(client.send(new ListObjectVersionsCommand({ Bucket: 'plain' })))).toBe(NO)
    expect(await failureOf(client.send(new ListObjectsV2Command({ Bucket: 'versioned' })))).toBe('no failure')
  })

  it('hides from those who may not list whether a key is there', async () => {
    stage.denied.add('s3:ListBucket arn:aws:s3:::plain')
    expect(await failureOf(client.send(new GetObjectCommand({ Bucket: 'plain', Key: 'none' })))).toBe(NO)
    expect((await stage.raw('HEAD', '/plain/none')).status).toBe(403)
    stage.denied.clear()
    expect((await stage.raw('HEAD', '/plain/none')).status).toBe(404)
  })

  it('asks for both ends of a copy', async () => {
    await put('plain', 'source')
    const copy = () =>
      failureOf(
        client.send(
          new CopyObjectCommand({ Bucket: 'versioned', Key: 'target', CopySource: 'plain/source' }),
        ),
      )
    stage.denied.add('s3:GetObject arn:aws:s3:::plain/source')
    expect(await copy()).toBe(NO)
    stage.denied.clear()
    stage.denied.add('s3:PutObject arn:aws:s3:::versioned/target')
    expect(await copy()).toBe(NO)
    stage.denied.clear()
    expect(await copy()).toBe('no failure')
  })

  it('names principal, action and resource in its refusal', async () => {
    stage.denied.add('s3:GetObject *')
    const { body } = await stage.raw('GET', '/plain/k')
    expect(body).toContain('not authorized to perform: s3:GetObject on resource: arn:aws:s3:::plain/k')
  })

  it('refuses a bucket of an owner other than expected', async () => {
    expect(await failureOf(put('plain', 'k', { ExpectedBucketOwner: '111111111111' }))).toBe(NO)
    expect(await failureOf(put('plain', 'k', { ExpectedBucketOwner: '000000000000' }))).toBe('no failure')
  })
})

describe('events', () => {
  it('tell each change once it can be seen, in order', async () => {
    const { ETag } = await put('plain', 'a b')
    await client.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'copy', CopySource: 'plain/a%20b' }))
    await client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'a b' }))
    await client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'a b' }))
    expect(stage.events.map(({ eventName, key }) => `${eventName} ${key}`)).toEqual([
      'ObjectCreated:Put a b',
      'ObjectCreated:Copy copy',
      'ObjectRemoved:Delete a b',
    ])
    expect(stage.events[0]).toEqual({
      eventName: 'ObjectCreated:Put',
      region: IRELAND,
      bucket: 'plain',
      key: 'a b',
      size: 4,
      etag: ETag?.replaceAll('"', ''),
      sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as string,
      eventTime: '2026-11-21T09:30:00.000Z',
    })
    const sequencers = stage.events.map(({ sequencer }) => sequencer)
    expect(sequencers).toEqual(sequencers.toSorted())
  })

  it('tell versions and markers', async () => {
    const { VersionId } = await put('versioned', 'k')
    const marker = await client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'k' }))
    await client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'k', VersionId }))
    expect(stage.events.map(({ eventName, versionId }) => [eventName, versionId])).toEqual([
      ['ObjectCreated:Put', VersionId],
      ['ObjectRemoved:DeleteMarkerCreated', marker.VersionId],
      ['ObjectRemoved:Delete', VersionId],
    ])
  })

  it('tell nothing of what failed or is not an object yet', async () => {
    await failureOf(put('plain', 'k', { IfMatch: '"none"' }))
    const target = { Bucket: 'plain', Key: 'parts' }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target))
    await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' }))
    expect(stage.events).toEqual([])
  })
})

describe('a service of the stage', () => {
  const asked: string[] = []
  const objects = () => stage.s3.objectsAs((action, resource) => void asked.push(`${action} ${resource}`))
  const nobody = () =>
    stage.s3.objectsAs((action, resource) => {
      throw new AccessDenied('role', action, resource)
    })

  it('writes, reads and lists as the role it was given', async () => {
    asked.length = 0
    await objects().write('ohio', 'out/b', Readable.from(['first ', Buffer.from('second')]))
    await objects().write('ohio', 'out/a', Readable.from([]))
    expect(await textOfStream(await objects().read('ohio', 'out/b'))).toBe('first second')
    expect(await objects().list('ohio', 'out/')).toEqual([
      { key: 'out/a', size: 0 },
      { key: 'out/b', size: 12 },
    ])
    expect(asked).toEqual([
      's3:PutObject arn:aws:s3:::ohio/out/b',
      's3:PutObject arn:aws:s3:::ohio/out/a',
      's3:GetObject arn:aws:s3:::ohio/out/b',
      's3:ListBucket arn:aws:s3:::ohio',
    ])
    expect(stage.events.map(({ eventName, region, key }) => `${eventName} ${region} ${key}`)).toEqual([
      `ObjectCreated:Put ${OHIO} out/b`,
      `ObjectCreated:Put ${OHIO} out/a`,
    ])
  })

  it('gets a rejection for what is not there or not allowed', async () => {
    await expect(objects().list('nowhere', '')).rejects.toMatchObject({ name: 'NoSuchBucket' })
    await expect(objects().read('nowhere', 'k')).rejects.toMatchObject({ name: 'NoSuchBucket' })
    await expect(objects().write('nowhere', 'k', Readable.from([]))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    })
    await expect(objects().read('ohio', 'none')).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(nobody().list('ohio', '')).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(nobody().read('ohio', 'out/b')).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(nobody().write('ohio', 'k', Readable.from([]))).rejects.toMatchObject({
      name: 'AccessDenied',
    })
  })

  it('leaves nothing behind when its body breaks off', async () => {
    const before = await stage.filesOnDisk()
    async function* broken() {
      yield await Promise.resolve(Buffer.from('half'))
      throw new Error('export failed')
    }
    await expect(objects().write('ohio', 'broken', Readable.from(broken()))).rejects.toThrow('export failed')
    await expect(objects().read('ohio', 'broken')).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect(await stage.filesOnDisk()).toBe(before)
  })
})
