/** Where CopyObject and UploadPartCopy take their bytes from: any bucket, any Region, any version. */
import { arnOf } from './bucket.ts'
import type { ObjectVersion } from './bucket.ts'
import type { Call } from './call.ts'
import { checkCopySourceConditions } from './conditions.ts'
import { S3Error, invalidArgument } from './errors.ts'
import { findObject } from './find-version.ts'
import { checkKey } from './request.ts'
import { bucketNamed } from './store.ts'
import type { ObjectRef } from './store.ts'

export interface CopySource extends ObjectRef {
  /** As the client named it. */
  readonly versionId: string | undefined
  readonly object: ObjectVersion
}

const HEADER = 'x-amz-copy-source'

/**
 * The object in `x-amz-copy-source` (`bucket/key?versionId=…`, percent-encoded), which the caller must be allowed to read.
 * Throws InvalidArgument, InvalidRequest, NoSuchBucket, NoSuchKey, NoSuchVersion, PreconditionFailed, `AccessDenied`.
 */
export const findCopySource = ({ store, caller, headers }: Call): CopySource => {
  const { bucketName, key, versionId } = parseCopySource(headers[HEADER] ?? '')
  const bucket = bucketNamed(store, bucketName)
  caller.authorize(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', arnOf(bucketName, key))
  const object = readable(() => findObject(caller, { bucket, key }, versionId))
  checkCopySourceConditions(headers, object)
  return { bucket, key, versionId, object }
}

const parseCopySource = (header: string) => {
  const [, path = '', versionId] = /^(.*?)(?:\?versionId=([^&]*))?$/s.exec(header) ?? []
  const decoded = decode(path, header).replace(/^\//, '')
  const slash = decoded.indexOf('/')
  if (slash < 1 || slash === decoded.length - 1) throw badSource(header)
  return {
    bucketName: decoded.slice(0, slash),
    key: checkKey(decoded.slice(slash + 1)),
    versionId: versionId === undefined ? undefined : decode(versionId, header),
  }
}

const decode = (text: string, header: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badSource(header)
  }
}

const readable = (find: () => ObjectVersion): ObjectVersion => {
  try {
    return find()
  } catch (error) {
    if (error instanceof S3Error && error.code === 'MethodNotAllowed') {
      throw new S3Error('InvalidRequest', {
        message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
      })
    }
    throw error
  }
}

const badSource = (header: string): S3Error =>
  invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    HEADER,
    header,
  )
