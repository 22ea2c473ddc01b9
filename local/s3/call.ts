/** One request on its way to an answer: what every operation gets, and the ways to answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller, ConditionContext } from '../service.ts'
import { arnOf } from './bucket.ts'
import type { Bucket } from './bucket.ts'
import { S3Error } from './errors.ts'
import { receiveBody } from './received-body.ts'
import type { Store } from './store.ts'
import { parseXml, renderXml } from './xml.ts'
import type { XmlElements, XmlNode } from './xml.ts'

/** A request that needs no bucket to be there. */
export interface ServiceCall {
  readonly store: Store
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly caller: Caller
  readonly query: ReadonlyMap<string, string>
  readonly headers: Readonly<Record<string, string>>
  readonly bucketName: string
}

export interface Call extends ServiceCall {
  readonly bucket: Bucket
  /** Empty where the bucket itself is meant. */
  readonly key: string
}

// 1,000 keys of 1,024 bytes, or 10,000 parts with their checksums, both with room for the markup.
const LARGEST_XML = 8 * 1024 * 1024

/** Throws `AccessDenied` unless the caller may do `action` on the call's object. */
export const authorizeObject = ({ caller, bucket, key }: Call, action: string): void =>
  caller.authorize(action, arnOf(bucket.name, key))

/** Throws `AccessDenied` unless the caller may do `action` on the call's bucket. */
export const authorizeBucket = ({ caller, bucket }: Call, action: string, context?: ConditionContext): void =>
  caller.authorize(action, arnOf(bucket.name), context)

/** The request's XML document. Throws 400 MalformedXML, and all that a body may throw. */
export const readXml = async (call: ServiceCall, root: string): Promise<XmlNode> =>
  parseXml(await readText(call), root)

/** The request's small body as text. Throws 400 EntityTooLarge above 8 MiB. */
export const readText = async ({ request, headers }: ServiceCall): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of receiveBody(request, headers).payload) {
    size += chunk.length
    if (size > LARGEST_XML) throw new S3Error('EntityTooLarge')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export const answerXml = (
  { response }: ServiceCall,
  root: string,
  content: string | XmlElements,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const body = renderXml(root, content)
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

export const answerEmpty = (
  { response }: ServiceCall,
  status: 200 | 204,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 })
  response.end()
}

/** `x-amz-version-id`, which S3 tells of buckets that have or had versioning. */
export const versionHeader = (bucket: Bucket, versionId: string | undefined): Record<string, string> =>
  bucket.versioning === undefined || versionId === undefined ? {} : { 'x-amz-version-id': versionId }

/** A time as S3's XML has it. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** An optional whole number between `least` and `most` out of the query. Throws 400 InvalidArgument. */
export const numberParameter = (
  query: ReadonlyMap<string, string>,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number => {
  const text = query.get(name)
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value < least || value > 2 ** 31 - 1) {
    throw new S3Error('InvalidArgument', {
      message: `Provided ${name} not an integer or within integer range`,
      fields: { ArgumentName: name, ArgumentValue: text },
    })
  }
  return Math.min(value, most)
}
