/** One SDK client for each service and Region, made when first asked for. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { PinpointClient } from '@aws-sdk/client-pinpoint'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { oncePerRegion } from './once-per-region.ts'

/** A Region that does not answer must not hold an invocation: milliseconds to connect, and to the answer. */
const requestHandler = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true }
/** S3 may take its time over a part of a file, but not be silent. */
const fileHandler = {
  connectionTimeout: 3_000,
  requestTimeout: 60_000,
  throwOnRequestTimeout: true,
  socketTimeout: 30_000,
}

/** What all clients have in common beside that; Lambda brings it by itself. */
export type ClientHost = Pick<
  DynamoDBClientConfig,
  'credentials' | 'disableClockSkewCorrection' | 'endpoint' | 'requestHandler' | 'signerConstructor'
>

export const makeClients = (host: ClientHost = {}) => ({
  // Whether to ask again, and when, is the lane's to say: the SDK's own retries would spend the quota twice.
  pinpoint: oncePerRegion(
    (region) => new PinpointClient({ region, maxAttempts: 1, requestHandler, ...host }),
  ),
  s3: oncePerRegion((region) => new S3Client({ region, requestHandler: fileHandler, ...host })),
  states: oncePerRegion((region) => new SFNClient({ region, requestHandler, ...host })),
  queues: oncePerRegion((region) => new SQSClient({ region, requestHandler, ...host })),
  documents: oncePerRegion((region) =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ region, requestHandler, ...host }), {
      // DynamoDB holds numbers that JavaScript does not: the nearest one, either way, rather than an error that stops the lane.
      marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
      unmarshallOptions: { wrapNumbers: Number },
    }),
  ),
})

export const clients = makeClients()
