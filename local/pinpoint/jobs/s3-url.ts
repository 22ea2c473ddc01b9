/** `s3://bucket/key-or-prefix`, as job definitions name places in S3. */
import { badRequest } from '../service-error.ts'

export interface S3Place {
  readonly bucket: string
  readonly key: string
}

/** Throws BadRequestException where `url` is not an S3 URL; `name` is the member it came in. */
export function parseS3Url(url: string, name: string): S3Place {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url)
  if (found?.[1] === undefined) throw badRequest(`Invalid ${name}: expected s3://bucket/key, got "${url}"`)
  return { bucket: found[1], key: found[2] ?? '' }
}
