/** Buckets: made, listed, asked where they are, versioned, deleted. */
import { arnOf, newBucket } from './bucket.ts'
import {
  answerEmpty,
  answerXml,
  authorizeBucket,
  isoTime,
  numberParameter,
  readText,
  readXml,
} from './call.ts'
import type { Call, ServiceCall } from './call.ts'
import { S3Error } from './errors.ts'
import { OWNER } from './list-parameters.ts'
import { takePage } from './list-walk.ts'
import { releaseParts } from './multipart-upload.ts'
import { nowInSeconds } from './store.ts'
import { childrenOf, parseXml, textOf } from './xml.ts'

/** Where a bucket goes that names no Region. */
const DEFAULT_REGION = 'us-east-1'
const PAGE_SIZE = 10_000

/** All buckets of the account, whatever their Region, as S3 does. */
export const listBuckets = (call: ServiceCall): void => {
  const { store, caller, query } = call
  caller.authorize('s3:ListAllMyBuckets', '*')
  const prefix = query.get('prefix') ?? ''
  const after = query.get('continuation-token') ?? ''
  const region = query.get('bucket-region')
  const size = numberParameter(query, 'max-buckets', { least: 1, most: PAGE_SIZE, otherwise: PAGE_SIZE })
  const matching = [...store.buckets.values()]
    .filter((bucket) => bucket.name.startsWith(prefix) && (region === undefined || bucket.region === region))
    .filter(({ name }) => name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const { page, isTruncated } = takePage(matching, size)
  answerXml(call, 'ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: {
      Bucket: page.map((bucket) => ({
        Name: bucket.name,
        CreationDate: isoTime(bucket.createdAt),
        BucketRegion: bucket.region,
        BucketArn: arnOf(bucket.name),
      })),
    },
    ContinuationToken: isTruncated ? page.at(-1)?.name : undefined,
    Prefix: prefix === '' ? undefined : prefix,
  })
}

export const createBucket = async (call: ServiceCall): Promise<void> => {
  const { store, caller, bucketName } = call
  caller.authorize('s3:CreateBucket', arnOf(bucketName))
  const region = await regionWanted(call)
  if (region !== caller.region) {
    throw new S3Error('IllegalLocationConstraintException', {
      message: `The ${region === DEFAULT_REGION ? 'unspecified' : region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    })
  }
  const bucket = newBucket(bucketName, region, nowInSeconds(store))
  if (store.buckets.has(bucketName)) {
    throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: bucketName } })
  }
  store.buckets.set(bucketName, bucket)
  answerEmpty(call, 200, { location: `/${bucketName}` })
}

export const headBucket = (call: Call): void => {
  authorizeBucket(call, 's3:ListBucket')
  answerEmpty(call, 200, {
    'content-type': 'application/xml',
    'x-amz-bucket-region': call.bucket.region,
    'x-amz-bucket-arn': arnOf(call.bucket.name),
  })
}

export const deleteBucket = async (call: Call): Promise<void> => {
  const { store, bucket } = call
  authorizeBucket(call, 's3:DeleteBucket')
  if (bucket.keys.length > 0) {
    const hint = bucket.versioning ? ' You must delete all versions in the bucket.' : ''
    throw new S3Error('BucketNotEmpty', {
      message: `The bucket you tried to delete is not empty.${hint}`,
      fields: { BucketName: bucket.name },
    })
  }
  store.buckets.delete(bucket.name)
  for (const upload of bucket.uploads.values()) await releaseParts(store, upload)
  answerEmpty(call, 204)
}

export const getBucketLocation = (call: Call): void => {
  authorizeBucket(call, 's3:GetBucketLocation')
  answerXml(call, 'LocationConstraint', call.bucket.region === DEFAULT_REGION ? '' : call.bucket.region)
}

export const getBucketVersioning = (call: Call): void => {
  authorizeBucket(call, 's3:GetBucketVersioning')
  answerXml(call, 'VersioningConfiguration', { Status: call.bucket.versioning })
}

export const putBucketVersioning = async (call: Call): Promise<void> => {
  authorizeBucket(call, 's3:PutBucketVersioning')
  const configuration = await readXml(call, 'VersioningConfiguration')
  const status = textOf(configuration, 'Status')
  if (textOf(configuration, 'MfaDelete') === 'Enabled') {
    throw new S3Error('NotImplemented', { message: 'NotImplemented: MfaDelete is not emulated' })
  }
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML')
  call.bucket.versioning = status
  answerEmpty(call, 200)
}

const regionWanted = async (call: ServiceCall): Promise<string> => {
  const text = await readText(call)
  if (text.trim() === '') return DEFAULT_REGION
  const configuration = parseXml(text, 'CreateBucketConfiguration')
  for (const name of ['Location', 'Bucket']) {
    if (childrenOf(configuration, name).length > 0) {
      throw new S3Error('NotImplemented', {
        message: `NotImplemented: directory buckets (${name}) are not emulated`,
      })
    }
  }
  return textOf(configuration, 'LocationConstraint') ?? DEFAULT_REGION
}
