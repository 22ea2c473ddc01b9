/** Reads Region, service and access key from a request's SigV4 credential scope; signatures are not verified. */
import type { IncomingMessage } from 'node:http'

export interface Scope {
  readonly accessKeyId: string
  readonly region: string
  /** The signing name: `mobiletargeting`, `s3`, `sqs`, `dynamodb`, `states`, `lambda` … */
  readonly service: string
}

const CREDENTIAL = /Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/

/** The scope of a signed request (header or presigned query), or undefined where there is none. */
export const scopeOf = (request: Pick<IncomingMessage, 'headers' | 'url'>): Scope | undefined => {
  const signed = request.headers.authorization ?? presigned(request.url ?? '')
  const [, accessKeyId, , region, service] = CREDENTIAL.exec(signed) ?? []
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined
  return { accessKeyId, region, service }
}

const presigned = (url: string): string => {
  const credential = new URL(url, 'http://gate').searchParams.get('X-Amz-Credential')
  return credential === null ? '' : `Credential=${credential}`
}
