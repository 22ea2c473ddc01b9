/** Versions, delete markers, copies and tags of the local S3. */
import {
  CopyObjectCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import type { CopyObjectCommandInput, ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { IRELAND, OHIO, failureOf, openS3Stage } from './s3-stage.ts'
import type { S3Stage } from './s3-stage.ts'

let stage: S3Stage
let client: ReturnType<S3Stage['client']>
let bucket: string
let buckets = 0

beforeAll(async () => {
  stage = await openS3Stage()
  client = stage.client()
})
afterAll(() => stage.close())
beforeEach(() => {
  buckets += 1
  bucket = `versions-${buckets}`
  stage.s3.createBucket(bucket, { region: IRELAND, versioning: true })
})

const put = async (Key: string, Body: string, more = {}) =>
  (await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...more }))).VersionId
const get = (Key: string, more = {}) => client.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }))
const textAt = async (Key: string, more = {}) => (await get(Key, more)).Body?.transformToString()
const remove = (Key: string, more = {}) =>
  client.send(new DeleteObjectCommand({ Bucket: bucket, Key, ...more }))
const setVersioning = (Status: 'Enabled' | 'Suspended') =>
  client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }))
const versions = async (more: Partial<ListObjectVersionsCommandInput> = {}) => {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...more }))
  return {
    ...page,
    ids: (page.Versions ?? []).map(
      ({ Key, VersionId, IsLatest }) => `${Key} ${VersionId}${IsLatest ? ' *' : ''}`,
    ),
    markers: (page.DeleteMarkers ?? []).map(
      ({ Key, VersionId, IsLatest }) => `${Key} ${VersionId}${IsLatest ? ' *' : ''}`,
    ),
  }
}

describe('a versioned bucket', () => {
  it('keeps what was overwritten', async () => {
    const first = await put('k', 'first')
    const second = await put('k', 'second')
    expect(await textAt('k')).toBe('second')
    expect(await textAt('k', { VersionId: first })).toBe('first')
    expect((await get('k')).VersionId).toBe(second)
    expect((await versions()).ids).toEqual([`k ${second} *`, `k ${first}`])
  })

  it('hides a deleted object behind a marker, and shows it again without the marker', async () => {
    const version = await put('k', 'kept')
    const { DeleteMarker, VersionId } = await remove('k')
    expect(DeleteMarker).toBe(true)
    expect(await failureOf(get('k'))).toBe('NoSuchKey 404')
    const head = await stage.raw('HEAD', `/${bucket}/k`)
    expect(head.headers).toMatchObject({ 'x-amz-delete-marker': 'true', 'x-amz-version-id': VersionId })
    expect(await failureOf(get('k', { VersionId }))).toBe('MethodNotAllowed 405')
    expect(await textAt('k', { VersionId: version })).toBe('kept')
    expect(await versions()).toMatchObject({ ids: [`k ${version}`], markers: [`k ${VersionId} *`] })
    expect(await remove('k', { VersionId })).toMatchObject({ DeleteMarker: true, VersionId })
    expect(await textAt('k')).toBe('kept')
  })

  it('loses a version that is deleted by its id', async () => {
    const first = await put('k', 'first')
    const second = await put('k', 'second')
    await remove('k', { VersionId: second })
    expect(await textAt('k')).toBe('first')
    expect(await failureOf(get('k', { VersionId: second }))).toBe('NoSuchVersion 404')
    await remove('k', { VersionId: first })
    await remove('k', { VersionId: first })
    expect(await versions()).toMatchObject({ ids: [], markers: [] })
    expect((await stage.raw('GET', `/${bucket}/k?versionId=`)).status).toBe(400)
  })

  it('deletes many by name and id in one request, each by itself', async () => {
    const old = await put('a', 'x')
    await put('a', 'y')
    await put('b', 'x')
    stage.denied.add(`s3:DeleteObject arn:aws:s3:::${bucket}/forbidden`)
    const Objects = [
      { Key: 'a', VersionId: old },
      { Key: 'b' },
      { Key: 'forbidden' },
      { Key: 'x'.repeat(1025) },
    ]
    const result = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    expect(result.Deleted).toMatchObject([
      { Key: 'a', VersionId: old },
      { Key: 'b', DeleteMarker: true },
    ])
    expect(result.Errors?.map(({ Code }) => Code)).toEqual(['AccessDenied', 'KeyTooLongError'])
    expect(await textAt('a')).toBe('y')
    expect(await failureOf(get('b'))).toBe('NoSuchKey 404')
    expect((await stage.raw('POST', `/${bucket}?delete`, { body: '<Delete></Delete>' })).body).toContain(
      'MalformedXML',
    )
    expect((await stage.raw('POST', `/${bucket}?delete`, { body: '<Delete><Object>' })).body).toContain(
      'MalformedXML',
    )
  })

  it('lists its versions page by page, also within a key', async () => {
    const a1 = await put('a', '1')
    const a2 = await put('a', '2')
    const a3 = await put('a', '3')
    const b = await put('b/1', '1')
    await put('b/2', '1')
    const seen: string[] = []
    for (let markers = {}, more = true; more;) {
      const page = await versions({ MaxKeys: 2, Delimiter: '/', ...markers })
      seen.push(...page.ids, ...(page.CommonPrefixes ?? []).map(({ Prefix }) => String(Prefix)))
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      more = page.IsTruncated === true
    }
    expect(seen).toEqual([`a ${a3} *`, `a ${a2}`, `a ${a1}`, 'b/'])
    expect((await versions({ Prefix: 'b/1' })).ids).toEqual([`b/1 ${b} *`])
    expect((await versions({ KeyMarker: 'a' })).ids).toHaveLength(2)
  })

  it('cannot be deleted while it holds a version or a marker', async () => {
    const VersionId = await put('k', 'x')
    const marker = await remove('k')
    await remove('k', { VersionId })
    const drop = () => client.send(new DeleteBucketCommand({ Bucket: bucket }))
    expect(await failureOf(drop())).toBe('BucketNotEmpty 409')
    await remove('k', { VersionId: marker.VersionId })
    await drop()
  })

  it('goes back to one null version when versioning is suspended', async () => {
    const kept = await put('k', 'kept')
    await setVersioning('Suspended')
    expect(await put('k', 'null 1')).toBe('null')
    expect(await put('k', 'null 2')).toBe('null')
    expect((await versions()).ids).toEqual(['k null *', `k ${kept}`])
    expect(await remove('k')).toMatchObject({ DeleteMarker: true, VersionId: 'null' })
    expect(await versions()).toMatchObject({ ids: [`k ${kept}`], markers: ['k null *'] })
  })

  it('keeps as null version what was there before versioning', async () => {
    stage.s3.createBucket(`${bucket}-late`, { region: IRELAND, versioning: false })
    bucket = `${bucket}-late`
    const status = () => client.send(new GetBucketVersioningCommand({ Bucket: bucket }))
    expect((await status()).Status).toBeUndefined()
    expect(await put('k', 'before')).toBeUndefined()
    await setVersioning('Enabled')
    expect((await status()).Status).toBe('Enabled')
    await put('k', 'after')
    expect(await textAt('k', { VersionId: 'null' })).toBe('before')
  })
})

