/** What lies in the drop bucket: every version of every object, also of those that were overwritten or deleted. */
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { ListObjectVersionsCommandOutput, ObjectVersion, S3Client } from '@aws-sdk/client-s3'
import { DROPS, DRY_RUNS } from '../sync/open-run.ts'
import type { Drop } from '../sync/open-run.ts'

/** Pages of at most a thousand, by key, the newest version of a key first. */
export async function* dropVersions(client: S3Client, bucket: string): AsyncGenerator<Drop[]> {
  // As the bucket's notifications have it.
  for (const prefix of [DROPS, DRY_RUNS]) yield* versionsUnder(client, bucket, prefix)
}

async function* versionsUnder(client: S3Client, bucket: string, Prefix: string): AsyncGenerator<Drop[]> {
  let next: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {}
  for (let isTruncated = true; isTruncated;) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({
        ...{ Bucket: bucket, Prefix },
        // A key may hold what XML cannot.
        EncodingType: 'url',
        ...(next.NextKeyMarker !== undefined && { KeyMarker: decoded(next.NextKeyMarker) }),
        ...(next.NextVersionIdMarker !== undefined && { VersionIdMarker: next.NextVersionIdMarker }),
      }),
    )
    yield (page.Versions ?? []).flatMap((version) => dropOf(bucket, version))
    next = page
    isTruncated = page.IsTruncated ?? false
  }
}

const dropOf = (bucket: string, { Key, VersionId, LastModified }: ObjectVersion): Drop[] =>
  Key !== undefined && VersionId !== undefined && LastModified
    ? [{ bucket, key: decoded(Key), version: VersionId, droppedAt: LastModified.toISOString() }]
    : []

const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
