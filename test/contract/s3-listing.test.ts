/** How the local S3 lists objects: order, pages, common prefixes, encoding. */
import {
  DeleteObjectsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nameOf, takePage, walkKeys } from '../../local/s3/list-walk.ts'
import type { Walk } from '../../local/s3/list-walk.ts'
import { compareUtf8, insertKey, removeKey } from '../../local/s3/sorted-keys.ts'
import { failureOf, openS3Stage } from './s3-stage.ts'
import type { S3Stage } from './s3-stage.ts'

const KEYS = ['a', 'a/1', 'a/2', 'a/b/3', 'a0', 'b/1', 'b/2', 'c', 'ａ', '🗝', 'Z', 'with blank', 'plus+%2F&']
const SORTED = [
  'Z',
  'a',
  'a/1',
  'a/2',
  'a/b/3',
  'a0',
  'b/1',
  'b/2',
  'c',
  'plus+%2F&',
  'with blank',
  'ａ',
  '🗝',
]

let stage: S3Stage
let client: ReturnType<S3Stage['client']>

beforeAll(async () => {
  stage = await openS3Stage()
  client = stage.client()
  for (const Bucket of ['plain', 'versioned']) {
    await Promise.all(KEYS.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))))
  }
})
afterAll(() => stage.close())

const list = async (more: Partial<ListObjectsV2CommandInput> = {}) => {
  const page = await client.send(new ListObjectsV2Command({ Bucket: 'plain', ...more }))
  return {
    ...page,
    keys: (page.Contents ?? []).map(({ Key }) => Key),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
  }
}

const listV1 = async (more: Partial<ListObjectsV2CommandInput> & { Marker?: string } = {}) => {
  const page = await client.send(new ListObjectsCommand({ Bucket: 'plain', ...more }))
  return {
    ...page,
    keys: (page.Contents ?? []).map(({ Key }) => Key),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
  }
}

describe('ListObjectsV2', () => {
  it('lists in the order of UTF-8 bytes', async () => {
    const { keys, KeyCount, IsTruncated, MaxKeys, Name } = await list()
    expect(keys).toEqual(SORTED)
    expect({ KeyCount, IsTruncated, MaxKeys, Name }).toEqual({
      KeyCount: SORTED.length,
      IsTruncated: false,
      MaxKeys: 1000,
      Name: 'plain',
    })
  })

  it('tells size, ETag, time and, when asked, the owner of each object', async () => {
    const [object] = (await list({ Prefix: 'a/b' })).Contents ?? []
    expect(object).toMatchObject({
      Key: 'a/b/3',
      Size: 5,
      StorageClass: 'STANDARD',
      LastModified: new Date(stage.now),
      ChecksumAlgorithm: ['CRC32'],
    })
    expect(object?.ETag).toMatch(/^"[0-9a-f]{32}"$/)
    expect(object?.Owner).toBeUndefined()
    expect((await list({ Prefix: 'a/b', FetchOwner: true })).Contents?.[0]?.Owner).toBeDefined()
  })

  it.each([1, 2, 3, 5, 12, 13, 14])('gives every key once in pages of %i', async (pageSize) => {
    const keys: (string | undefined)[] = []
    for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket: 'plain' })) {
      expect(page.Contents?.length).toBeLessThanOrEqual(pageSize)
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key))
    }
    expect(keys).toEqual(SORTED)
  })

  it('rolls up what lies behind the delimiter', async () => {
    const top = await list({ Delimiter: '/' })
    expect(top.prefixes).toEqual(['a/', 'b/'])
    expect(top.keys).toEqual(SORTED.filter((key) => !key.includes('/')))
    expect(top.KeyCount).toBe(top.keys.length + 2)
    const below = await list({ Delimiter: '/', Prefix: 'a/' })
    expect([below.keys, below.prefixes]).toEqual([['a/1', 'a/2'], ['a/b/']])
  })

  it('goes on behind a common prefix', async () => {
    const seen: (string | undefined)[] = []
    const input = { Bucket: 'plain', Delimiter: '/' }
    for await (const page of paginateListObjectsV2({ client, pageSize: 1 }, input)) {
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key))
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix))
    }
    expect(seen).toEqual(['Z', 'a', 'a/', 'a0', 'b/', 'c', 'plus+%2F&', 'with blank', 'ａ', '🗝'])
  })

  it('starts after a key, be it there or not', async () => {
    expect((await list({ StartAfter: 'c' })).keys).toEqual(SORTED.slice(9))
    expect((await list({ StartAfter: 'bb' })).keys).toEqual(SORTED.slice(8))
    expect((await list({ StartAfter: 'a/1', Delimiter: '/' })).prefixes).toEqual(['a/', 'b/'])
    expect((await list({ StartAfter: '🗝' })).keys).toEqual([])
  })

  it('encodes keys the way S3 does when asked', async () => {
    const { keys, EncodingType } = await list({ EncodingType: 'url', StartAfter: 'c' })
    expect(keys).toEqual(['plus%2B%252F%26', 'with+blank', '%EF%BD%81', '%F0%9F%97%9D'])
    expect(EncodingType).toBe('url')
    expect((await list({ EncodingType: 'url', Prefix: 'a/b' })).keys).toEqual(['a/b/3'])
  })

  it('takes 1000 for more, and refuses what it cannot read', async () => {
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000)
    expect(await list({ MaxKeys: 0 })).toMatchObject({ keys: [], IsTruncated: false, KeyCount: 0 })
    expect(await failureOf(list({ MaxKeys: -1 }))).toBe('InvalidArgument 400')
    expect(await failureOf(list({ ContinuationToken: 'made up' }))).toBe('InvalidArgument 400')
    expect(await failureOf(list({ Bucket: 'nowhere' }))).toBe('NoSuchBucket 404')
    expect((await stage.raw('GET', '/plain?list-type=3')).status).toBe(400)
    expect((await stage.raw('GET', '/plain?list-type=2&encoding-type=xml')).status).toBe(400)
  })

  it('leaves out what is deleted', async () => {
    const Delete = { Objects: [{ Key: 'a/b/3' }, { Key: 'c' }], Quiet: true }
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: 'versioned', Delete }))
    expect(Deleted).toBeUndefined()
    const { keys } = await list({ Bucket: 'versioned' })
    expect(keys).toEqual(SORTED.filter((key) => key !== 'a/b/3' && key !== 'c'))
    expect((await list({ Bucket: 'versioned', Prefix: 'a/', Delimiter: '/' })).prefixes).toEqual([])
  })
})