describe('a copy', () => {
  const copy = (CopySource: string, more: Partial<CopyObjectCommandInput> = {}) =>
    client.send(new CopyObjectCommand({ Bucket: bucket, Key: 'copy', CopySource, ...more }))

  it('takes metadata and tags along, or gets its own', async () => {
    await put('k', 'body', { ContentType: 'text/csv', Metadata: { a: '1' }, Tagging: 'team=crm' })
    const { CopyObjectResult } = await copy(`${bucket}/k`)
    expect(CopyObjectResult?.ETag).toBe((await get('k')).ETag)
    expect(await get('copy')).toMatchObject({ ContentType: 'text/csv', Metadata: { a: '1' }, TagCount: 1 })
    await copy(`${bucket}/k`, {
      MetadataDirective: 'REPLACE',
      ContentType: 'text/plain',
      Metadata: { b: '2' },
      TaggingDirective: 'REPLACE',
    })
    const own = await get('copy')
    expect(own).toMatchObject({ ContentType: 'text/plain', Metadata: { b: '2' } })
    expect(own.TagCount).toBeUndefined()
    expect(await own.Body?.transformToString()).toBe('body')
  })

  it('may be of an old version, of another bucket, of another Region', async () => {
    const old = await put('k', 'old')
    await put('k', 'new')
    const result = await copy(`${bucket}/k?versionId=${old}`)
    expect(result.CopySourceVersionId).toBe(old)
    expect(await textAt('copy')).toBe('old')
    await stage.client(OHIO).send(new PutObjectCommand({ Bucket: 'ohio', Key: 'far', Body: 'from Ohio' }))
    await copy('ohio/far')
    expect(await textAt('copy')).toBe('from Ohio')
  })

  it.each(['a b', 'a+b', 'a%2Fb', '鍵/🗝', 'q?versionId=x'])('finds the key %j', async (key) => {
    await put(key, key)
    await copy(`/${bucket}/${encodeURIComponent(key)}`)
    expect(await textAt('copy')).toBe(key)
  })

  it('outlives its source', async () => {
    await client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'source', Body: 'shared' }))
    await copy('plain/source')
    await client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'source' }))
    expect(await textAt('copy')).toBe('shared')
  })

  it('is made only on the conditions asked', async () => {
    await put('k', 'body')
    const { ETag } = await get('k')
    await copy(`${bucket}/k`, { CopySourceIfMatch: ETag })
    const refused = 'PreconditionFailed 412'
    expect(await failureOf(copy(`${bucket}/k`, { CopySourceIfMatch: '"other"' }))).toBe(refused)
    expect(await failureOf(copy(`${bucket}/k`, { CopySourceIfNoneMatch: ETag }))).toBe(refused)
    expect(await failureOf(copy(`${bucket}/k`, { CopySourceIfModifiedSince: new Date(stage.now) }))).toBe(
      refused,
    )
    expect(await failureOf(copy(`${bucket}/k`, { IfNoneMatch: '*' }))).toBe(refused)
  })

  it('onto itself must change something', async () => {
    await put('copy', 'body')
    expect(await failureOf(copy(`${bucket}/copy`))).toBe('InvalidRequest 400')
    await copy(`${bucket}/copy`, { MetadataDirective: 'REPLACE', Metadata: { touched: 'yes' } })
    expect((await get('copy')).Metadata).toEqual({ touched: 'yes' })
  })

  it('may ask for a checksum that its source has not', async () => {
    await put('k', 'hello')
    const { CopyObjectResult } = await copy(`${bucket}/k`, { ChecksumAlgorithm: 'SHA256' })
    expect(CopyObjectResult?.ChecksumSHA256).toBe('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=')
  })

  it('says why its source cannot be found', async () => {
    await put('k', 'x')
    const { VersionId } = await remove('k')
    expect(await failureOf(copy(`${bucket}/k`))).toBe('NoSuchKey 404')
    expect(await failureOf(copy(`${bucket}/k?versionId=${VersionId}`))).toBe('InvalidRequest 400')
    expect(await failureOf(copy(`${bucket}/k?versionId=none`))).toBe('NoSuchVersion 404')
    expect(await failureOf(copy('nowhere/k'))).toBe('NoSuchBucket 404')
    expect(await failureOf(copy('no-key'))).toBe('InvalidArgument 400')
    expect(await failureOf(copy(`${bucket}/%zz`))).toBe('InvalidArgument 400')
  })
})

