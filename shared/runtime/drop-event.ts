/** S3's notification of a dropped object, as the drops queue carries it. */
import type { S3Event } from 'aws-lambda'
import { ValueFreeError } from '../endpoint/value-free-error.ts'
import { parsed } from '../sync/parsed.ts'
import type { Drop } from '../sync/open-run.ts'

/**
 * The drops a message tells of; none for S3's test event. Keys come URL-encoded with `+` for blanks (S3 user guide, "Event
 * message structure") and are decoded once.
 */
export const dropsIn = (body: string): Drop[] => {
  const event = parsed<Partial<S3Event>>(body, 'the notification of a drop')
  return (event.Records ?? []).map(({ s3, eventTime }) => ({
    bucket: s3.bucket.name,
    key: decodeURIComponent(s3.object.key.replaceAll('+', ' ')),
    version: versionOf(s3.object.versionId),
    droppedAt: new Date(eventTime).toISOString(),
  }))
}

// Without versions an overwrite during the run would be read half old, half new.
const versionOf = (versionId: string | undefined): string => {
  if (versionId) return versionId
  throw new ValueFreeError('the drop bucket has no versions')
}
