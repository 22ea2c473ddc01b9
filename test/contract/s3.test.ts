/** Objects of the local S3, as a real SDK client puts, gets and deletes them. */
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { authorization, failureOf, openS3Stage } from './s3-stage.ts'
import type { S3Stage } from './s3-stage.ts'

let stage: S3Stage
let client: ReturnType<S3Stage['client']>

beforeAll(async () => {
  stage = await openS3Stage()
  client = stage.client()
})
afterAll(() => stage.close())

const put = (Key: string, Body: string | Buffer, more = {}) =>
  client.send(new PutObjectCommand({ Bucket: 'plain', Key, Body, ...more }))
const get = (Key: string, more = {}) => client.send(new GetObjectCommand({ Bucket: 'plain', Key, ...more }))
const textAt = async (Key: string, more = {}) => (await get(Key, more)).Body?.transformToString()

describe('an object', () => {
  it('comes back with all that was said about it', async () => {
    await put('customers.csv', 'Id,Address\n', {
      ContentType: 'text/csv',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment',
      Metadata: { source: 'crm', 'row-count': '0' },
    })
    const got = await get('customers.csv')
    expect(await got.Body?.transformToString()).toBe('Id,Address\n')
    expect(got).toMatchObject({
      ContentType: 'text/csv',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment',
      ContentLength: 11,
      Metadata: { source: 'crm', 'row-count': '0' },
      ServerSideEncryption: 'AES256',
      ETag: `"${createHash('md5').update('Id,Address\n').digest('hex')}"`,
      LastModified: new Date(stage.now),
    })
    expect(got.VersionId).toBeUndefined()
    const head = await client.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'customers.csv' }))
    expect(head).toMatchObject({ ContentLength: 11, ContentType: 'text/csv', Metadata: { source: 'crm' } })
  })

  it('has the content type binary/octet-stream unless told otherwise, and keeps its encryption', async () => {
    await put('sealed', 'x', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key-1' })
    expect(await get('sealed')).toMatchObject({
      ContentType: 'application/octet-stream',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key-1',
    })
    await stage.raw('PUT', '/plain/untyped', { body: 'x' })
    expect((await get('untyped')).ContentType).toBe('binary/octet-stream')
  })

  it('may be empty', async () => {
    await put('empty', '')
    expect(await textAt('empty')).toBe('')
    expect(await failureOf(get('empty', { Range: 'bytes=0-0' }))).toBe('InvalidRange 416')
  })

  it('answers with other headers when a URL asks for them', async () => {
    await put('report', 'x')
    const got = await get('report', {
      ResponseContentType: 'text/plain',
      ResponseContentDisposition: 'inline',
    })
    expect(got).toMatchObject({ ContentType: 'text/plain', ContentDisposition: 'inline' })
  })

  it.each([
    'a b',
    'a+b',
    'a%2Fb',
    'a%20b',
    'dir//double',
    '/leading',
    './../up',
    'naïve/ключ/鍵/🗝',
    `quote'"<&>;=?#`,
    'tail/',
    '__proto__',
    'line\nbreak\tand\rreturn',
  ])('keeps the key %j as it is', async (key) => {
    await put(key, `body of ${key}`)
    expect(await textAt(key)).toBe(`body of ${key}`)
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'plain', Prefix: key }))
    expect(Contents.map(({ Key }) => Key)).toContain(key)
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: 'plain', Delete: { Objects: [{ Key: key }] } }),
    )
    expect(Errors).toBeUndefined()
    expect(await failureOf(get(key))).toBe('NoSuchKey 404')
  })

  it('has a key of at most 1024 bytes', async () => {
    await put('é'.repeat(512), 'x')
    expect(await failureOf(put('é'.repeat(512) + 'a', 'x'))).toBe('KeyTooLongError 400')
    expect((await stage.raw('GET', '/plain/%ff')).body).toContain('<Code>InvalidURI</Code>')
  })

  it('has at most 2 KB of metadata', async () => {
    expect(await failureOf(put('m', 'x', { Metadata: { a: 'x'.repeat(2048) } }))).toBe('MetadataTooLarge 400')
  })

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('gives the range %s', async (range, text, contentRange) => {
    await put('digits', '0123456789')
    const got = await get('digits', { Range: range })
    expect([await got.Body?.transformToString(), got.ContentRange]).toEqual([text, contentRange])
    expect(got.$metadata.httpStatusCode).toBe(206)
  })

  it('refuses a range behind its end, and gives itself whole for one that cannot be read', async () => {
    await put('digits', '0123456789')
    const refused = await stage.raw('GET', '/plain/digits', { headers: { range: 'bytes=10-' } })
    expect([refused.status, refused.headers['content-range']]).toEqual([416, 'bytes */10'])
    expect(refused.body).toContain('<ActualObjectSize>10</ActualObjectSize>')
    for (const Range of ['bytes=4-2', 'lines=1-2', 'bytes=0-1,3-4']) {
      expect((await get('digits', { Range })).$metadata.httpStatusCode).toBe(200)
    }
  })

  it('is read only on the conditions its reader makes', async () => {
    const { ETag } = await put('conditional', 'x')
    const before = new Date(stage.now - 60_000)
    const after = new Date(stage.now + 60_000)
    expect(await failureOf(get('conditional', { IfMatch: ETag }))).toBe('no failure')
    expect(await failureOf(get('conditional', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412')
    expect(await failureOf(get('conditional', { IfUnmodifiedSince: before }))).toBe('PreconditionFailed 412')
    expect(await failureOf(get('conditional', { IfMatch: ETag, IfUnmodifiedSince: before }))).toBe(
      'no failure',
    )
    expect(
      (await stage.raw('GET', '/plain/conditional', { headers: { 'if-none-match': ETag ?? '' } })).status,
    ).toBe(304)
    expect(await failureOf(get('conditional', { IfModifiedSince: after }))).toContain('304')
    expect(await failureOf(get('conditional', { IfModifiedSince: before }))).toBe('no failure')
  })

  it('is written only on the conditions its writer makes', async () => {
    const { ETag } = await put('once', 'first', { IfNoneMatch: '*' })
    expect(await failureOf(put('once', 'second', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412')
    expect(await failureOf(put('once', 'second', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412')
    expect(await textAt('once')).toBe('first')
    await put('once', 'second', { IfMatch: ETag })
    expect(await textAt('once')).toBe('second')
    expect(await failureOf(put('never', 'x', { IfMatch: ETag }))).toBe('NoSuchKey 404')
  })

  it('is won by one of many who would create it at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, number) => put('raced', `writer ${number}`, { IfNoneMatch: '*' })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is gone when deleted, and deleting it again is no error', async () => {
    const { ETag } = await put('gone', 'x')
    const remove = (more = {}) =>
      client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'gone', ...more }))
    expect(await failureOf(remove({ IfMatch: '"other"' }))).toBe('PreconditionFailed 412')
    await remove({ IfMatch: ETag })
    await remove()
    expect(await failureOf(get('gone'))).toBe('NoSuchKey 404')
    expect(await failureOf(client.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'gone' })))).toBe(
      'NotFound 404',
    )
  })
})

describe('a body', () => {
  it('of 60 MB arrives as a stream and leaves as one', async () => {
    const block = randomBytes(1024 * 1024)
    const hash = createHash('md5')
    for (let count = 0; count < 60; count += 1) hash.update(block)
    const md5 = hash.digest('hex')
    const body = Readable.from(Array.from({ length: 60 }, () => block))
    const { ETag, ChecksumCRC32 } = await client.send(
      new PutObjectCommand({ Bucket: 'plain', Key: 'large', Body: body, ContentLength: 60 * block.length }),
    )
    expect(ETag).toBe(`"${md5}"`)
    const got = await get('large')
    expect([got.ChecksumCRC32, got.ContentEncoding]).toEqual([ChecksumCRC32, undefined])
    const received = createHash('md5')
    for await (const chunk of got.Body as Readable) received.update(chunk as Buffer)
    expect(received.digest('hex')).toBe(md5)
  })

  it('stays whole for its reader while the object is overwritten and deleted', async () => {
    const old = randomBytes(8 * 1024 * 1024)
    await put('busy', old)
    const before = await stage.filesOnDisk()
    const reading = await get('busy')
    await put('busy', 'new')
    await client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'busy' }))
    expect(Buffer.from((await reading.Body?.transformToByteArray()) ?? []).equals(old)).toBe(true)
    await eventually(async () => expect(await stage.filesOnDisk()).toBe(before - 1))
  })

  it('that is cut off leaves the old object, and nothing on disk', async () => {
    await put('cut', 'whole')
    const before = await stage.filesOnDisk()
    const socket = connect(stage.gate.port, '127.0.0.1')
    const length = 1024 * 1024
    socket.write(
      `PUT /plain/cut HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization()}\r\ncontent-length: ${length}\r\n\r\n`,
    )
    socket.write(Buffer.alloc(length / 2))
    await eventually(async () => expect(await stage.filesOnDisk()).toBe(before + 1))
    socket.destroy()
    await eventually(async () => expect(await stage.filesOnDisk()).toBe(before))
    expect(await textAt('cut')).toBe('whole')
  })

  it('is let go of when its reader hangs up', async () => {
    await put('left', randomBytes(8 * 1024 * 1024))
    const before = await stage.filesOnDisk()
    const reading = await get('left')
    ;(reading.Body as Readable).destroy()
    await client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'left' }))
    await eventually(async () => expect(await stage.filesOnDisk()).toBe(before - 1))
  })
})

