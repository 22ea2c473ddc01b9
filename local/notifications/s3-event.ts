/** S3's event notification message, as a queue or a function receives it. */
import type { ObjectEvent } from '../s3/object-event.ts'

/** Who wrote and how the notification is called: what the message says beside the event itself. */
export interface Surroundings {
  /** The `Id` of the notification configuration. */
  readonly configurationId: string
  readonly requestId: string
}

/**
 * One record in S3's format, version 2.1.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3Event = (event: ObjectEvent, { configurationId, requestId }: Surroundings): object => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: event.region,
      eventTime: event.eventTime,
      eventName: event.eventName,
      userIdentity: { principalId: 'local' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId,
        bucket: {
          name: event.bucket,
          ownerIdentity: { principalId: 'local' },
          arn: `arn:aws:s3:::${event.bucket}`,
        },
        object: {
          key: encodeKey(event.key),
          ...(event.size !== undefined && { size: event.size }),
          ...(event.etag !== undefined && { eTag: event.etag }),
          ...(event.versionId !== undefined && { versionId: event.versionId }),
          sequencer: event.sequencer,
        },
      },
    },
  ],
})

/** What S3 sends to a queue once, when a notification to it is configured. */
export const s3TestEvent = (bucket: string, requestId: string, time: string): object => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: time,
  Bucket: bucket,
  RequestId: requestId,
  HostId: requestId,
})

/**
 * What EventBridge receives where the bucket has it switched on.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const eventBridgeEvent = (event: ObjectEvent, account: string, requestId: string): object => {
  const isCreated = event.eventName.startsWith('ObjectCreated:')
  const reason = event.eventName.slice(event.eventName.indexOf(':') + 1)
  return {
    version: '0',
    id: requestId,
    'detail-type': isCreated ? 'Object Created' : 'Object Deleted',
    source: 'aws.s3',
    account,
    time: event.eventTime.replace(/\.\d+Z$/u, 'Z'),
    region: event.region,
    resources: [`arn:aws:s3:::${event.bucket}`],
    detail: {
      version: '0',
      bucket: { name: event.bucket },
      // Unlike a notification's, this key is not URL-encoded.
      object: {
        key: event.key,
        ...(event.size !== undefined && { size: event.size }),
        ...(event.etag !== undefined && { etag: event.etag }),
        ...(event.versionId !== undefined && { 'version-id': event.versionId }),
        sequencer: event.sequencer,
      },
      'request-id': requestId,
      requester: account,
      'source-ip-address': '127.0.0.1',
      ...(isCreated
        ? { reason: CREATION[reason] ?? reason }
        : { reason: 'DeleteObject', ...deletion(reason) }),
    },
  }
}

const CREATION: Readonly<Record<string, string>> = {
  Put: 'PutObject',
  Copy: 'CopyObject',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
}

const deletion = (reason: string): object => ({
  'deletion-type': reason === 'Delete' ? 'Permanently Deleted' : 'Delete Marker Created',
})

/** As HTML forms encode (a space becomes `+`), except that slashes stay. */
const encodeKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
