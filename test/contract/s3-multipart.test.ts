/** Multipart uploads of the local S3. */
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failureOf, openS3Stage } from './s3-stage.ts'
import type { S3Stage } from './s3-stage.ts'

const MIB = 1024 * 1024
const FIVE_MIB = randomBytes(5 * MIB)
const TAIL = Buffer.from('the end')

let stage: S3Stage
let client: ReturnType<S3Stage['client']>
let key: string
let keys = 0

beforeAll(async () => {
  stage = await openS3Stage()
  client = stage.client()
})
afterAll(() => stage.close())
beforeEach(() => {
  keys += 1
  key = `object ${keys}`
})

const at = () => ({ Bucket: 'plain', Key: key })
const begin = async (more = {}) =>
  (await client.send(new CreateMultipartUploadCommand({ ...at(), ...more }))).UploadId ?? ''
const upload = async (
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  more = {},
): Promise<CompletedPart> => {
  const part = await client.send(new UploadPartCommand({ ...at(), UploadId, PartNumber, Body, ...more }))
  const { ETag, ChecksumCRC32 } = part
  return { PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) }
}
const complete = (UploadId: string, Parts: CompletedPart[], more = {}) =>
  client.send(new CompleteMultipartUploadCommand({ ...at(), UploadId, MultipartUpload: { Parts }, ...more }))
const md5 = (...pieces: Buffer[]) => createHash('md5').update(Buffer.concat(pieces)).digest()
const crcOf = (bytes: Buffer) => {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(crc32(bytes))
  return out
}

