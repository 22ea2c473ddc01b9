/** Two Regions' S3 behind the gate, real SDK clients for it, and raw requests where a client would not misbehave. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import type { S3ServiceException } from '@aws-sdk/client-s3'
import { openGate } from '../../local/gate.ts'
import type { Gate } from '../../local/gate.ts'
import type { ObjectEvent } from '../../local/s3/object-event.ts'
import { createS3 } from '../../local/s3/s3.ts'
import type { LocalS3 } from '../../local/s3/s3.ts'
import { AccessDenied } from '../../local/service.ts'

export const IRELAND = 'eu-west-1'
export const OHIO = 'us-east-2'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface S3Stage {
  readonly gate: Gate
  readonly s3: LocalS3
  readonly events: ObjectEvent[]
  /** What `authorize` refuses, as `action resource`; a trailing `*` stands for any ending. */
  readonly denied: Set<string>
  /** Milliseconds since the epoch, by the stage's clock. */
  now: number
  client(region?: string): S3Client
  raw(method: string, path: string, options?: RawOptions): Promise<RawAnswer>
  filesOnDisk(): Promise<number>
  close(): Promise<void>
}

export interface RawOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly region?: string
}

/** The buckets `plain` and `versioned` in Ireland, `ohio` in Ohio. */
export const openS3Stage = async (): Promise<S3Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 's3-stage-'))
  const events: ObjectEvent[] = []
  const denied = new Set<string>()
  const stage = { now: Date.UTC(2026, 10, 21, 9, 30) }
  const clock = { now: () => stage.now, after: () => () => undefined }
  const s3 = createS3({ clock, directory, onEvent: (event) => events.push(event) })
  s3.createBucket('plain', { region: IRELAND, versioning: false })
  s3.createBucket('versioned', { region: IRELAND, versioning: true })
  s3.createBucket('ohio', { region: OHIO, versioning: false })
  const authorize = (_key: string, action: string, resource: string) => {
    if (isDenied(denied, `${action} ${resource}`)) throw new AccessDenied('test', action, resource)
  }
  const gate = await openGate({ services: { s3 }, authorize })
  const clients: S3Client[] = []
  return Object.assign(stage, {
    gate,
    s3,
    events,
    denied,
    client(region = IRELAND) {
      const client = new S3Client({
        region,
        endpoint: gate.url,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
      })
      clients.push(client)
      return client
    },
    raw: (method: string, path: string, options: RawOptions = {}) => send(gate.port, method, path, options),
    async filesOnDisk() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).length
    },
    async close() {
      for (const client of clients) client.destroy()
      await gate.close()
      await s3.close()
      await rm(directory, { recursive: true })
    },
  })
}

/** What a signed request carries of its scope; the signature is not verified. */
export const authorization = (region = IRELAND): string =>
  `AWS4-HMAC-SHA256 Credential=local/20261121/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`

/** The name of the error a command fails with, and its status: `NoSuchKey 404`. */
export const failureOf = async (command: Promise<unknown>): Promise<string> => {
  try {
    await command
  } catch (error) {
    const { name, $metadata } = error as S3ServiceException
    return `${name} ${$metadata?.httpStatusCode ?? ''}`
  }
  return 'no failure'
}

export const textOfStream = async (stream: Readable): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const isDenied = (denied: ReadonlySet<string>, wanted: string): boolean =>
  [...denied].some((one) => (one.endsWith('*') ? wanted.startsWith(one.slice(0, -1)) : wanted === one))

const send = (
  port: number,
  method: string,
  path: string,
  { headers, body, region }: RawOptions,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { authorization: authorization(region), ...headers },
      },
      (incoming) => {
        textOfStream(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
          reject,
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
