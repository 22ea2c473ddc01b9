/** What happened to an object, as S3 tells it in event notifications. */

export interface ObjectEvent {
  readonly eventName:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated'
  readonly region: string
  readonly bucket: string
  /** As it is; a notification carries it URL-encoded. */
  readonly key: string
  /** Only where the bucket has versioning. */
  readonly versionId?: string
  /** Bytes; only of a created object. */
  readonly size?: number
  /** Without quotes; only of a created object. */
  readonly etag?: string
  /** Hexadecimal; of two events about one key, the later has the greater. */
  readonly sequencer: string
  /** ISO 8601, UTC, milliseconds. */
  readonly eventTime: string
}
