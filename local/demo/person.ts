/** A person with an SDK and the right to do everything, in the hub's Region. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Regions } from '../../deploy/regions-file.ts'
import type { Stage } from '../stage.ts'

export interface PersonAtStage {
  readonly s3: S3Client
  readonly documents: DynamoDBDocumentClient
  /** What the hub's template has named. */
  readonly names: Readonly<
    Record<'dropBucket' | 'workBucket' | 'customerTable' | 'ledgerTable' | 'copySchedule', string>
  >
}

export const personAt = (stage: Stage, { hub }: Regions): PersonAtStage => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = { region: hub, endpoint: stage.url, credentials }
  const name = (logicalId: string) => stage.resource('hub', logicalId).ref
  return {
    s3: new S3Client({ ...client, forcePathStyle: true }),
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(client)),
    names: {
      dropBucket: name('DropBucket'),
      workBucket: name('WorkBucket'),
      customerTable: name('CustomerTable'),
      ledgerTable: name('LedgerTable'),
      copySchedule: name('CopySchedule'),
    },
  }
}