describe('tags', () => {
  const tagsOf = async (more = {}) =>
    (await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: 'k', ...more }))).TagSet
  const tag = (TagSet: { Key: string; Value: string }[], more = {}) =>
    client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: 'k', Tagging: { TagSet }, ...more }))

  it('are put, counted, read and removed without touching the object', async () => {
    const VersionId = await put('k', 'body', { Tagging: 'a=1&b=x%20y' })
    expect(await tagsOf()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'x y' },
    ])
    await tag([{ Key: 'c', Value: '<&>' }])
    expect(await tagsOf({ VersionId })).toEqual([{ Key: 'c', Value: '<&>' }])
    expect((await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'k' }))).TagCount).toBe(1)
    expect(await textAt('k')).toBe('body')
    await client.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: 'k' }))
    expect(await tagsOf()).toEqual([])
  })

  it('belong to a version', async () => {
    const old = await put('k', '1')
    await put('k', '2')
    await tag([{ Key: 'age', Value: 'old' }], { VersionId: old })
    expect([await tagsOf(), await tagsOf({ VersionId: old })]).toEqual([[], [{ Key: 'age', Value: 'old' }]])
  })

  it('are at most ten, distinct and short', async () => {
    await put('k', 'x')
    const many = Array.from({ length: 11 }, (_, number) => ({ Key: `k${number}`, Value: '' }))
    expect(await failureOf(tag(many))).toBe('InvalidTag 400')
    expect(await failureOf(tag([...many.slice(0, 2), { Key: 'k0', Value: 'x' }]))).toBe('InvalidTag 400')
    expect(await failureOf(tag([{ Key: 'k'.repeat(129), Value: '' }]))).toBe('InvalidTag 400')
    expect(await failureOf(tag([{ Key: 'k', Value: 'v'.repeat(257) }]))).toBe('InvalidTag 400')
    expect((await stage.raw('PUT', `/${bucket}/k?tagging`, { body: '<Tagging/>' })).body).toContain(
      'MalformedXML',
    )
    expect(await tagsOf()).toEqual([])
  })
})
