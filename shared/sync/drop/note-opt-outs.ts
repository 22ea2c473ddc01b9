/** A file's opt-outs enter the register, those of unfit and superseded rows too: what is staged for a Region says what is there. */
import { join } from '../../endpoint/consent.ts'
import type { Consent } from '../../endpoint/consent.ts'
import { idAt } from '../../sources/csv/kernel.ts'
import type { RowBatch } from '../../sources/csv/kernel.ts'
import { chunksOf } from '../../ledger/chunks.ts'
import type { Consents } from '../../ledger/consents.ts'

/** As many keys as DynamoDB reads in a call. */
const GROUP = 100

export const noteOptOuts = async (
  { consents, droppedAt }: { readonly consents: Consents; readonly droppedAt: string },
  batch: RowBatch,
): Promise<void> => {
  const said: Consent = { value: 'ALL', at: droppedAt }
  for (const ids of chunksOf([...new Set(idsOf(batch))], GROUP)) {
    const known = await consents.of(ids)
    const news = ids.filter((id) => join(known.get(id), said) !== known.get(id))
    await Promise.all(news.map((id) => consents.note(id, said)))
  }
}

/** Rows that opt out somebody whom the register does not know as opted out. */
export const unheardOptOuts = async (
  { consents }: { readonly consents: Pick<Consents, 'of'> },
  batch: RowBatch,
): Promise<number> => {
  const ids = idsOf(batch)
  let rows = 0
  for (const each of chunksOf([...new Set(ids)], GROUP)) {
    const known = await consents.of(each)
    const unheard = new Set(each.filter((id) => known.get(id)?.value !== 'ALL'))
    rows += ids.filter((id) => unheard.has(id)).length
  }
  return rows
}

const idsOf = (batch: RowBatch): string[] => {
  const { count, optsOut, unfit } = batch
  const ids = unfit.flatMap(({ optOuts }) => optOuts.flatMap(({ Id, isUnsaid }) => (isUnsaid ? [] : [Id])))
  for (let row = 0; row < count; row += 1) if (optsOut[row] === 1) ids.push(idAt(batch, row))
  return ids
}