describe('a bucket', () => {
  it('is made, listed, and deleted once it is empty', async () => {
    await client.send(
      new CreateBucketCommand({
        Bucket: 'made',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    )
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
    expect(Buckets.map(({ Name, BucketRegion }) => `${Name} ${BucketRegion}`)).toEqual([
      'made eu-west-1',
      'ohio us-east-2',
      'plain eu-west-1',
      'versioned eu-west-1',
    ])
    await client.send(new PutObjectCommand({ Bucket: 'made', Key: 'k', Body: 'x' }))
    const remove = () => client.send(new DeleteBucketCommand({ Bucket: 'made' }))
    expect(await failureOf(remove())).toBe('BucketNotEmpty 409')
    await client.send(new DeleteObjectCommand({ Bucket: 'made', Key: 'k' }))
    await remove()
    expect(await failureOf(client.send(new HeadBucketCommand({ Bucket: 'made' })))).toBe('NotFound 404')
    expect(await failureOf(client.send(new PutObjectCommand({ Bucket: 'made', Key: 'k', Body: 'x' })))).toBe(
      'NoSuchBucket 404',
    )
  })

  it('is refused a bad name, a second time, or another Region', async () => {
    const create = (Bucket: string, LocationConstraint: 'eu-west-1' | 'us-east-2' = 'eu-west-1') =>
      failureOf(
        client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } })),
      )
    expect(await create('Upper-Case')).toBe('InvalidBucketName 400')
    expect(await create('192.0.2.1')).toBe('InvalidBucketName 400')
    expect(await create('plain')).toBe('BucketAlreadyOwnedByYou 409')
    expect(await create('other', 'us-east-2')).toBe('IllegalLocationConstraintException 400')
    expect(() => stage.s3.createBucket('plain', { region: 'eu-west-1', versioning: false })).toThrow(
      expect.objectContaining({ name: 'BucketAlreadyOwnedByYou' }) as Error,
    )
  })
})

