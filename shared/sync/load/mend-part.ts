/** An import file of which the Region's job has left out rows → the Region by API: whom it refuses singly is named. */
import { Readable } from 'node:stream'
import { put } from '../../endpoint/change.ts'
import type { Endpoint } from '../../endpoint/endpoint.ts'
import { isLawful } from '../../endpoint/lawful.ts'
import { failed } from '../../endpoint/outcome.ts'
import type { Outcome } from '../../endpoint/outcome.ts'
import { ValueFreeError } from '../../endpoint/value-free-error.ts'
import type { Destination, Place } from '../../destinations/destination.ts'
import type { Consents } from '../../ledger/consents.ts'
import type { Load } from '../../ledger/import-intents.ts'
import type { Files } from '../files.ts'
import { freshOf } from './fresh-lines.ts'
import type { Fresh } from './fresh-lines.ts'
import { inGroups } from '../in-groups.ts'
import type { Hold } from '../lane/lease.ts'
import { importedRows } from './mark-touched.ts'
import { refusedKey, refusedPart, refusedPrefix } from '../places.ts'
import { problemOf } from '../lane/plan.ts'

/** How far an import file has been gone through: `rows` = the sum of the others, exactly. */
export interface Mended {
  readonly rows: number
  readonly taken: number
  /** By the Region, each by itself. */
  readonly refused: number
  /** Left out, as the customer table has sent newer ones since, or has removed the endpoint. */
  readonly left: number
}

export const NOTHING_MENDED: Mended = { rows: 0, taken: 0, refused: 0, left: 0 }

export interface MendPart {
  readonly load: Load
  /** The import file as it was staged, in the Region's bucket. */
  readonly from: Place
  readonly files: Files
  readonly destination: Pick<Destination, 'apply'>
  readonly fresh: Fresh
  /** Where the refused rows are written. */
  readonly work: { readonly bucket: string; readonly files: Files }
  /** Where the call before has left off. */
  readonly mended: Mended
}

/**
 * Sends the file's rows as far as there is time, in their order and as an import row speaks: silent of consent but for an
 * opt-out that stands by now, and nothing that the lane has said better since. Done again from the same place after a crash,
 * it says the same again. Throws, under the Region's reason, when the Region does not take what it has not refused.
 */
export const mendPart = async (
  task: MendPart,
  hold: Pick<Hold, 'until' | 'giveWay'>,
): Promise<{ readonly isOver: boolean; readonly mended: Mended }> => {
  const { from, files, mended } = task
  const sending: Sending = { task, until: hold.until, counts: { ...mended }, refused: [] }
  let isOver = true
  for await (const rows of inGroups(after(mended.rows, importedRows(from, files)))) {
    isOver = await sendRows(rows, sending)
    if (!isOver) break
    await hold.giveWay()
  }
  await writeRefused(sending, isOver)
  return { isOver, mended: sending.counts }
}

interface Sending {
  readonly task: MendPart
  readonly until: number
  readonly counts: { -readonly [Count in keyof Mended]: number }
  readonly refused: string[]
}

async function* after(count: number, rows: AsyncIterable<Endpoint>): AsyncGenerator<Endpoint> {
  let seen = 0
  for await (const row of rows) {
    seen += 1
    if (seen > count) yield row
  }
}

/** False when the time has run out. */
const sendRows = async (rows: readonly Endpoint[], sending: Sending): Promise<boolean> => {
  let rest = rows
  while (rest.length > 0) {
    const fates = await send(rest, sending)
    const stop = fates.findIndex((fate) => fate !== 'left' && fate.result === 'failed')
    const done = stop < 0 ? rest.length : stop
    await optOutRefused(
      rest.slice(0, done).filter((row, at) => isRefusedOptOut(row, fates[at])),
      sending,
    )
    for (const [at, row] of rest.slice(0, done).entries()) count(row, fates[at] ?? 'left', sending)
    rest = rest.slice(done)
    const failure = fates[stop]
    if (failure === undefined || failure === 'left' || failure.result !== 'failed') continue
    if (failure.reason === 'OUT_OF_TIME') return false
    // Somebody has opted out at this very moment: then it is said so.
    if (failure.reason !== 'MEANWHILE') throw new NotTaken(failure.reason)
  }
  return true
}

const isRefusedOptOut = ({ OptOut }: Endpoint, fate: Fate = 'left'): boolean =>
  OptOut === 'ALL' && fate !== 'left' && fate.result === 'rejected'

/** The Region refuses an endpoint that opts out: then the opt-out goes by itself, with no more than the endpoint's address. */
const optOutRefused = async (rows: readonly Endpoint[], { task, until }: Sending): Promise<void> => {
  if (rows.length === 0) return
  const bare = rows.map(({ Id, Address, ChannelType }) => put({ Id, Address, ChannelType, OptOut: 'ALL' }))
  const outcomes = await task.destination.apply(bare, { until })
  const failure = outcomes.find(({ result }) => result === 'failed')
  if (failure?.result === 'failed') throw new NotTaken(failure.reason)
}

/** The Region did not take a row for now. */
class NotTaken extends ValueFreeError {
  override readonly name: string
  constructor(reason: string) {
    super('the Region does not take the rows that its job has left out, for now')
    this.name = reason
  }
}

type Fate = Outcome | 'left'

const send = async (rows: readonly Endpoint[], { task, until }: Sending): Promise<readonly Fate[]> => {
  const { destination, fresh } = task
  const said = await freshOf(rows, fresh)
  const mayStill = (endpoints: readonly Endpoint[]) => areLawful(endpoints, fresh.consents)
  const outcomes = await destination.apply(said.map(put), { until, mayStill })
  const fates = new Map(said.map(({ Id }, at) => [Id, outcomes[at] ?? failed('NO_ANSWER')]))
  return rows.map(({ Id }) => fates.get(Id) ?? 'left')
}

const areLawful = async (endpoints: readonly Endpoint[], consents: Consents): Promise<boolean> => {
  const known = await consents.of(endpoints.map(({ Id }) => Id))
  return endpoints.every((endpoint) => isLawful(put(endpoint), known.get(endpoint.Id)))
}

const count = (row: Endpoint, fate: Fate, { counts, refused }: Sending): void => {
  counts.rows += 1
  if (fate === 'left') counts.left += 1
  else if (fate.result === 'rejected') {
    counts.refused += 1
    refused.push(refusedLine(row, fate.reason))
  } else counts.taken += 1
}

/** As a line of `rejects.csv`'s JSON twin: it can be mended and dropped again. */
const refusedLine = (row: Endpoint, reason: string): string =>
  `${JSON.stringify({ Samepoint: { problems: [problemOf(reason)] }, ...row })}\n`

/** What each call has named, under where it began; when the file is over, all of the attempt as one file for people. */
const writeRefused = async ({ task, counts, refused }: Sending, isOver: boolean): Promise<void> => {
  const { load, mended, work } = task
  const { bucket, files } = work
  // A call, or an attempt, that names nobody takes back what one before it has named.
  await files.write({ bucket, key: refusedPart(load, mended.rows) }, Readable.from(refused))
  if (!isOver || (counts.refused === 0 && load.attempt === 1)) return
  const all = async function* () {
    for (const key of await files.list(bucket, refusedPrefix(load)))
      yield* (await files.read({ bucket, key })) ?? []
  }
  await files.write({ bucket, key: refusedKey(load) }, all())
}
