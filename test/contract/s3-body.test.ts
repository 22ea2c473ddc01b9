/** How bodies travel to the local S3: chunked framing, lengths, and the checksums that prove them. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { ChecksumAlgorithm, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeAwsChunked } from '../../local/s3/aws-chunked.ts'
import { startChecksum } from '../../local/s3/checksums.ts'
import { authorization, openS3Stage, textOfStream } from './s3-stage.ts'
import type { RawOptions, S3Stage } from './s3-stage.ts'

let stage: S3Stage

beforeAll(async () => {
  stage = await openS3Stage()
})
afterAll(() => stage.close())

const put = async (headers: Record<string, string>, body: NonNullable<RawOptions['body']>) => {
  const { status, body: answer } = await stage.raw('PUT', '/plain/k', { headers, body })
  return status === 200 ? 'ok' : `${/<Code>(\w+)/.exec(answer)?.[1]} ${status}`
}
const textAt = async () => (await stage.raw('GET', '/plain/k')).body
const base64Crc32 = (text: string) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString('base64')
}

const UNSIGNED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
const SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
const framed = (content: string, payload = UNSIGNED) => ({
  'content-encoding': 'aws-chunked',
  'x-amz-content-sha256': payload,
  'x-amz-decoded-content-length': String(content.length),
})

describe('an aws-chunked body', () => {
  it('is stored without its frame', async () => {
    const headers = { ...framed('chunk1-chunk2'), 'x-amz-trailer': 'x-amz-checksum-crc32' }
    const trailer = `x-amz-checksum-crc32:${base64Crc32('chunk1-chunk2')}`
    expect(await put(headers, `7\r\nchunk1-\r\n6\r\nchunk2\r\n0\r\n${trailer}\r\n\r\n`)).toBe('ok')
    expect(await textAt()).toBe('chunk1-chunk2')
    const head = await stage.raw('HEAD', '/plain/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    expect(head.headers).toMatchObject({ 'x-amz-checksum-crc32': base64Crc32('chunk1-chunk2') })
    expect(head.headers['content-encoding']).toBeUndefined()
  })

  it('may carry chunk signatures, trailers of its own, and another content encoding', async () => {
    const signature = ';chunk-signature=' + '0'.repeat(64)
    const plain = `5${signature}\r\nhello\r\n0${signature}\r\n\r\n`
    expect(await put({ ...framed('hello', SIGNED), 'content-encoding': 'aws-chunked,gzip' }, plain)).toBe(
      'ok',
    )
    expect((await stage.raw('HEAD', '/plain/k')).headers['content-encoding']).toBe('gzip')
    const trailing = plain.replace(
      /\r\n\r\n$/,
      `\r\nx-amz-checksum-crc32:${base64Crc32('hello')}\r\nx-amz-trailer-signature:${'0'.repeat(64)}\r\n\r\n`,
    )
    const headers = { ...framed('hello', `${SIGNED}-TRAILER`), 'x-amz-trailer': 'x-amz-checksum-crc32' }
    expect(await put(headers, trailing)).toBe('ok')
  })

  it('is refused when its frame, length or trailer is wrong, and the old object stays', async () => {
    await put({}, 'old')
    const before = await stage.filesOnDisk()
    const trailer = { 'x-amz-trailer': 'x-amz-checksum-crc32' }
    expect(await put(framed('hello'), '5\r\nhel')).toBe('IncompleteBody 400')
    expect(await put(framed('hello'), '5\r\nhello\r\n')).toBe('IncompleteBody 400')
    expect(await put(framed('hello'), 'five\r\nhello\r\n0\r\n\r\n')).toBe('IncompleteBody 400')
    expect(await put(framed('hello'), '4\r\nhello\r\n0\r\n\r\n')).toBe('IncompleteBody 400')
    expect(await put(framed('hello!'), '5\r\nhello\r\n0\r\n\r\n')).toBe('IncompleteBody 400')
    expect(await put(framed('hell'), '5\r\nhello\r\n0\r\n\r\n')).toBe('IncompleteBody 400')
    expect(await put({ ...framed('hello'), ...trailer }, '5\r\nhello\r\n0\r\n\r\n')).toBe(
      'MalformedTrailerError 400',
    )
    const wrong = `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${base64Crc32('other')}\r\n\r\n`
    expect(await put({ ...framed('hello'), ...trailer }, wrong)).toBe('BadDigest 400')
    const lengthless = { 'x-amz-content-sha256': UNSIGNED }
    expect(await put(lengthless, '5\r\nhello\r\n0\r\n\r\n')).toBe('MissingContentLength 411')
    expect(await textAt()).toBe('old')
    expect(await stage.filesOnDisk()).toBe(before)
  })

  it('is read alike however the network cuts it', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), fc.array(fc.nat(60)), async (chunks, cuts) => {
        const frame = [
          ...chunks
            .filter(({ length }) => length > 0)
            .flatMap((chunk) => [`${chunk.length.toString(16)};x=y\r\n`, chunk, '\r\n']),
          '0\r\nx-amz-checksum-sha1: abc=\r\n\r\n',
        ].map((part) => Buffer.from(part))
        const trailers: string[] = []
        const source = Readable.from(cut(Buffer.concat(frame), cuts), { objectMode: true })
        const out: Buffer[] = []
        for await (const piece of decodeAwsChunked(source, (...trailer) =>
          trailers.push(trailer.join('=')),
        )) {
          out.push(piece)
        }
        expect(Buffer.concat(out)).toEqual(Buffer.concat(chunks))
        expect(trailers).toEqual(['x-amz-checksum-sha1=abc='])
      }),
    )
  })
})

describe('a checksum', () => {
  // The check values of the CRC catalogue (reveng) for "123456789".
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('%s has its published check value', (algorithm, expected) => {
    const running = startChecksum(algorithm)
    running.update(Buffer.from('1234'))
    running.update(Buffer.from('56789'))
    expect(running.digest().toString('hex')).toBe(expected)
  })

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s of the SDK is proven, stored and given back',
    async (name) => {
      const client = stage.client()
      const target = { Bucket: 'plain', Key: `sum-${name}` }
      const put = await client.send(
        new PutObjectCommand({ ...target, Body: 'hello', ChecksumAlgorithm: ChecksumAlgorithm[name] }),
      )
      const field = `Checksum${name}` as const
      expect(put[field]).toBeTruthy()
      const head = await client.send(new HeadObjectCommand({ ...target, ChecksumMode: 'ENABLED' }))
      expect([head[field], head.ChecksumType]).toEqual([put[field], 'FULL_OBJECT'])
      // The SDK checks the body it reads against the header.
      const got = await client.send(new GetObjectCommand(target))
      expect(await got.Body?.transformToString()).toBe('hello')
    },
  )

  it('is asked of a stream too, which travels in chunks', async () => {
    const client = stage.client()
    const target = { Bucket: 'plain', Key: 'streamed' }
    const Body = Readable.from(['chunk1-', 'chunk2'].map((text) => Buffer.from(text)))
    const { ChecksumSHA256 } = await client.send(
      new PutObjectCommand({ ...target, Body, ContentLength: 13, ChecksumAlgorithm: 'SHA256' }),
    )
    expect(ChecksumSHA256).toBe(createHash('sha256').update('chunk1-chunk2').digest('base64'))
    const got = await client.send(new GetObjectCommand(target))
    expect(await got.Body?.transformToString()).toBe('chunk1-chunk2')
  })

  it('that does not agree refuses the body, and the old object stays', async () => {
    await put({}, 'old')
    const md5 = (text: string) => createHash('md5').update(text).digest('base64')
    const sha256 = (text: string) => createHash('sha256').update(text)
    expect(await put({ 'content-md5': md5('other') }, 'new')).toBe('BadDigest 400')
    expect(await put({ 'x-amz-checksum-crc32': base64Crc32('other') }, 'new')).toBe('BadDigest 400')
    expect(await put({ 'x-amz-checksum-sha256': sha256('other').digest('base64') }, 'new')).toBe(
      'BadDigest 400',
    )
    expect(await put({ 'x-amz-content-sha256': sha256('other').digest('hex') }, 'new')).toBe(
      'XAmzContentSHA256Mismatch 400',
    )
    expect(await textAt()).toBe('old')
    expect(await put({ 'content-md5': md5('new'), 'x-amz-checksum-crc32': base64Crc32('new') }, 'new')).toBe(
      'ok',
    )
    expect(await textAt()).toBe('new')
  })

  it('is refused when it is none, when there are two, or when it is not emulated', async () => {
    expect(await put({ 'content-md5': 'short' }, 'x')).toBe('InvalidDigest 400')
    expect(await put({ 'x-amz-checksum-crc32': 'AAAA' }, 'x')).toBe('InvalidRequest 400')
    const two = { 'x-amz-checksum-crc32': base64Crc32('x'), 'x-amz-checksum-crc32c': base64Crc32('x') }
    expect(await put(two, 'x')).toBe('InvalidRequest 400')
    expect(await put({ 'x-amz-checksum-xxhash3': 'AAAA' }, 'x')).toBe('NotImplemented 501')
  })

  it('is not sent with a piece of the object', async () => {
    const client = stage.client()
    const target = { Bucket: 'plain', Key: 'pieces' }
    await client.send(new PutObjectCommand({ ...target, Body: 'hello' }))
    const piece = await client.send(new GetObjectCommand({ ...target, Range: 'bytes=1-2' }))
    expect([piece.ChecksumCRC32, await piece.Body?.transformToString()]).toEqual([undefined, 'el'])
  })
})

describe('the length of a body', () => {
  it('must be told', async () => {
    expect(await put({ 'transfer-encoding': 'chunked' }, 'x')).toBe('MissingContentLength 411')
  })

  it('is at most 5 GiB', async () => {
    const headers = { ...framed(''), 'x-amz-decoded-content-length': String(5 * 1024 ** 3 + 1) }
    expect(await put(headers, '0\r\n\r\n')).toBe('EntityTooLarge 400')
  })
})

describe('a refused body', () => {
  it.each([
    ['PUT /plain/k', { 'x-amz-content-sha256': UNSIGNED, 'x-amz-decoded-content-length': '1' }, 400],
    ['PUT /plain/k?acl', {}, 501],
    ['POST /plain?delete', {}, 400],
  ])('of %s does not hold up what follows on its connection', async (target, headers, status) => {
    // More than the sockets' buffers hold.
    const body = Buffer.alloc(64 * 1024 * 1024, 'x')
    const lines = Object.entries({ ...headers, 'content-length': String(body.length) })
    const head = (first: string, more: [string, string][]) =>
      [
        `${first} HTTP/1.1`,
        'host: x',
        `authorization: ${authorization()}`,
        ...more.map((line) => line.join(': ')),
        '',
        '',
      ].join('\r\n')
    const socket = connect(stage.gate.port, '127.0.0.1')
    socket.write(head(target, lines))
    socket.write(body)
    socket.write(head('GET /plain/none', [['connection', 'close']]))
    const answers = await textOfStream(socket)
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 404'])
  })
})

function* cut(bytes: Buffer, cuts: readonly number[]): Generator<Buffer> {
  let rest = bytes
  for (const size of cuts) {
    yield rest.subarray(0, size)
    rest = rest.subarray(size)
  }
  yield rest
}
