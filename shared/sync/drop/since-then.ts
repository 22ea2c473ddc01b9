/** Whether a dropped file was overwritten or deleted while it was read: of its own version nothing changes, but people may wonder. */
import type { FileCounts } from '../../ledger/runs.ts'
import type { Files, ObjectRef } from '../files.ts'

/** Nothing, where its version is still the current one. */
export const sinceThen = async (
  files: Pick<Files, 'currentVersion'>,
  source: ObjectRef,
): Promise<Pick<FileCounts, 'overwritten' | 'deleted' | 'note'>> => {
  const current = await files.currentVersion(source)
  if (current === source.version) return {}
  return current === undefined ? DELETED : OVERWRITTEN
}

const OVERWRITTEN = {
  overwritten: true,
  note: 'the file was dropped again meanwhile: this is about the older version; the newer one is a run of its own, and comes after it',
} as const
const DELETED = {
  deleted: true,
  note: 'the file was deleted meanwhile; this version of it was read whole, and goes on: deleting a file takes nothing back',
} as const
