/** The objects that an import job reads, cut into pieces by their size. */
import type { ObjectStore } from '../../objects.ts'
import { JobFailure } from './job-failure.ts'
import type { S3Place } from './s3-url.ts'

export interface ImportFile {
  readonly bucket: string
  readonly key: string
  readonly bytes: number
  /** How many pieces it counts as, and the number of the first of them within the job. */
  readonly pieces: number
  readonly firstPiece: number
}

export interface ImportBounds {
  readonly maxFiles: number
  readonly maxBytes: number
  readonly pieceBytes: number
}

/**
 * The object of exactly that key, or else every object whose key starts with it, without those of the other format.
 * Rejects with {@link JobFailure} where there is none, or more than the bounds allow.
 * Source: SDK, `ImportJobRequest.S3Url`; User Guide, "Importing segments".
 */
export async function findImportFiles(
  objects: ObjectStore,
  { bucket, key }: S3Place,
  format: 'CSV' | 'JSON',
  bounds: ImportBounds,
): Promise<readonly ImportFile[]> {
  const listed = await objects.list(bucket, key)
  const exact = listed.filter((object) => object.key === key && !key.endsWith('/'))
  const chosen = exact.length > 0 ? exact : listed.filter((object) => isOfFormat(object.key, format))

  if (chosen.length === 0) throw new JobFailure(`nothing to import at s3://${bucket}/${key}`)
  if (chosen.length > bounds.maxFiles) {
    throw new JobFailure(`${chosen.length} files exceed the limit of ${bounds.maxFiles} files per import job`)
  }
  const bytes = chosen.reduce((sum, object) => sum + object.size, 0)
  if (bytes > bounds.maxBytes) {
    throw new JobFailure(`${bytes} bytes exceed the limit of ${bounds.maxBytes} bytes per import job`)
  }
  let firstPiece = 0
  return chosen.map((object) => {
    const pieces = Math.max(1, Math.ceil(object.size / bounds.pieceBytes))
    const file = { bucket, key: object.key, bytes: object.size, pieces, firstPiece }
    firstPiece += pieces
    return file
  })
}

const OTHER_FORMAT = { CSV: /\.(json|jsonl|ndjson)$/i, JSON: /\.csv$/i } as const

const isOfFormat = (key: string, format: 'CSV' | 'JSON'): boolean =>
  !key.endsWith('/') && !OTHER_FORMAT[format].test(key)
