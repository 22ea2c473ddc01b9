/** S3's notification of a dropped object, as the drops queue carries it. */
import type { S3Event } from 'aws-lambda'
import type { Drop } from '../sync/open-run.ts'

/**
 * The drops a message tells of; none for S3's test event. Keys come URL-encoded with `+` for blanks (S3 user guide, "Event
 * message structure") and are decoded once.
 */
export const dropsIn = (body: string): Drop[] => {
  const event = JSON.parse(body) as Partial<S3Event>
  return (event.Records ?? []).map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: decodeURIComponent(s3.object.key.replaceAll('+', ' ')),
    version: s3.object.versionId ?? s3.object.eTag,
  }))
}