describe('a presigned URL', () => {
  const signed =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=local%2F20261121%2Feu-west-1%2Fs3%2Faws4_request' +
    '&X-Amz-Date=20261121T093000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0'
  // The stage's own authorization header would speak for the request.
  const unsigned = (method: string, path: string, init: RequestInit = {}) =>
    fetch(stage.gate.url + path, { method, ...init })

  it('puts and gets an object, its x-amz- parameters standing for headers', async () => {
    const put = await unsigned('PUT', `/plain/by%20url?${signed}&x-amz-meta-from=url&x-id=PutObject`, {
      body: 'x',
    })
    expect(put.status).toBe(200)
    const got = await unsigned('GET', `/plain/by%20url?${signed}&response-content-type=text%2Fplain`)
    expect([got.headers.get('x-amz-meta-from'), got.headers.get('content-type'), await got.text()]).toEqual([
      'url',
      'text/plain',
      'x',
    ])
  })
})

describe('what is not emulated', () => {
  it('is refused by name and never taken for the object itself', async () => {
    await put('safe', 'untouched')
    const target = { Bucket: 'plain', Key: 'safe' }
    const commands = [
      client.send(new PutObjectAclCommand({ ...target, ACL: 'private' })),
      client.send(new GetObjectAclCommand(target)),
      client.send(new GetBucketAclCommand({ Bucket: 'plain' })),
      client.send(new PutObjectRetentionCommand({ ...target, Retention: { Mode: 'GOVERNANCE' } })),
      client.send(new GetObjectCommand({ ...target, PartNumber: 1 })),
      put('safe', 'x', { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) }),
      put('safe', 'x', { ObjectLockLegalHoldStatus: 'ON' }),
    ]
    const failures = await Promise.all(commands.map(failureOf))
    expect(failures).toEqual(commands.map(() => 'NotImplemented 501'))
    for (const subresource of ['anything', 'acl', 'versionId=null&torrent', 'partNumber=1']) {
      const answer = await stage.raw('PUT', `/plain/safe?${subresource}`, { body: 'corrupt' })
      expect(answer.status).toBe(501)
      const name = subresource.split(/[&=]/).at(subresource.includes('torrent') ? -1 : 0) ?? ''
      expect(answer.body).toContain(name)
    }
    expect(await textAt('safe')).toBe('untouched')
  })

  it.each([
    ['PUT', '/plain?notification'],
    ['PUT', '/plain?cors'],
    ['DELETE', '/plain?lifecycle'],
    ['POST', '/plain'],
    ['PATCH', '/plain/safe'],
    ['OPTIONS', '/plain/safe'],
    ['POST', '/plain/safe?select&select-type=2'],
    ['GET', '/?unknown'],
  ])('answers 501 to %s %s', async (method, path) => {
    const { status, body } = await stage.raw(method, path)
    expect([status, /<Code>(\w+)/.exec(body)?.[1]]).toEqual([501, 'NotImplemented'])
    expect(body).toContain(method)
  })
})