describe('a multipart upload', () => {
  it('becomes one object, with the metadata it began with and the ETag S3 would give', async () => {
    const UploadId = await begin({ ContentType: 'text/csv', Metadata: { a: 'b' }, Tagging: 'x=y' })
    // Parts may arrive in any order, and again.
    const last = await upload(UploadId, 7, TAIL)
    await upload(UploadId, 2, TAIL)
    const first = await upload(UploadId, 2, FIVE_MIB)
    expect(await failureOf(client.send(new HeadObjectCommand(at())))).toBe('NotFound 404')
    const { ETag, Location } = await complete(UploadId, [first, last])
    expect(ETag).toBe(`"${md5(md5(FIVE_MIB), md5(TAIL)).toString('hex')}-2"`)
    expect(Location).toContain('/plain/object')
    const got = await client.send(new GetObjectCommand(at()))
    expect(got).toMatchObject({ ETag, ContentType: 'text/csv', Metadata: { a: 'b' }, TagCount: 1 })
    const body = Buffer.from((await got.Body?.transformToByteArray()) ?? [])
    expect(body.equals(Buffer.concat([FIVE_MIB, TAIL]))).toBe(true)
    expect(stage.events.at(-1)).toMatchObject({
      eventName: 'ObjectCreated:CompleteMultipartUpload',
      key,
      size: body.length,
    })
  })

  it('may leave out parts, whose bytes then go', async () => {
    const before = await stage.filesOnDisk()
    const UploadId = await begin()
    await upload(UploadId, 1, FIVE_MIB)
    const only = await upload(UploadId, 3, TAIL)
    expect(await stage.filesOnDisk()).toBe(before + 2)
    await complete(UploadId, [only])
    expect(await stage.filesOnDisk()).toBe(before + 1)
    const { ContentLength } = await client.send(new HeadObjectCommand(at()))
    expect(ContentLength).toBe(TAIL.length)
  })

  it('refuses a list of parts that is not right, and can be completed still', async () => {
    const UploadId = await begin()
    const small = await upload(UploadId, 1, TAIL)
    const second = await upload(UploadId, 2, FIVE_MIB)
    const third = await upload(UploadId, 3, TAIL)
    const attempt = (...parts: CompletedPart[]) => failureOf(complete(UploadId, parts))
    expect(await attempt(third, second)).toBe('InvalidPartOrder 400')
    expect(await attempt(second, second)).toBe('InvalidPartOrder 400')
    expect(await attempt(small, second)).toBe('EntityTooSmall 400')
    expect(await attempt({ ...second, ETag: '"other"' }, third)).toBe('InvalidPart 400')
    expect(await attempt({ ...second, PartNumber: 9 })).toBe('InvalidPart 400')
    expect(await attempt()).toBe('MalformedXML 400')
    expect(await failureOf(complete(UploadId, [second, third], { MpuObjectSize: 1 }))).toBe(
      'InvalidRequest 400',
    )
    await complete(UploadId, [second, third])
  })

  it('takes part numbers 1 to 10000 only', async () => {
    const UploadId = await begin()
    expect(await failureOf(upload(UploadId, 0, TAIL))).toBe('InvalidArgument 400')
    expect(await failureOf(upload(UploadId, 10_001, TAIL))).toBe('InvalidArgument 400')
  })

  it('is over when it is completed or given up', async () => {
    const before = await stage.filesOnDisk()
    const UploadId = await begin()
    const part = await upload(UploadId, 1, TAIL)
    const abort = () => client.send(new AbortMultipartUploadCommand({ ...at(), UploadId }))
    await abort()
    expect(await stage.filesOnDisk()).toBe(before)
    expect(await failureOf(upload(UploadId, 1, TAIL))).toBe('NoSuchUpload 404')
    expect(await failureOf(complete(UploadId, [part]))).toBe('NoSuchUpload 404')
    expect(await failureOf(abort())).toBe('NoSuchUpload 404')
    const other = await begin()
    key = 'of another key'
    expect(await failureOf(upload(other, 1, TAIL))).toBe('NoSuchUpload 404')
  })

  it('is completed once by two who try at the same time', async () => {
    const UploadId = await begin()
    const part = await upload(UploadId, 1, FIVE_MIB)
    const both = await Promise.all([
      failureOf(complete(UploadId, [part])),
      failureOf(complete(UploadId, [part])),
    ])
    expect(both.sort()).toEqual(['NoSuchUpload 404', 'no failure'])
  })

  it('does not replace what appeared meanwhile, if so asked', async () => {
    const UploadId = await begin()
    const part = await upload(UploadId, 1, TAIL)
    await client.send(new PutObjectCommand({ ...at(), Body: 'faster' }))
    expect(await failureOf(complete(UploadId, [part], { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412')
    const got = await client.send(new GetObjectCommand(at()))
    expect(await got.Body?.transformToString()).toBe('faster')
  })
})

describe('the checksum of a multipart upload', () => {
  it('is composed of its parts', async () => {
    const UploadId = await begin({ ChecksumAlgorithm: 'CRC32' })
    const parts = [await upload(UploadId, 1, FIVE_MIB), await upload(UploadId, 2, TAIL)]
    expect(parts[1]?.ChecksumCRC32).toBe(crcOf(TAIL).toString('base64'))
    const wrong = { ...parts[1], ChecksumCRC32: 'AAAAAA==' }
    expect(await failureOf(complete(UploadId, [parts[0] ?? {}, wrong]))).toBe('InvalidPart 400')
    const { ChecksumCRC32, ChecksumType } = await complete(UploadId, parts)
    const expected = crcOf(Buffer.concat([crcOf(FIVE_MIB), crcOf(TAIL)])).toString('base64')
    expect([ChecksumCRC32, ChecksumType]).toEqual([`${expected}-2`, 'COMPOSITE'])
    const got = await client.send(new GetObjectCommand(at()))
    expect((await got.Body?.transformToByteArray())?.length).toBe(5 * MIB + TAIL.length)
  })

  it('may be of the whole object, proven when it is completed', async () => {
    const UploadId = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
    const parts = [await upload(UploadId, 1, FIVE_MIB), await upload(UploadId, 2, TAIL)]
    const whole = crcOf(Buffer.concat([FIVE_MIB, TAIL])).toString('base64')
    const before = await stage.filesOnDisk()
    expect(await failureOf(complete(UploadId, parts, { ChecksumCRC32: 'AAAAAA==' }))).toBe('BadDigest 400')
    expect(await stage.filesOnDisk()).toBe(before)
    const { ChecksumCRC32, ChecksumType } = await complete(UploadId, parts, { ChecksumCRC32: whole })
    expect([ChecksumCRC32, ChecksumType]).toEqual([whole, 'FULL_OBJECT'])
  })

  it('is of one algorithm', async () => {
    const UploadId = await begin({ ChecksumAlgorithm: 'SHA256' })
    expect(await failureOf(upload(UploadId, 1, TAIL, { ChecksumAlgorithm: 'CRC32' }))).toBe(
      'InvalidRequest 400',
    )
    expect(await failureOf(begin({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }))).toBe(
      'InvalidRequest 400',
    )
  })
})

describe('a part', () => {
  it('may be copied from an object, whole or in pieces', async () => {
    await client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'source ü', Body: FIVE_MIB }))
    const UploadId = await begin({ ChecksumAlgorithm: 'CRC32' })
    const CopySource = `plain/${encodeURIComponent('source ü')}`
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      client.send(new UploadPartCopyCommand({ ...at(), UploadId, PartNumber, CopySource, CopySourceRange }))
    const whole = (await copy(1)).CopyPartResult
    const piece = (await copy(2, 'bytes=1-4')).CopyPartResult
    expect(whole?.ETag).toBe(`"${md5(FIVE_MIB).toString('hex')}"`)
    expect(piece?.ChecksumCRC32).toBe(crcOf(FIVE_MIB.subarray(1, 5)).toString('base64'))
    await complete(UploadId, [
      { PartNumber: 1, ETag: whole?.ETag },
      { PartNumber: 2, ETag: piece?.ETag },
    ])
    const got = await client.send(new GetObjectCommand(at()))
    const body = Buffer.from((await got.Body?.transformToByteArray()) ?? [])
    expect(body.equals(Buffer.concat([FIVE_MIB, FIVE_MIB.subarray(1, 5)]))).toBe(true)
    const other = await begin()
    for (const range of ['bytes=1-', 'bytes=4-1', `bytes=0-${5 * MIB}`]) {
      const input = { ...at(), UploadId: other, PartNumber: 1, CopySource, CopySourceRange: range }
      expect(await failureOf(client.send(new UploadPartCopyCommand(input)))).toBe('InvalidArgument 400')
    }
  })

  it('is listed with its number, size and ETag, page by page', async () => {
    const UploadId = await begin()
    const parts = [
      await upload(UploadId, 3, TAIL),
      await upload(UploadId, 1, TAIL),
      await upload(UploadId, 20, TAIL),
    ]
    const list = (more = {}) => client.send(new ListPartsCommand({ ...at(), UploadId, ...more }))
    const { Parts = [], IsTruncated } = await list()
    expect(Parts.map(({ PartNumber }) => PartNumber)).toEqual([1, 3, 20])
    expect(Parts[0]).toMatchObject({ Size: TAIL.length, ETag: parts[1]?.ETag })
    expect(IsTruncated).toBe(false)
    const page = await list({ MaxParts: 2 })
    expect([page.Parts?.length, page.IsTruncated, page.NextPartNumberMarker]).toEqual([2, true, '3'])
    expect((await list({ PartNumberMarker: '3' })).Parts?.map(({ PartNumber }) => PartNumber)).toEqual([20])
  })
})

describe('the uploads under way', () => {
  it('are listed by key and age, page by page', async () => {
    const Prefix = 'under way/'
    const begun: string[] = []
    for (const name of ['b', 'a', 'c/1', 'a', 'c/2']) {
      key = Prefix + name
      begun.push(`${key} ${await begin()}`)
    }
    const [b, a1, c1, a2, c2] = begun
    const list = (more = {}) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: 'plain', Prefix, ...more }))
    const seen: string[] = []
    for (let markers = {}, more = true; more;) {
      const page = await list({ MaxUploads: 1, ...markers })
      seen.push(...(page.Uploads ?? []).map(({ Key, UploadId }) => `${Key} ${UploadId}`))
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      more = page.IsTruncated === true
    }
    expect(seen).toEqual([a1, a2, b, c1, c2])
    const rolledUp = await list({ Delimiter: '/' })
    expect([rolledUp.Uploads?.length, rolledUp.CommonPrefixes]).toEqual([3, [{ Prefix: 'under way/c/' }]])
  })
})