describe('ListObjects', () => {
  it('pages by marker', async () => {
    const first = await listV1({ MaxKeys: 4 })
    expect([first.keys, first.IsTruncated, first.NextMarker]).toEqual([SORTED.slice(0, 4), true, undefined])
    const rest = await listV1({ Marker: 'a/2' })
    expect([rest.keys, rest.IsTruncated]).toEqual([SORTED.slice(4), false])
  })

  it('tells the next marker where there is a delimiter', async () => {
    const first = await listV1({ MaxKeys: 3, Delimiter: '/' })
    expect([first.keys, first.prefixes, first.NextMarker]).toEqual([['Z', 'a'], ['a/'], 'a/'])
    const rest = await listV1({ Delimiter: '/', Marker: 'a/' })
    expect([rest.keys[0], rest.prefixes]).toEqual(['a0', ['b/']])
  })
})

describe('walking keys', () => {
  // Few letters, so that prefixes, delimiters and neighbours meet; two of them differ between UTF-8 and UTF-16.
  const key = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '\u{ff41}', '\u{1f5dd}'),
    minLength: 1,
    maxLength: 5,
  })
  const head = fc.string({ unit: fc.constantFrom('a', '/', '\u{ff41}'), maxLength: 2 })

  it('keeps keys sorted and distinct as they come and go', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (added, removed) => {
        const keys: string[] = []
        for (const one of added) insertKey(keys, one)
        for (const one of removed) removeKey(keys, one)
        const expected = [...new Set(added)].filter((one) => !removed.includes(one))
        expect(keys).toEqual(expected.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
  })

  it('finds in pages what a look at every key finds', () => {
    const delimiter = fc.constantFrom('', '/', 'a/')
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        head,
        delimiter,
        fc.integer({ min: 1, max: 4 }),
        (keys, prefix, cut, size) => {
          const sorted = keys.toSorted(compareUtf8)
          const isListed = (one: string) => !one.endsWith('b')
          const rolledUp = sorted
            .filter((one) => one.startsWith(prefix) && isListed(one))
            .map((one) => {
              const end = cut === '' ? -1 : one.indexOf(cut, prefix.length)
              return end < 0 ? one : one.slice(0, end + cut.length)
            })
          const found: string[] = []
          for (let after: string | undefined = ''; after !== undefined;) {
            const walk: Walk = { prefix, delimiter: cut, after, isListed }
            const { page, isTruncated } = takePage(walkKeys(sorted, walk), size)
            found.push(...page.map(nameOf))
            after = isTruncated ? found.at(-1) : undefined
          }
          expect(found).toEqual([...new Set(rolledUp)])
        },
      ),
    )
  })
})
