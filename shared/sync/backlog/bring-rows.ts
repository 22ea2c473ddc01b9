/** Rows → one more part of a run's import file, and what is to be remembered of them while the job brings them. */
import { Readable } from 'node:stream'
import { isLawful } from '../../endpoint/lawful.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { LaneMemory, Sent } from '../../ledger/lane-memory.ts'
import type { Files } from '../files.ts'
import { rowOf } from './import-rows.ts'
import type { Hold } from '../lane/lease.ts'
import { partName, stagingPrefix } from '../places.ts'
import { IMPORT_FENCE } from '../lane/fences.ts'
import type { Send } from '../lane/plan.ts'

export interface Part {
  /** Counts from 1. */
  readonly number: number
  /** In this part and those before it. */
  readonly rows: number
  readonly bytes: number
}

export interface Bringing {
  readonly run: string
  readonly bucket: string
  readonly files: Files
  readonly consents: Consents
  readonly memory: Pick<LaneMemory, 'note'>
  /** When the oldest change was committed that they bring, ms since the epoch. */
  readonly since: number
}

/** Counts them into `draft.part`. Returns the keys of those that may no longer be said: somebody has opted out just now. */
export const bringRows = async (
  rows: readonly Send[],
  { run, bucket, files, consents, memory, since }: Bringing,
  hold: Hold,
  draft: { part: Part },
): Promise<readonly string[]> => {
  const known = await consents.of(rows.map(({ id }) => id))
  const said = rows.filter(({ id, change }) => isLawful(change, known.get(id)))
  const unsaid = rows.filter((row) => !isLawful(row.change, known.get(row.id)))
  if (said.length === 0) return unsaid.map(({ key }) => key)
  const { part } = draft
  const lines = said.map(rowOf)
  const number = part.number + 1
  const key = stagingPrefix(run, 1) + partName(number)
  await files.write({ bucket, key }, Readable.from(lines))
  const fence = hold.after(IMPORT_FENCE)
  const noteOf = ({ during }: Send): Sent => ({ ...during, fence, importing: { run, since } })
  await memory.note({ sent: new Map(said.map((row) => [row.id, noteOf(row)])) })
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), part.bytes)
  draft.part = { number, rows: part.rows + said.length, bytes }
  return unsaid.map(({ key: each }) => each)
}
