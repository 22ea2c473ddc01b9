/** Opens a Pinpoint emulator behind the real gate, with a clock that the test turns and objects in memory. */
import { setImmediate } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { PinpointClient } from '@aws-sdk/client-pinpoint'
import { expect } from 'vitest'
import type { Clock } from '../../local/clock.ts'
import { openGate } from '../../local/gate.ts'
import { NoSuchBucket, type ObjectStore } from '../../local/objects.ts'
import { AccessDenied } from '../../local/service.ts'
import { FAULTS_PATH } from '../../local/pinpoint/faults-http.ts'
import { createPinpoint, type Pinpoint, type PinpointOptions } from '../../local/pinpoint/pinpoint.ts'

export const IRELAND = 'eu-west-1'
export const VIRGINIA = 'us-east-1'
export const APP = '0123456789abcdef0123456789abcdef'
export const ROLE = 'arn:aws:iam::000000000000:role/pinpoint-jobs'

export interface Stage {
  readonly url: string
  readonly pinpoint: Pinpoint
  readonly clock: TestClock
  readonly bucket: MemoryBucket
  /** Actions that were checked, as `action resource`. */
  readonly authorized: readonly string[]
  client(region?: string, options?: { readonly maxAttempts?: number }): PinpointClient
  /** A signed-looking request past the SDK. */
  raw(method: string, path: string, body?: string): Promise<Response>
  close(): Promise<void>
}

export interface StageOptions extends Partial<PinpointOptions> {
  /** `action resource` strings that IAM refuses. */
  readonly denied?: readonly string[]
}

/** One project, {@link APP}, in Ireland and in Virginia; no quotas unless asked for; 150 ms from 202 to visible. */
export async function openStage({ denied = [], ...options }: StageOptions = {}): Promise<Stage> {
  const clock = createTestClock()
  const bucket = createMemoryBucket()
  const pinpoint = createPinpoint({
    clock,
    random: createRandom(),
    objects: () => bucket.store,
    quotas: false,
    import: { stateMs: 10, rowsPerSecond: 1000 },
    export: { stateMs: 10, linesPerSecond: 1000 },
    ...options,
  })
  pinpoint.createApp(IRELAND, { Id: APP, Name: 'ireland' })
  pinpoint.createApp(VIRGINIA, { Id: APP, Name: 'virginia' })

  const authorized: string[] = []
  const gate = await openGate({
    services: { mobiletargeting: pinpoint },
    controls: { [FAULTS_PATH]: pinpoint.faultsOverHttp },
    authorize(accessKeyId, action, resource) {
      authorized.push(`${action} ${resource}`)
      if (denied.includes(`${action} ${resource}`)) throw new AccessDenied(accessKeyId, action, resource)
    },
  })
  const clients: PinpointClient[] = []

  return {
    url: gate.url,
    pinpoint,
    clock,
    bucket,
    authorized,
    client(region = IRELAND, { maxAttempts = 1 } = {}) {
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
      const client = new PinpointClient({ region, endpoint: gate.url, credentials, maxAttempts })
      clients.push(client)
      return client
    },
    raw: (method, path, body) =>
      fetch(`${gate.url}${path}`, {
        method,
        headers: signedHeaders(IRELAND),
        ...(body === undefined ? {} : { body }),
      }),
    async close() {
      for (const client of clients) client.destroy()
      pinpoint.close()
      await gate.close()
    },
  }
}

export const signedHeaders = (region: string) => ({
  'content-type': 'application/json',
  authorization:
    `AWS4-HMAC-SHA256 Credential=local/20261121/${region}/mobiletargeting/aws4_request, ` +
    'SignedHeaders=host;x-amz-date, Signature=0',
})

/** What an SDK call is refused with: the exception's name, the status and the message. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ name: string; status: number; message: string }> {
  const error = await call.then(
    () => expect.unreachable('the call succeeded'),
    (thrown: unknown) => thrown as Error & { $metadata?: { httpStatusCode?: number } },
  )
  return { name: error.name, status: error.$metadata?.httpStatusCode ?? 0, message: error.message }
}

export interface TestClock extends Clock {
  /** Lets `ms` milliseconds pass, and whatever is due then happen. */
  advance(ms: number): void
}

export function createTestClock(start = Date.parse('2026-11-21T09:00:00Z')): TestClock {
  let now = start
  const waiting = new Set<{ readonly at: number; readonly task: () => void }>()
  const nextDue = (until: number) =>
    [...waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]

  return {
    now: () => now,
    after(ms, task) {
      const entry = { at: now + ms, task }
      waiting.add(entry)
      return () => void waiting.delete(entry)
    },
    advance(ms) {
      const until = now + ms
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        waiting.delete(due)
        now = Math.max(now, due.at)
        due.task()
      }
      now = until
    },
  }
}

/** Lets time pass in small steps, and input and output happen between them, until `look` gives something. */
export async function eventually<Found>(
  clock: TestClock,
  look: () => Promise<Found | undefined> | Found | undefined,
  stepMs = 10,
): Promise<Found> {
  for (let step = 0; step < 2000; step += 1) {
    const found = await look()
    if (found !== undefined) return found
    clock.advance(stepMs)
    await setImmediate()
  }
  return expect.unreachable('it did not happen in 2000 steps')
}

/** Mulberry32: the same numbers in every run. */
export function createRandom(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface MemoryBucket {
  readonly name: string
  readonly contents: Map<string, Buffer>
  readonly store: ObjectStore
}

/** One bucket, `drops`. */
export function createMemoryBucket(name = 'drops'): MemoryBucket {
  const contents = new Map<string, Buffer>()
  const existing = (bucket: string) => {
    if (bucket !== name) throw new NoSuchBucket(bucket)
    return contents
  }
  const store: ObjectStore = {
    list: async (bucket, prefix) =>
      Promise.resolve(
        [...existing(bucket)]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, body]) => ({ key, size: body.length }))
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      ),
    async read(bucket, key) {
      const body = existing(bucket).get(key)
      if (body === undefined) return Promise.reject(new Error(`The specified key does not exist: ${key}`))
      return Promise.resolve(Readable.from(chunksOf(body, 1000)))
    },
    async write(bucket, key, body) {
      const bytes = await buffer(body)
      existing(bucket).set(key, bytes)
    },
  }
  return { name, contents, store }
}

function* chunksOf(body: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < body.length; from += size) yield body.subarray(from, from + size)
}
